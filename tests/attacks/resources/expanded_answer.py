"""Return an array of a terabyte that takes no room here.

expected: memory|failed
"""

import numpy as np


def plain(x):
    return np.broadcast_to(1.0, (1 << 20, 1 << 17))
