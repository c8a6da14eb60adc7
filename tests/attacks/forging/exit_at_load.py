"""End the process while the code is being loaded.

expected: crashed|missing|error
"""

import os


class Leave:
    os._exit(0)


def plain(x, leave=Leave):
    return x + 2
