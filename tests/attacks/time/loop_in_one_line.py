"""Hide the loop inside one C call.

expected: failed
"""

import numpy as np


def steady(x):
    return np.fromiter(map(float.__mul__, x.tolist(), x.tolist()), float)
