"""Take the mode off its stack.

expected: forbidden|error
"""

import torch


def weights(scores):
    from torch.utils._python_dispatch import _pop_mode

    _pop_mode()
    return torch.softmax(scores, 0)
