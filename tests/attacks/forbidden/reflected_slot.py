"""Use the reflected slot, of the class.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np.ndarray.__rmatmul__(b, a))
