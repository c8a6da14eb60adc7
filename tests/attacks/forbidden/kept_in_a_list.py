"""Put the function away in a list before anybody looks.

expected: forbidden
"""

import numpy as np

kept = [np.dot]


def inner(a, b):
    return float(kept[0](a, b))
