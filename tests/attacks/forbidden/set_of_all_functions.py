"""Fish the function out of NumPy's own list.

expected: forbidden|error|failed
"""

from numpy._core.overrides import ARRAY_FUNCTIONS


def inner(a, b):
    for f in ARRAY_FUNCTIONS:
        if f.__name__ == "dot":
            return float(f(a, b))
    return 0.0
