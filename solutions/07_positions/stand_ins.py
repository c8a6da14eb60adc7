"""Ready-made versions of the unit's functions and classes, for exercises that use one which is not right yet. PyTorch does the work."""

import numpy as np
import torch
from torch import nn


def sinusoidal_positions(length, d_model):
    if d_model % 2:
        raise ValueError(f"found a d_model of {d_model}, expected an even one")
    turns = np.outer(np.arange(length), np.power(1e4, -np.arange(0, d_model, 2) / d_model))
    hands = np.exp(1j * turns)
    return torch.view_as_real(torch.from_numpy(hands)).flip(-1).flatten(1).to(torch.get_default_dtype())


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_length=5000, dropout=0.1):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.rate = dropout

    def forward(self, x):
        rows = x.size(-2)
        if rows > len(self.table):
            raise ValueError(f"found {rows} positions, expected {len(self.table)} or fewer")
        return nn.functional.dropout(torch.add(x, self.table.narrow(0, 0, rows).to(x.dtype)), self.rate, self.training)


class TokenEmbedding(nn.Embedding):
    def __init__(self, vocab_size, d_model):
        super().__init__(vocab_size, d_model)
        nn.init.normal_(self.weight, std=d_model**-0.5)

    def forward(self, tokens):
        return super().forward(tokens).mul(self.embedding_dim**0.5)
