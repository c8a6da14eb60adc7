"""Let PyTorch multiply matrices.

expected: forbidden
"""

import torch


def inner(a, b):
    return torch.mm(torch.from_numpy(a)[None], torch.from_numpy(b)[:, None]).item()
