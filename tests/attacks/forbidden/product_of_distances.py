"""Use a ready-made distance.

expected: forbidden
"""

import math


def inner(a, b):
    zero = [0.0] * len(a)
    plus, minus = math.dist((a + b).tolist(), zero), math.dist((a - b).tolist(), zero)
    return (plus**2 - minus**2) / 4
