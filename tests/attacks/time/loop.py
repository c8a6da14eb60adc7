"""Loop, where whole arrays are asked for.

expected: failed
"""

import numpy as np


def steady(x):
    return np.array([value * value for value in x])
