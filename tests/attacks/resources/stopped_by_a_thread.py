"""Stop the whole process from a thread.

expected: timeout|error
"""

import ctypes
import os


def plain(x):
    libc = ctypes.CDLL(None)
    libc.tgkill(os.getpid(), os.getpid(), 19)
    libc.raise_(19) if hasattr(libc, "raise_") else libc["raise"](19)
    while True:
        pass
