"""Signal the zygote.

expected: error
unconfined: passed
"""

import os


def plain(x):
    os.kill(os.getppid(), 0)
    return x + 1
