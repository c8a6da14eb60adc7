"""Take the implementation from behind the function.

expected: forbidden|error
"""

import numpy as np


def inner(a, b):
    return float(np.dot._implementation(a, b))
