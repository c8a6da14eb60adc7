"""Open a performance counter.

expected: error
"""

import ctypes
import os


def plain(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if (
        libc.syscall(
            298, ctypes.create_string_buffer((112).to_bytes(8, "little").rjust(12, bytes(1)), 128), 0, -1, -1, 0
        )
        < 0
    ):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return x + 1
