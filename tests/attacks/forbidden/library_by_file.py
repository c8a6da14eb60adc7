"""Compile the code as if it stood in NumPy's own file.

expected: forbidden|error
"""

import numpy as np


def inner(a, b):
    scope = {"__name__": "numpy", "a": a, "b": b}
    exec(compile("def dot(): return a.dot(b)\nr = dot()", np.__file__, "exec"), scope)
    return float(scope["r"])
