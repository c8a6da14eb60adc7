"""Ask for capabilities.

expected: error
"""

import ctypes
import os


def plain(x):
    libc = ctypes.CDLL(None, use_errno=True)
    if (
        libc.syscall(
            126, ctypes.create_string_buffer(b"\x22\x05\x08\x20", 8), ctypes.create_string_buffer(b"\xff" * 24, 24)
        )
        < 0
    ):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return x + 1
