"""Use it without any record of gradients.

expected: forbidden
"""

import torch


def weights(scores):
    with torch.inference_mode():
        return torch.softmax(scores, 0).clone()
