"""Use inner.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np.inner(a, b))
