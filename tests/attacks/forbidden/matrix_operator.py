"""Use the operator.

expected: forbidden
"""


def inner(a, b):
    return float(a @ b)
