"""Ask for memory in one piece.

expected: memory
"""

import numpy as np


def plain(x):
    return float(np.ones(10**10).sum())
