"""Start a pool of processes.

expected: error
unconfined: passed
"""

import multiprocessing


def plain(x):
    with multiprocessing.get_context("fork").Pool(1) as pool:
        pool.map(abs, [1])
    return x + 1
