"""Use softmin of the negative.

expected: forbidden
"""

import torch


def weights(scores):
    return torch.nn.functional.softmin(-scores, dim=0)
