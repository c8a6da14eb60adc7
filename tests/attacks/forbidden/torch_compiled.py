"""Let torch.compile hide it.

expected: forbidden|error|crashed|timeout|memory
"""

import torch


def weights(scores):
    return torch.compile(lambda x: torch.softmax(x, 0), backend="eager")(scores)
