"""Use the module of the logarithm.

expected: forbidden
"""

import torch


def weights(scores):
    return torch.nn.LogSoftmax(0)(scores).exp()
