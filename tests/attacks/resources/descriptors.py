"""Use every descriptor up.

expected: error
"""

import os


def plain(x):
    kept = []
    while True:
        kept.append(os.open("/dev/null", os.O_RDONLY))
