"""Type into the terminal, with a request whose high bits are set.

expected: error
"""

import ctypes
import os


def plain(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(16, 0, ctypes.c_ulong(0x100005412), b"x") < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return x + 1
