"""Right solutions of unit 06, written as different students would: the grader accepts every one."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder.toolkit.variants import alternative


def in_floats(x):
    return x if torch.is_floating_point(x) else x.to(torch.get_default_dtype())


@alternative("norm")
def where_before_the_root(x, dim=-1):
    s = in_floats(x).pow(2).sum(dim=dim)
    return torch.where(s > 0, torch.where(s > 0, s, torch.ones_like(s)).sqrt(), torch.zeros_like(s))


@alternative("norm")
def scaled_by_the_largest(x, dim=-1):
    x = in_floats(x)
    largest = x.detach().abs().amax(dim, keepdim=True)
    largest = torch.where(largest == 0, torch.ones_like(largest), largest)
    s = ((x / largest) ** 2).sum(dim)
    zero = s == 0
    return (s + zero).sqrt().masked_fill(zero, 0) * largest.squeeze(dim)


@alternative("norm")
def by_einsum(x, dim=-1):
    y = in_floats(x).movedim(dim, -1)
    s = torch.einsum("...i,...i->...", y, y)
    empty = s.eq(0)
    return torch.sqrt(s.masked_fill(empty, 1)) * (~empty)


@alternative("norm")
def power_of_a_half(x, dim=-1):
    s = torch.sum(torch.square(in_floats(x)), dim)
    return torch.where(s == 0, s, torch.where(s == 0, 1.0, s) ** 0.5)


@alternative("norm")
def row_by_row(x, dim=-1):
    """Slow, and right: nothing is asked about the cost."""
    x = in_floats(x).movedim(dim, -1)
    rows = []
    for row in x.reshape(-1, x.shape[-1]):
        square = row @ row
        rows.append(square.sqrt() if square > 0 else 0 * row.sum())
    return torch.stack(rows).reshape(x.shape[:-1])


@alternative("cosine_similarity")
def unit_vectors_first(x, y, dim=-1):
    if x.size(dim) != y.size(dim):
        raise ValueError(f"lengths {x.size(dim)} and {y.size(dim)} differ")
    units = []
    for each in (in_floats(x), in_floats(y)):
        length = norm(each, dim).unsqueeze(dim)
        units.append(each / torch.where(length == 0, torch.ones_like(length), length))
    return (units[0] * units[1]).sum(dim).clamp(-1, 1)


@alternative("cosine_similarity")
def clipped_quotient(x, y, dim=-1):
    if x.shape[dim] != y.shape[dim]:
        raise ValueError(f"expected {x.shape[dim]} components, found {y.shape[dim]}")
    x, y = in_floats(x), in_floats(y)
    product, nx, ny = (x * y).sum(dim), norm(x, dim), norm(y, dim)
    return torch.clip(product / (nx + (nx == 0)) / (ny + (ny == 0)), min=-1.0, max=1.0)


@alternative("cosine_similarity")
def with_where(x, y, dim=-1):
    if (a := x.shape[dim]) != (b := y.shape[dim]):
        raise ValueError(f"{a} != {b}")
    x, y = in_floats(x), in_floats(y)
    denominator = norm(x, dim) * norm(y, dim)
    nothing = denominator == 0
    quotient = torch.einsum("...i,...i->...", x.movedim(dim, -1), y.movedim(dim, -1)) / torch.where(
        nothing, 1.0, denominator
    )
    return torch.where(nothing, torch.zeros_like(quotient), quotient).clamp(-1.0, 1.0)


@alternative("cosine_similarity")
def minimum_and_maximum(x, y, dim=-1):
    if x.shape[dim] != y.shape[dim]:
        raise ValueError(f"x: {x.shape[dim]}, y: {y.shape[dim]}")
    x, y = in_floats(x), in_floats(y)
    lengths = norm(x, dim) * norm(y, dim)
    cosine = torch.sum(x * y, dim) / lengths.masked_fill(lengths.eq(0), 1)
    one = torch.ones_like(cosine)
    return torch.minimum(torch.maximum(cosine, -one), one)


@alternative("softmax")
def by_logarithms(x, dim=-1):
    x = in_floats(x)
    hidden = x == -math.inf
    all_hidden = hidden.all(dim, keepdim=True)
    x = x.masked_fill(all_hidden, 0.0)
    return torch.exp(x - torch.logsumexp(x, dim, keepdim=True)).masked_fill(all_hidden, 0.0)


@alternative("softmax")
def maximum_with_its_gradient(x, dim=-1):
    x = in_floats(x)
    largest, _ = x.max(dim, keepdim=True)
    largest = torch.where(largest == -math.inf, torch.zeros_like(largest), largest)
    e = (x - largest).exp()
    s = e.sum(dim, keepdim=True)
    return e / (s + (s == 0))


@alternative("softmax")
def times_the_reciprocal(x, dim=-1):
    x = in_floats(x)
    shifted = x - x.amax(dim=dim, keepdim=True).clamp_min(torch.finfo(x.dtype).min)
    powers = shifted.exp()
    return powers / powers.sum(dim=dim, keepdim=True).clamp(min=torch.finfo(x.dtype).tiny)


@alternative("softmax")
def nan_to_num_of_the_maximum(x, dim=-1):
    x = in_floats(x)
    m = torch.amax(x.detach(), dim, keepdim=True).nan_to_num(neginf=0.0)
    p = torch.exp(torch.sub(x, m))
    total = p.sum(dim, True)
    return p.div(torch.where(total > 0, total, 1.0))


@alternative("causal_mask")
def compares_positions(n, device=None):
    p = torch.arange(n, device=device)
    return p[:, None] >= p[None, :]


@alternative("causal_mask")
def not_the_upper_triangle(n, device=None):
    return ~torch.triu(torch.ones((n, n), dtype=torch.bool, device=device), diagonal=1)


@alternative("causal_mask")
def numbers_then_booleans(n, device=None):
    return torch.tril(torch.ones(n, n, device=device)) == 1


@alternative("causal_mask")
def running_sum(n, device=None):
    return torch.eye(n, device=device).flip(1).cumsum(1).flip(1).bool()


@alternative("padding_mask")
def viewed(tokens, pad=0):
    batch, n = tokens.shape
    return tokens.ne(pad).view(batch, 1, 1, n)


@alternative("padding_mask")
def unsqueezed(tokens, pad=0):
    return torch.logical_not(tokens == pad).unsqueeze(1).unsqueeze(2)


@alternative("padding_mask")
def like_the_tokens(tokens, pad=0):
    return (tokens != torch.full_like(tokens, pad))[:, None, None] if 0 <= pad < 100 else (tokens != pad)[:, None, None]


@alternative("padding_mask")
def inverted(tokens, pad=0):
    return ~tokens.eq(pad)[:, None, None, :]


def checked(q, k, v):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"d_k of queries is {q.shape[-1]}, of keys {k.shape[-1]}")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError(f"{k.shape[-2]} keys, {v.shape[-2]} values")
    return in_floats(q), in_floats(k), in_floats(v)


def spread(mask, scores):
    try:
        return torch.broadcast_to(mask, scores.shape)
    except RuntimeError as error:
        raise ValueError(f"mask {tuple(mask.shape)}, scores {tuple(scores.shape)}") from error


@alternative("scaled_dot_product_attention")
def lowest_number_and_zeros(q, k, v, mask=None):
    q, k, v = checked(q, k, v)
    scores = torch.matmul(q, k.transpose(-1, -2)) * q.shape[-1] ** -0.5
    if mask is None:
        weights = softmax(scores, dim=-1)
        return torch.matmul(weights, v), weights
    mask = spread(mask, scores)
    weights = softmax(scores.masked_fill(~mask, float("-inf")), dim=-1)
    visible = mask.any(dim=-2)[..., None]
    return torch.matmul(weights, torch.where(visible, v, torch.zeros_like(v))), weights


@alternative("scaled_dot_product_attention")
def lowest_number_of_the_dtype(q, k, v, mask=None):
    """Right wherever no visible score is as low as that number, which is not asked about."""
    q, k, v = checked(q, k, v)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is None:
        weights = softmax(scores)
        return weights @ v, weights
    mask = spread(mask, scores)
    weights = softmax(scores.masked_fill(~mask, torch.finfo(scores.dtype).min)).masked_fill(~mask, 0)
    return weights @ v.masked_fill(~mask.any(-2)[..., None], 0), weights


@alternative("scaled_dot_product_attention")
def by_einsum_attention(q, k, v, mask=None):
    q, k, v = checked(q, k, v)
    scores = torch.einsum("...qd,...kd->...qk", q / math.sqrt(q.shape[-1]), k)
    if mask is not None:
        mask = spread(mask, scores)
        scores = torch.where(mask, scores, torch.full_like(scores, -math.inf))
        v = v.masked_fill(~mask.any(-2).unsqueeze(-1), 0)
    weights = softmax(scores)
    return torch.einsum("...qk,...kv->...qv", weights, v), weights


@alternative("scaled_dot_product_attention")
def softmax_of_its_own(q, k, v, mask=None):
    q, k, v = checked(q, k, v)
    scores = q @ k.mT / math.sqrt(k.shape[-1])
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    mask = spread(mask, scores)
    shifted = scores - scores.detach().masked_fill(~mask, torch.finfo(scores.dtype).min).amax(-1, keepdim=True)
    powers = shifted.masked_fill(~mask, -math.inf).exp()
    total = powers.sum(-1, keepdim=True)
    weights = powers / total.masked_fill(total == 0, 1)
    return weights @ v.masked_fill(~mask.any(-2)[..., None], 0), weights


@alternative("scaled_dot_product_attention")
def queries_scaled_first(q, k, v, mask=None):
    q, k, v = checked(q, k, v)
    scores = (q * (1 / math.sqrt(q.size(-1)))) @ k.transpose(-2, -1)
    if mask is not None:
        mask = spread(mask, scores)
        scores = scores.masked_fill(mask.logical_not(), -math.inf)
        v = torch.where(mask.any(dim=-2).unsqueeze(-1), v, v.new_zeros(()))
    weights = softmax(scores, -1)
    return weights.matmul(v), weights


@alternative("MultiHeadAttention")
class ViewsAndTransposes(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"{d_model} columns cannot be shared by {num_heads} heads")
        self.h, self.d_k = num_heads, d_model // num_heads
        self.w_o = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_q = nn.Linear(d_model, d_model)
        self.drop = nn.Dropout(p=dropout)

    def forward(self, query, key, value, mask=None):
        batch = query.size(0)
        q = self.w_q(query).view(batch, -1, self.h, self.d_k).transpose(1, 2)
        k = self.w_k(key).view(batch, -1, self.h, self.d_k).transpose(1, 2)
        v = self.w_v(value).view(batch, -1, self.h, self.d_k).transpose(1, 2)
        _, weights = scaled_dot_product_attention(q, k, v, mask=mask)
        weights = self.drop(weights)
        heads = (weights @ v).transpose(1, 2).contiguous().view(batch, -1, self.h * self.d_k)
        return self.w_o(heads), weights


@alternative("MultiHeadAttention")
class ByEinsum(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"d_model={d_model} is no multiple of num_heads={num_heads}")
        self.num_heads, self.rate = num_heads, dropout
        for name in ("w_q", "w_k", "w_v", "w_o"):
            self.add_module(name, nn.Linear(d_model, d_model))

    def forward(self, query, key, value, mask=None):
        q, k, v = (
            getattr(self, name)(x).unflatten(-1, (self.num_heads, -1)).permute(0, 2, 1, 3)
            for name, x in (("w_q", query), ("w_k", key), ("w_v", value))
        )
        weights = scaled_dot_product_attention(q, k, v, mask)[1]
        dropped = F.dropout(weights, self.rate, training=self.training)
        heads = torch.einsum("bhqk,bhkd->bqhd", dropped, v)
        return self.w_o(heads.flatten(-2)), weights


@alternative("MultiHeadAttention")
class Chunks(nn.Module):
    """Cuts with `chunk` and stacks: a fixed number of operations all the same."""

    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        self.heads = num_heads
        if d_model // num_heads * num_heads != d_model:
            raise ValueError(f"expected a multiple of {num_heads}, got {d_model}")
        self.w_q, self.w_k, self.w_v = (
            nn.Linear(d_model, d_model),
            nn.Linear(d_model, d_model),
            nn.Linear(d_model, d_model),
        )
        self.w_o = nn.Linear(d_model, d_model)
        self.attention_dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        def heads(x):
            return x.reshape(*x.shape[:2], self.heads, -1).movedim(2, 1)

        q, k, v = heads(self.w_q(query)), heads(self.w_k(key)), heads(self.w_v(value))
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        if self.training:
            output = self.attention_dropout(weights) @ v
        return self.w_o(output.movedim(1, 2).reshape(query.shape)), weights


@alternative("MultiHeadAttention")
class AttentionOfItsOwn(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"{d_model} % {num_heads} is not 0")
        self.num_heads = num_heads
        self.w_q = nn.Linear(d_model, d_model, bias=True)
        self.w_k = nn.Linear(d_model, d_model, bias=True)
        self.w_v = nn.Linear(d_model, d_model, bias=True)
        self.w_o = nn.Linear(d_model, d_model, bias=True)
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        if key.shape[1] != value.shape[1]:
            raise ValueError(f"{key.shape[1]} keys and {value.shape[1]} values")
        q, k, v = (
            w(x).unflatten(2, (self.num_heads, -1)).transpose(1, 2)
            for w, x in ((self.w_q, query), (self.w_k, key), (self.w_v, value))
        )
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        if mask is not None:
            try:
                scores = scores.masked_fill(~mask.expand(scores.shape), -math.inf)
            except RuntimeError:
                raise ValueError(f"mask {tuple(mask.shape)} for {tuple(scores.shape)}") from None
        weights = softmax(scores)
        return self.w_o((self.dropout(weights) @ v).transpose(1, 2).flatten(2)), weights
