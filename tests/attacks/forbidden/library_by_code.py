"""Give a function's code another file name.

expected: forbidden|error
"""

import numpy as np


def inner(a, b):
    def dot():
        return a.dot(b)

    dot.__code__ = dot.__code__.replace(co_filename=np.__file__)
    return float(dot())
