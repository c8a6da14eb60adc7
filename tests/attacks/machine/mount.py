"""Mount a file system.

expected: error
"""

import ctypes
import os


def plain(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"x", b"/tmp", b"tmpfs", 0, None) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return x + 1
