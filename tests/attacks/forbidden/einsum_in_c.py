"""Use what einsum calls.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np._core.multiarray.c_einsum("i,i->", a, b))
