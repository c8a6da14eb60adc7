"""Keep the function that was given to one call, and ask it in another, with all the tokens there are.

expected: crashed|error|failed
"""

import torch

kept = []


def chosen(log_probs, token):
    kept.append(log_probs)
    return int(kept[0](torch.tensor([[token]])).argmin())


def plain(x):
    return kept[0](x)
