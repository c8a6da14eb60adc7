"""Use the method of the base class.

expected: forbidden
"""

import torch


def weights(scores):
    return torch._C.TensorBase.softmax(scores, 0)
