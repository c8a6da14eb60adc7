"""Let NumPy call the forbidden function.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np.apply_along_axis(np.dot, 0, a, b))
