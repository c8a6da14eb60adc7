"""Right solutions of unit 10, written as different students would: the grader accepts every one."""

import copy

import torch.nn.functional as F
from torch import nn

from autograder.toolkit.variants import alternative


@alternative("DecoderLayer")
class DropsWeightsToo(nn.Module):
    """Attention weights are dropped as well, which is allowed."""

    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model=d_model, num_heads=num_heads, dropout=dropout)
        self.cross_attention = MultiHeadAttention(d_model=d_model, num_heads=num_heads, dropout=dropout)
        self.feed_forward = FeedForward(d_model=d_model, d_ff=d_ff, dropout=dropout)
        self.add_norm1 = AddNorm(d_model=d_model, dropout=dropout)
        self.add_norm2 = AddNorm(d_model=d_model, dropout=dropout)
        self.add_norm3 = AddNorm(d_model=d_model, dropout=dropout)

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        written, _ = self.self_attention(query=x, key=x, value=x, mask=self_mask)
        y = self.add_norm1(x, written)
        read, _ = self.cross_attention(query=y, key=memory, value=memory, mask=memory_mask)
        z = self.add_norm2(y, read)
        return self.add_norm3(x=z, sublayer_output=self.feed_forward(z))


@alternative("DecoderLayer")
class ThreeTimesTheSame(nn.Module):
    """Three sub-layers, three frames, one loop."""

    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        for name in ("self_attention", "cross_attention"):
            setattr(self, name, MultiHeadAttention(d_model, num_heads))
        self.feed_forward = FeedForward(d_model, d_ff, 0.0)
        for number in range(1, 4):
            setattr(self, f"add_norm{number}", AddNorm(d_model, dropout))

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        sub_layers = [
            lambda y: self.self_attention(y, y, y, self_mask)[0],
            lambda y: self.cross_attention(y, memory, memory, memory_mask)[0],
            self.feed_forward,
        ]
        for add_norm, sub_layer in zip((self.add_norm1, self.add_norm2, self.add_norm3), sub_layers, strict=True):
            x = add_norm(x, sub_layer(x))
        return x


@alternative("DecoderLayer")
class PartsOfItsOwn(nn.Module):
    """Uses nothing of earlier units: PyTorch's own layers under the names of the contract."""

    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"{num_heads} heads cannot share {d_model} columns")
        self.num_heads, self.dropout = num_heads, nn.Dropout(dropout)
        for name in ("self_attention", "cross_attention"):
            attention = nn.Module()
            for projection in "qkvo":
                attention.add_module(f"w_{projection}", nn.Linear(d_model, d_model))
            self.add_module(name, attention)
        self.feed_forward = nn.Module()
        self.feed_forward.linear1, self.feed_forward.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        for number in (1, 2, 3):
            frame = nn.Module()
            frame.norm = nn.LayerNorm(d_model)
            self.add_module(f"add_norm{number}", frame)

    def attend(self, a, asking, asked, mask):
        q, k, v = (
            w(each).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for w, each in ((a.w_q, asking), (a.w_k, asked), (a.w_v, asked))
        )
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return a.w_o(out.transpose(1, 2).flatten(2))

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        x = self.add_norm1.norm(x + self.dropout(self.attend(self.self_attention, x, x, self_mask)))
        x = self.add_norm2.norm(x + self.dropout(self.attend(self.cross_attention, x, memory, memory_mask)))
        thought = self.feed_forward.linear2(self.feed_forward.linear1(x).relu())
        return self.add_norm3.norm(x + self.dropout(thought))


@alternative("DecoderLayer")
class InSteps(nn.Module):
    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.feed_forward = FeedForward(d_model, d_ff, dropout)
        self.add_norm1, self.add_norm2, self.add_norm3 = (AddNorm(d_model, dropout) for _ in "123")
        self.self_attention, self.cross_attention = (MultiHeadAttention(d_model, num_heads) for _ in "12")

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        return self.think(self.read(self.look_back(x, self_mask), memory, memory_mask))

    def look_back(self, x, mask):
        return self.add_norm1(x, self.self_attention(x, x, x, mask)[0])

    def read(self, x, memory, mask):
        output, _weights = self.cross_attention(x, memory, memory, mask)
        return self.add_norm2(x, output)

    def think(self, x):
        return self.add_norm3(x, self.feed_forward(x))


@alternative("Decoder")
class Recursive(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers)])

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        def above(x, layers):
            return above(layers[0](x, memory, self_mask, memory_mask), layers[1:]) if layers else x

        return above(x, list(self.layers))


@alternative("Decoder")
class Appended(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.layers = nn.ModuleList()
        for _ in range(num_layers):
            self.layers.append(DecoderLayer(d_model, num_heads, d_ff, dropout=dropout))

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        out = x
        for layer in self.layers:
            out = layer(x=out, memory=memory, self_mask=self_mask, memory_mask=memory_mask)
        return out


@alternative("Decoder")
class Copied(nn.Module):
    """One layer and copies of it: the same numbers at first, but weights of their own."""

    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        first = DecoderLayer(d_model, num_heads, d_ff, dropout)
        self.layers = nn.ModuleList([copy.deepcopy(first) for _ in range(num_layers)])

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return x


@alternative("Decoder")
class ByNumber(nn.Module):
    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        super().__init__()
        self.num_layers = num_layers
        self.layers = nn.Sequential(*(DecoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers)))

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        number = 0
        while number < self.num_layers:
            x = self.layers[number].forward(x, memory, self_mask, memory_mask)
            number += 1
        return x
