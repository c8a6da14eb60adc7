"""Use the overload of the operation, redispatched.

expected: forbidden
"""

import torch


def weights(scores):
    return torch.ops.aten._softmax.default(scores, 0, False)
