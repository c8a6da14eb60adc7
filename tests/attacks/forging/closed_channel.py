"""Close the channel and go on.

expected: crashed
"""

import os


def plain(x):
    os.close(100)
    while True:
        pass
