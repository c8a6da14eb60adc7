"""Lock memory.

expected: error
"""

import ctypes


def plain(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(3) != 0:
        raise OSError(ctypes.get_errno(), "mlockall")
    return x + 1
