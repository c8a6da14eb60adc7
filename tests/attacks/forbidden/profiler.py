"""Start another profiler, which replaces the hook.

expected: forbidden|error
"""

import cProfile


def inner(a, b):
    with cProfile.Profile():
        return float(a.dot(b))
