"""Use vecdot.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(getattr(np, "vecdot", np.dot)(a, b))
