"""Return an array that compares as equal.

expected: failed|error
"""

import numpy as np


class Agreeable(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.zeros(())

    def all(self, *args, **kwargs):
        return True


def steady(x):
    return x.view(Agreeable)
