"""Ask about an empty tensor that claims axes beyond all memory.

expected: error|failed|crashed|timeout
"""

import torch


def chosen(log_probs, token):
    return int(log_probs(torch.zeros(1, 0, dtype=torch.int64).expand(1 << 30, 0))[0].argmax())
