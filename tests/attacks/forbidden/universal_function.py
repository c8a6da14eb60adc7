"""Use the universal function.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np.matmul(a, b))
