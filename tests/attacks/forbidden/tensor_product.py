"""Use tensordot.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np.tensordot(a, b, 1))
