"""Type into the terminal.

expected: error
"""

import ctypes
import os


def plain(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ioctl(0, 0x5412, b"x") < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return x + 1
