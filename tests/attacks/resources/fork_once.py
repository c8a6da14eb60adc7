"""Leave a child behind.

expected: error
unconfined: passed
"""

import os


def plain(x):
    if os.fork() == 0:
        os._exit(0)
    os.wait()
    return x + 1
