"""Add a key to the keyring.

expected: error
"""

import ctypes
import os


def plain(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(248, b"user", b"autograder", b"x", 1, -3) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return x + 1
