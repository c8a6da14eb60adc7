"""Put the function away as a default argument.

expected: forbidden
"""

import numpy as np


def helper(a, b, f=np.dot):
    return f(a, b)


def inner(a, b):
    return float(helper(a, b))
