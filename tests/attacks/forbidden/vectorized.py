"""Let NumPy call the forbidden function, vectorised.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np.vectorize(np.dot, signature="(n),(n)->()")(a, b))
