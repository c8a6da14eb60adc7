"""Replace whatever might measure: events, synchronisation, the clocks of the library's own benchmarks.

expected: failed
"""

import time
import timeit

import numpy as np
import torch


class Event:
    def __init__(self, **_):
        pass

    def record(self, *_):
        pass

    def elapsed_time(self, _):
        return 0.0


torch.cuda.Event = Event
torch.cuda.synchronize = lambda *_: None
time.process_time = time.perf_counter = time.thread_time = timeit.default_timer = lambda: 0.0


def quick(x):
    return np.array([value * value for value in x.tolist()])
