"""Return a tensor subclass of the wrong values.

expected: failed
"""

import torch


class Mine(torch.Tensor):
    def __eq__(self, other):
        return torch.tensor(True)

    __hash__ = torch.Tensor.__hash__


def weights(scores):
    return scores.as_subclass(Mine)
