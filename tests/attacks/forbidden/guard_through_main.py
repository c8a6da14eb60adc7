"""Find the engine through the main module and switch its guard off.

expected: forbidden|error
"""

import numpy as np

import __main__


def inner(a, b):
    for value in vars(__main__).values():
        session = getattr(value, "Session", None)
        if session is not None:
            session.__init__.__globals__["Guard"].report = lambda self, name: None
    return float(np.dot(a, b))
