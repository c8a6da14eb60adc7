"""Run a set-uid program.

expected: error
"""

import os


def plain(x):
    os.execv("/bin/su", ["su", "-c", "id"])
    return x + 1
