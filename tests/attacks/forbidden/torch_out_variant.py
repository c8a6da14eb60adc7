"""Use the variant with an output.

expected: forbidden
"""

import torch


def weights(scores):
    out = torch.empty_like(scores)
    torch.ops.aten._softmax.out(scores, 0, False, out=out)
    return out
