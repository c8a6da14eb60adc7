"""Warn without end.

expected: timeout|failed
"""

import warnings


def plain(x):
    while True:
        warnings.warn("x" * 10_000, stacklevel=1)
