"""Find the guard in the frames below, and switch it off.

expected: forbidden|error
"""

import sys

import numpy as np


def inner(a, b):
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            for item in [value, *getattr(value, "__dict__", {}).values()]:
                if hasattr(item, "active"):
                    item.active = False
        frame = frame.f_back
    return float(np.dot(a, b))
