"""Call the forbidden function.

expected: forbidden
"""

import torch


def weights(scores):
    return torch.softmax(scores, 0)
