"""Sleep, which costs no CPU time.

expected: timeout
"""

import time


def plain(x):
    time.sleep(1000)
