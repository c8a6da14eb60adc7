"""Right solutions of unit 09, written as different students would: the grader accepts every one."""

import copy

import torch
import torch.nn.functional as F
from torch import nn

from autograder.toolkit.variants import alternative


@alternative("EncoderLayer")
class DropsWeightsToo(nn.Module):
    """Attention weights are dropped as well, which is allowed."""

    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model=d_model, num_heads=num_heads, dropout=dropout)
        self.feed_forward = FeedForward(d_model=d_model, d_ff=d_ff, dropout=dropout)
        self.add_norm1 = AddNorm(d_model=d_model, dropout=dropout)
        self.add_norm2 = AddNorm(d_model=d_model, dropout=dropout)

    def forward(self, x, mask=None):
        attended, _ = self.self_attention(query=x, key=x, value=x, mask=mask)
        y = self.add_norm1(x, attended)
        return self.add_norm2(x=y, sublayer_output=self.feed_forward(x=y))


@alternative("EncoderLayer")
class NothingDroppedInside(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.add_norm1, self.add_norm2 = (AddNorm(d_model, dropout) for _ in range(2))
        self.self_attention = MultiHeadAttention(d_model, num_heads, 0.0)
        self.feed_forward = FeedForward(d_model, d_ff, 0.0)

    def forward(self, x, mask=None):
        return self._think(self._look(x, mask))

    def _look(self, x, mask):
        return self.add_norm1(x, self.self_attention(x, x, x, mask)[0])

    def _think(self, x):
        return self.add_norm2(x, self.feed_forward(x))


@alternative("EncoderLayer")
class PartsOfItsOwn(nn.Module):
    """Uses nothing of earlier units: PyTorch's own layers under the names of the contract."""

    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"{num_heads} heads cannot share {d_model} columns")
        self.num_heads, self.rate = num_heads, dropout
        self.self_attention = nn.Module()
        for name in ("w_q", "w_k", "w_v", "w_o"):
            setattr(self.self_attention, name, nn.Linear(d_model, d_model))
        self.feed_forward = nn.Module()
        self.feed_forward.linear1, self.feed_forward.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.add_norm1, self.add_norm2 = nn.Module(), nn.Module()
        self.add_norm1.norm, self.add_norm2.norm = nn.LayerNorm(d_model), nn.LayerNorm(d_model)

    def forward(self, x, mask=None):
        a, (batch, n, d_model) = self.self_attention, x.shape
        q, k, v = (w(x).view(batch, n, self.num_heads, -1).transpose(1, 2) for w in (a.w_q, a.w_k, a.w_v))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        y = a.w_o(y.transpose(1, 2).reshape(batch, n, d_model))
        x = self.add_norm1.norm(x + F.dropout(y, self.rate, self.training))
        y = self.feed_forward.linear2(torch.relu(self.feed_forward.linear1(x)))
        return self.add_norm2.norm(x + F.dropout(y, self.rate, self.training))


@alternative("EncoderLayer")
class ByName(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        parts = {
            "self_attention": MultiHeadAttention(d_model, num_heads, dropout),
            "add_norm1": AddNorm(d_model, dropout),
            "feed_forward": FeedForward(d_model, d_ff, dropout),
            "add_norm2": AddNorm(d_model, dropout),
        }
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, x, mask=None):
        for add_norm, sub_layer in (
            (self.add_norm1, lambda y: self.self_attention(y, y, y, mask)[0]),
            (self.add_norm2, self.feed_forward),
        ):
            x = add_norm(x, sub_layer(x))
        return x


@alternative("Encoder")
class Appended(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList()
        for _ in range(num_layers):
            self.layers.append(EncoderLayer(d_model, num_heads, d_ff, dropout=dropout))

    def forward(self, x, mask=None):
        out = x
        for number in range(len(self.layers)):
            out = self.layers[number](out, mask=mask)
        return out


@alternative("Encoder")
class Copied(nn.Module):
    """One layer and copies of it: the same numbers at first, but weights of their own."""

    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        first = EncoderLayer(d_model, num_heads, d_ff, dropout)
        self.layers = nn.ModuleList([copy.deepcopy(first) for _ in range(num_layers)])

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return x


@alternative("Encoder")
class OneAfterTheOther(nn.Module):
    """A Sequential has the same names inside as a list."""

    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.Sequential(*[EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers)])

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return x


@alternative("Encoder")
class Recursive(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList(map(lambda _: EncoderLayer(d_model, num_heads, d_ff, dropout), range(num_layers)))

    def forward(self, x, mask=None):
        def above(x, number):
            return x if number == len(self.layers) else above(self.layers[number](x, mask), number + 1)

        return above(x, 0)
