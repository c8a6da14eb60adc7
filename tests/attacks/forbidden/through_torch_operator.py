"""Let PyTorch compute it, with the operator.

expected: forbidden
"""

import torch


def inner(a, b):
    return (torch.from_numpy(a) @ torch.from_numpy(b)).item()
