"""Ask the grader's function for ever.

expected: timeout
"""

import torch


def chosen(log_probs, token):
    while True:
        log_probs(torch.tensor([[token]]))
