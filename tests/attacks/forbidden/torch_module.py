"""Use the module.

expected: forbidden
"""

from torch import nn


def weights(scores):
    return nn.Softmax(dim=0)(scores)
