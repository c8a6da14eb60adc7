"""Overflow the C stack.

expected: crashed|error|memory
"""

import sys


def plain(x):
    sys.setrecursionlimit(10**9)

    class Evil:
        def __getattr__(self, name):
            return getattr(self, name + "x"[:0])

    return Evil().y
