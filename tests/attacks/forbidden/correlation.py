"""Correlate: for equal lengths that is the product.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np.correlate(a, b)[0])
