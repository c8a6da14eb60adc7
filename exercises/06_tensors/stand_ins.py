"""Ready-made versions of the unit's functions and classes, for exercises that use one which is not right yet. PyTorch does the work."""

import torch
from torch import nn
from torch.nn import functional


def _floating(x):
    return x if x.is_floating_point() else x.to(torch.get_default_dtype())


def norm(x, dim=-1):
    return torch.linalg.vector_norm(_floating(x), dim=dim)


def cosine_similarity(x, y, dim=-1):
    if x.size(dim) != y.size(dim):
        raise ValueError(f"found vectors of {x.size(dim)} and of {y.size(dim)} components")
    # All that is not zero is brought to length 1 first: the library takes what is shorter than eps for zero.
    x, y = (each / norm(each, dim).unsqueeze(dim).masked_fill(~each.any(dim, keepdim=True), 1) for each in (x, y))
    return functional.cosine_similarity(x, y, dim, eps=0.5).clip(-1, 1)


def softmax(x, dim=-1):
    x = _floating(x)
    nothing = x.isneginf().all(dim, keepdim=True)
    return torch.softmax(x.masked_fill(nothing, 0), dim).masked_fill(nothing, 0)


def causal_mask(n, device=None):
    return nn.Transformer.generate_square_subsequent_mask(n, device=device).isfinite()


def padding_mask(tokens, pad=0):
    return torch.ne(tokens, pad).unsqueeze(1).unsqueeze(1)


def scaled_dot_product_attention(q, k, v, mask=None):
    q, k, v = _floating(q), _floating(k), _floating(v)
    for what, one, other in (("columns", q.size(-1), k.size(-1)), ("keys and values", k.size(-2), v.size(-2))):
        if one != other:
            raise ValueError(f"{what}: {one} and {other}, expected as many")
    shape = (*q.shape[:-1], k.size(-2))
    if mask is not None:
        try:
            mask = torch.broadcast_to(mask, shape)
        except RuntimeError:
            raise ValueError(f"found a mask {tuple(mask.shape)} for scores {shape}") from None
        v = v.masked_fill(~mask.any(-2).unsqueeze(-1), 0)
    # The library keeps the weights to itself: the values of an identity matrix bring them out.
    identity = torch.eye(k.size(-2), dtype=k.dtype, device=k.device).expand(*k.shape[:-1], -1)
    weights = functional.scaled_dot_product_attention(q, k, identity, mask)
    return weights @ v, weights


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"found {d_model} columns for {num_heads} heads, expected a multiple")
        self.num_heads, self.rate = num_heads, dropout
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        projected = (self.w_q(query), self.w_k(key), self.w_v(value))
        q, k, v = (torch.stack(x.chunk(self.num_heads, -1), 1) for x in projected)
        _, weights = scaled_dot_product_attention(q, k, v, mask)
        weights = functional.dropout(weights, self.rate, self.training)
        return self.w_o(torch.cat((weights @ v).unbind(1), -1)), weights
