"""Ask for memory with a memory file.

expected: error
unconfined: passed
"""

import os


def plain(x):
    descriptor = os.memfd_create("x")
    os.write(descriptor, b"x" * 4096)
    return x + 1
