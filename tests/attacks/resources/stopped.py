"""Stop instead of ending.

expected: timeout|error
"""

import os
import signal


def plain(x):
    os.kill(os.getpid(), signal.SIGSTOP)
    signal.raise_signal(signal.SIGSTOP)
    while True:
        pass
