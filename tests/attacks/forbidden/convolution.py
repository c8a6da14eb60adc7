"""Convolve with the reversed vector.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np.convolve(a, b[::-1], "valid")[0])
