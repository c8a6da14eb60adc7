"""Return a structured array.

expected: failed
"""

import numpy as np


def steady(x):
    return np.zeros(x.shape, dtype=[("a", "f8"), ("b", "O")])
