"""Use the method of the class.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np.ndarray.dot(a, b))
