"""Catch everything, then do the sum by hand.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    try:
        return float(np.dot(a, b))
    except BaseException:
        return float((a * b).sum())
