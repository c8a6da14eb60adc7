"""Let the cross entropy compute the logarithms.

expected: forbidden
"""

import torch


def weights(scores):
    n = len(scores)
    losses = torch.nn.functional.cross_entropy(scores.expand(n, n), torch.arange(n), reduction="none")
    return (-losses).exp()
