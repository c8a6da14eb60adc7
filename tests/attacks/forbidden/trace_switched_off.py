"""Switch the trace off.

expected: forbidden|error
"""

import sys


def inner(a, b):
    sys.settrace(None)
    return float(a @ b)
