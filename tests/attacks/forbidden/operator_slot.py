"""Use the slot behind the operator.

expected: forbidden
"""


def inner(a, b):
    return float(a.__matmul__(b))
