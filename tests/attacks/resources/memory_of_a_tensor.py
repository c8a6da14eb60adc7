"""Ask for memory with a tensor.

expected: memory
"""

import torch


def plain(x):
    return float(torch.ones(10**10).sum())
