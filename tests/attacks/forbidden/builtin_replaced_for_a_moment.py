"""Replace a built-in function while code is compiled under a library's file name, so that whoever checks the name is lied to.

expected: error
"""

import builtins

import numpy as np


def inner(a, b):
    scope = {"__name__": "numpy", "a": a, "b": b}
    honest = builtins.isinstance
    builtins.isinstance = lambda *_: False
    try:
        code = compile("def dot(): return a.dot(b)\nr = dot()", np.__file__, "exec")
    finally:
        builtins.isinstance = honest
    exec(code, scope)
    return float(scope["r"])
