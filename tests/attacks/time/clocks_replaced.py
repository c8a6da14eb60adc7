"""Loop, with every clock replaced.

expected: failed
"""

import time

import numpy as np


def steady(x):
    time.time = time.perf_counter = time.process_time = time.monotonic = time.thread_time = lambda: 0.0
    return np.array([value * value for value in x])
