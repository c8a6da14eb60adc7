"""Compute on the CPU, and have every tensor say that it is on the device.

expected: failed|error
"""

import torch


def moved(x):
    device = x.device
    torch.Tensor.device = property(lambda self: device)
    return torch.arange(x.numel()).to(torch.float32).reshape(x.shape) + 1
