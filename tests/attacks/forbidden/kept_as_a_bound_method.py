"""Put the method of another array away.

expected: forbidden
"""

import numpy as np

kept = np.ndarray.dot


def inner(a, b):
    return float(kept(a, b))
