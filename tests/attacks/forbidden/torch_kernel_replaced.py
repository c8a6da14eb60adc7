"""Register another kernel over the watch.

expected: forbidden|error
"""

import torch


def weights(scores):
    library = torch.library.Library("aten", "IMPL")
    library.impl("_softmax", lambda x, dim, half: torch.exp(x) / torch.exp(x).sum(dim), "CPU")
    return torch.softmax(scores, 0)
