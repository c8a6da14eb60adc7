"""Call it from nn.functional.

expected: forbidden
"""

import torch.nn.functional as F


def weights(scores):
    return F.softmax(scores, dim=0)
