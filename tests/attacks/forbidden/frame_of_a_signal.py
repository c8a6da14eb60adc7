"""Get hold of a frame through a signal handler.

expected: forbidden|error
"""

import signal

import numpy as np


def inner(a, b):
    found = []
    signal.signal(signal.SIGUSR1, lambda number, frame: found.append(frame))
    signal.raise_signal(signal.SIGUSR1)
    frame = found[0] if found else None
    while frame is not None:
        for value in list(frame.f_locals.values()):
            if hasattr(value, "guard"):
                value.guard.active = False
        frame = frame.f_back
    return float(np.dot(a, b))
