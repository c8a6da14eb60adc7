"""Use multi_dot.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    return float(np.linalg.multi_dot([a, np.eye(len(a)), b]))
