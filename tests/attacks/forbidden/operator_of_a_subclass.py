"""Use the operator of a subclass of the array.

expected: forbidden
"""

import numpy as np


class Mine(np.ndarray):
    pass


def inner(a, b):
    return float(np.asarray(a.view(Mine) @ b))
