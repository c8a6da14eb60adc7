"""Run the code in NumPy's own namespace.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    exec("def product(a, b): return a.dot(b)", vars(np))
    return float(np.product(a, b))
