"""Bind the method with functools.partial and call it from C.

expected: forbidden
"""

from functools import partial, reduce

import numpy as np


def inner(a, b):
    return float(reduce(lambda _, f: f(b), [partial(np.ndarray.dot, a)], None))
