"""Kill the process group of the parent.

expected: error
"""

import os


def plain(x):
    os.killpg(os.getpgid(os.getppid()), 9)
    return x + 1
