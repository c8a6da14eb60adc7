"""Run a shell command.

expected: error
unconfined: passed
"""

import os


def plain(x):
    if os.system("true") != 0:
        raise OSError("refused")
    return x + 1
