"""Fork without end.

expected: error
"""

import os


def plain(x):
    while True:
        os.fork()
