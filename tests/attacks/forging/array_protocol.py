"""Return an object that becomes whatever array is asked for.

expected: failed
"""

import numpy as np


class Chameleon:
    def __array__(self, dtype=None, copy=None):
        return np.array(3.0)

    def __array_ufunc__(self, *args, **kwargs):
        return np.array(True)

    def __array_function__(self, *args, **kwargs):
        return True


def plain(x):
    return Chameleon()
