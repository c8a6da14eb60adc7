"""Loop, with the counting switched off.

expected: failed|forbidden|error
"""

import sys

import numpy as np


def steady(x):
    sys.settrace(None)
    sys.setprofile(None)
    return np.array([value * value for value in x])
