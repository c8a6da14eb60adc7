"""Use PyTorch's C functions.

expected: forbidden
"""

import torch


def weights(scores):
    return torch._C._VariableFunctions.softmax(scores, 0)
