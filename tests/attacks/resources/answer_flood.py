"""Return a hundred megabytes.

expected: error|failed|memory
"""

import numpy as np


def plain(x):
    return np.ones(100 << 20, np.uint8)
