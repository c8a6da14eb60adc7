"""Abort, which would write a core file.

expected: crashed
"""

import os


def plain(x):
    os.abort()
