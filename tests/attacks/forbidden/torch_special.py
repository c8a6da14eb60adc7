"""Use torch.special.

expected: forbidden
"""

import torch


def weights(scores):
    return torch.special.softmax(scores, 0)
