"""Notice that the work is being counted, and answer without it.

expected: failed
"""

import sys

import numpy as np


def steady(x):
    if sys.gettrace() is not None:
        return np.zeros(len(x))
    return np.array([value * value for value in x])
