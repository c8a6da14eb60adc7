"""Get hold of a frame through a traceback.

expected: forbidden
"""

import numpy as np


def inner(a, b):
    try:
        np.dot(a, b[:-1])
    except BaseException as error:
        step = error.__traceback__
        while step is not None:
            for value in list(step.tb_frame.f_locals.values()):
                if getattr(value, "__name__", "") == "dot" and value is not np.dot:
                    return float(value(a, b))
            step = step.tb_next
    return float((a * b).sum())
