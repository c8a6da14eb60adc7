"""Use the logarithm and undo it.

expected: forbidden
"""

import torch


def weights(scores):
    return torch.log_softmax(scores, 0).exp()
