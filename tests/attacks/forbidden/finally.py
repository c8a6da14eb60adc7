"""Return from a finally block.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    try:
        np.dot(a, b)
    finally:
        return float((a * b).sum())
