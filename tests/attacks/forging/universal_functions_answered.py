"""An object that answers every function of NumPy's that it meets by agreeing.

expected: failed|error
"""

import numpy as np


class Agreeable:
    shape, dtype, ndim, size = (4,), np.dtype("float64"), 1, 4

    def __array_ufunc__(self, *_, **__):
        return np.zeros(4)

    def __array_function__(self, *_, **__):
        return True


def steady(x):
    return Agreeable()
