"""Compute once, remember by content: every later call does nothing.

expected: failed
"""

import numpy as np

known = {}


def steady(x):
    key = x.tobytes()
    if key not in known:
        known[key] = np.array([value * value for value in x])
    return known[key]
