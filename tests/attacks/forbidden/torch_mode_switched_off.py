"""Switch the dispatch modes off.

expected: forbidden
"""

import torch


def weights(scores):
    with torch.utils._python_dispatch._disable_current_modes():
        return torch.softmax(scores, 0)
