"""Right solutions of unit 07, written as different students would: the grader accepts every one."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from autograder.toolkit.variants import alternative


@alternative("sinusoidal_positions")
def powers_and_a_stack(length, d_model):
    if d_model % 2 == 1:
        raise ValueError(f"an even d_model is expected, found {d_model}")
    angles = torch.arange(length)[:, None] / 10000 ** (torch.arange(d_model // 2) * 2 / d_model)
    return torch.stack((angles.sin(), angles.cos()), dim=2).reshape(length, d_model)


@alternative("sinusoidal_positions")
def sines_of_shifted_angles(length, d_model):
    """The cosine is the sine a quarter of a turn further on."""
    if d_model % 2:
        raise ValueError(f"{d_model} is odd, expected an even number")
    columns = torch.arange(d_model, dtype=torch.float64)
    clock = torch.pow(torch.tensor(10000.0, dtype=torch.float64), -(columns - columns % 2) / d_model)
    angles = torch.outer(torch.arange(length, dtype=torch.float64), clock) + columns % 2 * math.pi / 2
    return angles.sin().float()


@alternative("sinusoidal_positions")
def with_numpy(length, d_model):
    if d_model & 1:
        raise ValueError(f"expected an even d_model, got {d_model}")
    pos, i = np.mgrid[:length, : d_model // 2]
    angles = pos / np.power(10000.0, 2 * i / d_model)
    table = np.zeros((length, d_model), dtype=np.float32)
    table[:, ::2] = np.sin(angles)
    table[:, 1::2] = np.cos(angles)
    return torch.from_numpy(table)


@alternative("sinusoidal_positions")
def complex_hands(length, d_model):
    half, odd = divmod(d_model, 2)
    if odd:
        raise ValueError(f"d_model should be even and is {d_model}")
    angles = torch.arange(length).float()[:, None] * 10000.0 ** (-torch.arange(half).float() / half)
    hands = torch.polar(torch.ones_like(angles), angles)
    return torch.stack([hands.imag, hands.real], -1).flatten(1)


@alternative("sinusoidal_positions")
def where_the_column_is_odd(length, d_model):
    if d_model % 2 != 0:
        raise ValueError(f"found d_model = {d_model}, which is odd")
    columns = torch.arange(d_model)
    exponents = 2 * torch.div(columns, 2, rounding_mode="floor") / d_model
    angles = torch.arange(length).unsqueeze(-1) / torch.pow(10000.0, exponents)
    return torch.where(columns % 2 == 0, torch.sin(angles), torch.cos(angles))


@alternative("PositionalEncoding")
class LeadingAxis(nn.Module):
    """As many textbooks have it: a table with an axis for the batch."""

    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        self.register_buffer("table", sinusoidal_positions(max_length, d_model).unsqueeze(0))

    def forward(self, x):
        n = x.size(1)
        if n > self.table.size(1):
            raise ValueError(f"sequence of {n} is longer than max_length {self.table.size(1)}")
        return self.dropout(x + self.table[:, :n].type_as(x))


@alternative("PositionalEncoding")
class NotSaved(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.max_length = max_length
        self.rate = dropout
        self.register_buffer("table", sinusoidal_positions(max_length, d_model), persistent=False)

    def forward(self, x):
        batch, n, d_model = x.shape
        if n > self.max_length:
            raise ValueError(f"{n} > {self.max_length}")
        rows = self.table[:n, :].unsqueeze(0).expand(batch, n, d_model)
        return F.dropout(torch.add(x, rows.to(dtype=x.dtype)), p=self.rate, training=self.training)


@alternative("PositionalEncoding")
class LookedUp(nn.Module):
    """Rows taken by an index, dropout written by hand."""

    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.table: torch.Tensor
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.keep = 1.0 - dropout

    def forward(self, x):
        if x.shape[-2] > self.table.shape[0]:
            raise ValueError(f"expected {self.table.shape[0]} words at most, found {x.shape[-2]}")
        out = x + self.table.narrow(0, 0, x.shape[-2]).to(x)
        if self.training and self.keep < 1.0:
            out = out * torch.bernoulli(torch.full_like(out, self.keep)) / self.keep
        return out


@alternative("PositionalEncoding")
class OwnFormula(nn.Module):
    """Does not use the function of the first exercise."""

    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        angles = torch.arange(max_length)[:, None] * 10000.0 ** (-torch.arange(0, d_model, 2) / d_model)
        table = torch.zeros(max_length, d_model)
        table[:, 0::2] = angles.sin()
        table[:, 1::2] = angles.cos()
        self.register_buffer("table", table)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        n, most = x.shape[1], self.table.shape[0]
        if n > most:
            raise ValueError(f"too long: {n} words for {most} positions")
        return self.drop(x.clone().add_(self.table[:n].to(x.dtype)))


@alternative("TokenEmbedding")
class ByEmbedding(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(vocab_size, d_model))
        nn.init.xavier_uniform_(self.weight)
        self.scale = math.sqrt(d_model)

    def forward(self, tokens):
        return F.embedding(tokens, self.weight) * self.scale


@alternative("TokenEmbedding")
class AnEmbeddingItself(nn.Embedding):
    def __init__(self, vocab_size, d_model):
        super().__init__(vocab_size, d_model)

    def forward(self, tokens):
        return super().forward(tokens) * self.embedding_dim**0.5


@alternative("TokenEmbedding")
class RowsSelected(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(vocab_size, d_model) - 0.5)

    def forward(self, tokens):
        d_model = self.weight.size(1)
        rows = torch.index_select(self.weight, 0, tokens.reshape(-1))
        return rows.mul(d_model**0.5).reshape(*tokens.shape, d_model)


@alternative("TokenEmbedding")
class TakesGathered(nn.Module):
    def __init__(self, vocab_size, d_model):
        super().__init__()
        self.register_parameter("weight", nn.Parameter(torch.zeros(vocab_size, d_model).normal_()))

    def forward(self, tokens):
        width = self.weight.shape[-1]
        index = tokens.flatten().unsqueeze(-1).expand(-1, width)
        return self.weight.gather(0, index).view((*tokens.shape, width)) * math.sqrt(width)
