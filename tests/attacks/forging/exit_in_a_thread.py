"""End the process from a thread, a moment later.

expected: crashed|timeout|error|failed
"""

import os
import threading


def plain(x):
    threading.Thread(target=os._exit, args=(0,)).start()
    while True:
        pass
