"""Let PyTorch compute it.

expected: forbidden
"""

import torch


def inner(a, b):
    return torch.dot(torch.from_numpy(a), torch.from_numpy(b)).item()
