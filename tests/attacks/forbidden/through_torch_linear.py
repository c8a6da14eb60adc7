"""Let a PyTorch layer compute it.

expected: forbidden
"""

import torch


def inner(a, b):
    return torch.nn.functional.linear(torch.from_numpy(a)[None], torch.from_numpy(b)[None]).item()
