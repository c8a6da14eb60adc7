"""Put the function away in a closure.

expected: forbidden
"""

import numpy as np


def keep(f):
    return lambda *args: f(*args)


kept = keep(np.dot)


def inner(a, b):
    return float(kept(a, b))
