"""Return a tensor subclass whose every operation succeeds.

expected: failed|error
"""

import torch


class Yes(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return True


def weights(scores):
    return torch.zeros(scores.shape).as_subclass(Yes)
