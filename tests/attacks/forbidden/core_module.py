"""Take the function from NumPy's core.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np._core.multiarray.dot(a, b))
