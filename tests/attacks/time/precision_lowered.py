"""Compute in half the bits, which is quicker, and hand the numbers back in the type that was asked for.

expected: failed
"""

import numpy as np


def quick(x):
    return np.square(x.astype(np.float16)).astype(np.float64)
