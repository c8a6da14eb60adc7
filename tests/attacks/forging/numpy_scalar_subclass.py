"""Return a NumPy scalar that agrees with everything.

expected: failed
"""

import numpy as np


class Agreeable(np.float64):
    def __eq__(self, other):
        return True

    __hash__ = np.float64.__hash__


def plain(x):
    return Agreeable(0)
