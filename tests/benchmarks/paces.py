"""Programs for the benchmark of thresholds: the same answers by right ways and by slow ones."""

ARRAYS = """
import math
import numpy as np

def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)

def softmax_in_logarithms(x):
    shifted = x - np.max(x, axis=-1, keepdims=True)
    return np.exp(shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True)))

def softmax_in_place(x):
    e = x - np.amax(x, -1)[..., None]
    np.exp(e, out=e)
    e /= np.add.reduce(e, -1)[..., None]
    return e

def softmax_by_rows(x):
    return np.array([softmax(row) for row in x])

def softmax_by_map(x):
    return np.stack(list(map(softmax, x)))

def softmax_by_entries(x):
    rows = []
    for row in x.tolist():
        largest = max(row)
        shares = [math.exp(score - largest) for score in row]
        total = sum(shares)
        rows.append([share / total for share in shares])
    return np.array(rows)

def backward(y, dy):
    return y * (dy - (dy * y).sum(-1, keepdims=True))

def backward_by_product(y, dy):
    return y * dy - y * np.einsum("...i,...i->...", y, dy)[..., None]

def backward_with_a_jacobian(y, dy):
    jacobian = y[..., None] * (np.eye(y.shape[-1]) - y[..., None, :])
    return (jacobian @ dy[..., None])[..., 0]
"""

TENSORS = """
import math
import torch
from torch import nn

def attention(q, k, v):
    return torch.softmax(q @ k.mT / math.sqrt(q.shape[-1]), -1) @ v

def attention_by_names(q, k, v):
    scores = torch.einsum("...qd,...kd->...qk", q, k) * q.shape[-1] ** -0.5
    e = torch.exp(scores - scores.amax(-1, keepdim=True))
    return torch.einsum("...qk,...kd->...qd", e / e.sum(-1, keepdim=True), v)

def attention_by_queries(q, k, v):
    return torch.stack([attention(row[None], k, v)[0] for row in q])

def attention_with_a_width_for_every_pair(q, k, v):
    return torch.softmax((q[:, None] * k[None]).sum(-1) / math.sqrt(q.shape[-1]), -1) @ v

def chunked(q, k, v, size):
    largest = q.new_full((len(q), 1), -math.inf)
    total, out = q.new_zeros(len(q), 1), torch.zeros_like(v)
    for start in range(0, len(k), size):
        s = q @ k[start:start + size].T / math.sqrt(q.shape[-1])
        new = torch.maximum(largest, s.amax(-1, keepdim=True))
        p, kept = torch.exp(s - new), torch.exp(largest - new)
        total, out, largest = total * kept + p.sum(-1, keepdim=True), out * kept + p @ v[start:start + size], new
    return out / total

def chunked_over_queries(q, k, v, size):
    return torch.cat([attention(part, k, v) for part in q.split(size)])

def not_chunked(q, k, v, size):
    return attention(q, k, v)

class Heads(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
    def forward(self, x):
        q, k, v = (w(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for w in (self.w_q, self.w_k, self.w_v))
        return self.w_o(attention(q, k, v).transpose(1, 2).flatten(2))

class HeadsOfTheBatch(Heads):
    def forward(self, x):
        batch, n, width = x.shape
        h, d = self.num_heads, width // self.num_heads
        def split(y):
            return y.reshape(batch, n, h, d).permute(0, 2, 1, 3).reshape(batch * h, n, d)
        out = attention(split(self.w_q(x)), split(self.w_k(x)), split(self.w_v(x)))
        return self.w_o(out.reshape(batch, h, n, d).permute(0, 2, 1, 3).reshape(batch, n, width))

class HeadByHead(Heads):
    def forward(self, x):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        d = q.shape[-1] // self.num_heads
        parts = [slice(h * d, h * d + d) for h in range(self.num_heads)]
        return self.w_o(torch.cat([attention(q[..., p], k[..., p], v[..., p]) for p in parts], -1))

def next_token(xs, w_q, w_k, w_v, keys, values):
    keys, values = torch.cat([keys, xs[-1:] @ w_k]), torch.cat([values, xs[-1:] @ w_v])
    return torch.softmax((xs[-1:] @ w_q) @ keys.T, -1) @ values

def next_token_into_place(xs, w_q, w_k, w_v, keys, values):
    x = xs[-1:]
    keys = torch.cat([keys, x @ w_k])
    weights = torch.softmax(x @ w_q @ keys.T, -1)
    return weights[:, :-1] @ values + weights[:, -1:] @ (x @ w_v)

def next_token_from_the_start(xs, w_q, w_k, w_v, keys, values):
    q, k, v = xs @ w_q, xs @ w_k, xs @ w_v
    hidden = ~torch.ones(len(xs), len(xs), dtype=torch.bool).tril()
    return (torch.softmax((q @ k.T).masked_fill(hidden, -1e9), -1) @ v)[-1:]

def positive(x):
    return torch.where(x > 0, x, torch.zeros_like(x))

def positive_by_the_largest(x):
    return torch.clamp(x, min=0)

def positive_after_a_look(x):
    return x * (x > 0) if x.min() < 0 else x

def encode(x):
    return x + 1

def decode(x, steps):
    memory = encode(x)
    for _ in range(steps):
        memory = memory * 2
    return memory

def decode_recursively(x, steps, memory=None):
    memory = encode(x) if memory is None else memory
    return memory if steps == 0 else decode_recursively(x, steps - 1, memory * 2)

def decode_from_the_source(x, steps):
    for step in range(steps):
        memory = encode(x) * 2.0 ** (step + 1)
    return memory
"""
