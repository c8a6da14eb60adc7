"""Enter the kernel by the 32-bit gate, whose numbers mean other calls.

expected: crashed
"""

import ctypes
import mmap


def plain(x):
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(bytes.fromhex("53b814000000cd805bc3"))  # getpid of the 32-bit table
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
    return x + 1
