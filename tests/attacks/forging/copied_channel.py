"""Copy the channel, then fill it.

expected: error|crashed
"""

import os


def plain(x):
    other = os.dup(100)
    while True:
        os.write(other, b"\xff" * 65536)
