"""Open a pipe.

expected: error
unconfined: passed
"""

import os


def plain(x):
    [os.close(end) for end in os.pipe()]
    return x + 1
