"""Let map call the method, from C.

expected: forbidden
"""


def inner(a, b):
    return float(next(map(a.dot, [b])))
