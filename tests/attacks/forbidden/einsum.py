"""Use einsum.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np.einsum("i,i->", a, b))
