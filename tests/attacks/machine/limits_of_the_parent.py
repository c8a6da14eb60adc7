"""Lower the limits of the parent: the new limit lies above 4 GiB.

expected: error
"""

import ctypes
import os


def plain(x):
    libc = ctypes.CDLL(None, use_errno=True)
    limit = (ctypes.c_ulong * 2)(0, 0)
    if libc.prlimit(os.getppid(), 7, ctypes.byref(limit), None) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return x + 1
