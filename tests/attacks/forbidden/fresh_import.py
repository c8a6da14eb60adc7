"""Import it inside the function, by a text.

expected: forbidden
"""


def inner(a, b):
    return float(__import__("numpy").__dict__["dot"](a, b))
