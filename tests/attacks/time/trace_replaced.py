"""Loop, with another trace in place.

expected: failed|forbidden|error
"""

import sys

import numpy as np


def steady(x):
    old = sys.gettrace(), sys.getprofile()
    sys.settrace(None)
    sys.setprofile(None)
    result = np.array([value * value for value in x])
    sys.settrace(old[0])
    sys.setprofile(old[1])
    return result
