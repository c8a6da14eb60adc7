"""Find the guard through the collector and switch it off.

expected: forbidden|error
"""

import gc

import numpy as np


def inner(a, b):
    for item in gc.get_objects():
        if type(item).__module__.startswith("autograder") and hasattr(item, "active"):
            item.active = False
            item.names = []
    return float(np.dot(a, b))
