"""Let map apply the operator, from C.

expected: forbidden
"""

import operator


def inner(a, b):
    return float(next(map(operator.matmul, [a], [b])))
