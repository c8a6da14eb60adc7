"""Load a program into the kernel.

expected: error
"""

import ctypes
import os


def plain(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(321, 0, ctypes.create_string_buffer(128), 128) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return x + 1
