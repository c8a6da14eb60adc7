"""Use it under a transformation.

expected: forbidden|error
"""

import torch


def weights(scores):
    return torch.vmap(lambda row: torch.softmax(row, 0))(scores[None])[0]
