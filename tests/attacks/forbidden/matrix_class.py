"""Multiply matrices of the old class.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float((np.matrix(a) * np.matrix(b).T)[0, 0])
