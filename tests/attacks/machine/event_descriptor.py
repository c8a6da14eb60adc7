"""Make an event descriptor.

expected: error
unconfined: passed
"""

import os


def plain(x):
    os.close(os.eventfd(0))
    return x + 1
