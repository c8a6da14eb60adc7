"""End the process with status 0: a driver that looks at the status takes it for success.

expected: crashed
"""

import os


def plain(x):
    os._exit(0)
