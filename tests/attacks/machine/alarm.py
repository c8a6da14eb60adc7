"""Set an alarm.

expected: error
"""

import ctypes
import os


def plain(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if -1 if libc.alarm(1) == 0xFFFFFFFF else -1 if ctypes.get_errno() else 0 < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return x + 1
