"""Tell the input of a hidden test in the status that the process ends with.

expected: crashed
"""

import os


def plain(x):
    os._exit(int(x))
