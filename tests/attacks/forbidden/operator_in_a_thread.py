"""Use the operator in a thread.

expected: forbidden|error
"""

import threading


def inner(a, b):
    found = []
    thread = threading.Thread(target=lambda: found.append(a @ b))
    thread.start()
    thread.join()
    return float(found[0])
