"""Have the grader's function work on as much as can be sent.

expected: timeout|crashed|error
"""

import torch


def chosen(log_probs, token):
    return int(log_probs(torch.zeros(1 << 21, 1, dtype=torch.int64)).argmax())
