"""Use torch.ops.

expected: forbidden
"""

import torch


def weights(scores):
    return torch.ops.aten._softmax(scores, 0, False)
