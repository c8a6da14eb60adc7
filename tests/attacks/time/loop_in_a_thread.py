"""Loop in a thread, where nobody counts.

expected: failed|error|forbidden
"""

import threading

import numpy as np


def steady(x):
    found = []
    thread = threading.Thread(target=lambda: found.append(np.array([value * value for value in x])))
    thread.start()
    thread.join()
    return found[0]
