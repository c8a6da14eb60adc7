"""Use the operator in place, on matrices.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    row = a[None, :].copy()
    square = np.outer(b, np.eye(len(b))[0])
    row @= square
    return float(row[0, 0])
