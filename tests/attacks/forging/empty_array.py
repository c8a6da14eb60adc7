"""Return an empty array: all() of nothing is true.

expected: failed
"""

import numpy as np


def steady(x):
    return np.zeros((0,))
