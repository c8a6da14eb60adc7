"""Call the forbidden function.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np.dot(a, b))
