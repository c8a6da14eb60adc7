"""Use the masked arrays' own.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np.ma.dot(np.ma.array(a), np.ma.array(b)))
