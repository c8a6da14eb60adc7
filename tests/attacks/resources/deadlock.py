"""Wait for a lock for ever.

expected: timeout
"""

import threading


def plain(x):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
