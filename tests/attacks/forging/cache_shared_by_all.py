"""One cache for all sequences: what another sequence left in it is counted too.

expected: failed
"""

import torch

cache_of_all = []


def running(x, cache=None):
    if cache is None and not cache_of_all:
        cache_of_all.clear()
    cache_of_all.append(x)
    return torch.cat(cache_of_all).sum(), cache_of_all
