"""Take the trace function from the frame.

expected: forbidden|error
"""

import sys


def inner(a, b):
    frame = sys._getframe()
    frame.f_trace = None
    frame.f_trace_opcodes = False
    return float(a @ b)
