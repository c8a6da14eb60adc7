"""Kill every process that can be killed.

expected: error
"""

import os


def plain(x):
    os.kill(-1, 9)
    return x + 1
