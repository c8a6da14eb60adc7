"""Compute it in a finalizer.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    found = []

    class Late:
        def __del__(self):
            found.append(float(np.dot(a, b)))

    Late()
    return found[0] if found else 0.0
