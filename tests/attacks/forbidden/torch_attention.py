"""Let attention compute it: values that are the identity give the weights.

expected: forbidden
"""

import torch


def weights(scores):
    n = len(scores)
    query = torch.ones(1, 1, 1, dtype=scores.dtype)
    keys = scores.reshape(1, n, 1)
    values = torch.eye(n, dtype=scores.dtype)[None]
    return torch.nn.functional.scaled_dot_product_attention(query, keys, values, scale=1.0)[0, 0]
