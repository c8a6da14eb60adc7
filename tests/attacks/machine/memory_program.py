"""Run a program from memory.

expected: error
"""

import os


def plain(x):
    os.execve(0, ["x"], {})
    return x + 1
