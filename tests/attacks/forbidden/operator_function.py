"""Use the operator as a function.

expected: forbidden
"""

import operator


def inner(a, b):
    return float(operator.matmul(a, b))
