"""Swallow the questions that follow.

expected: error|timeout|crashed
"""

import os


def plain(x):
    os.set_blocking(100, False)
    while True:
        try:
            os.read(100, 1 << 16)
        except BlockingIOError:
            pass
