"""Use the method instead of the function.

expected: forbidden
"""


def inner(a, b):
    return float(a.dot(b))
