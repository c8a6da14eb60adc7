"""Catch everything, then compute it by hand.

expected: forbidden
"""

import torch


def weights(scores):
    try:
        return torch.softmax(scores, 0)
    except BaseException:
        e = (scores - scores.max()).exp()
        return e / e.sum()
