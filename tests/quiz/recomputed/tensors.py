"""Unit 06."""

from __future__ import annotations

import torch
from torch import nn

from autograder.quiz.kinds import Answer, Shown

from .patterns import printed_with, values


def attention_parameters(shown: Shown) -> Answer:
    (d_model,) = values(r"= (\d+)\$ and", shown.text)
    return sum(parameter.numel() for _ in range(4) for parameter in nn.Linear(d_model, d_model).parameters())


def shape_of_the_weights(shown: Shown) -> Answer:
    d_model, heads, queries, keys = values(r"Attention\((\d+), (\d+)\)` gets .*?`(\(.*?\))`.*?`(\(.*?\))`", shown.text)
    attention = nn.MultiheadAttention(d_model, heads, batch_first=True)
    memory = torch.zeros(keys)
    return tuple(attention(torch.zeros(queries), memory, memory, average_attn_weights=False)[1].shape)


def slope_of_a_share(shown: Shown) -> Answer:
    (shares,) = values(r"shares (\[.*?\])", shown.text)
    scores = torch.tensor(shares, dtype=torch.float64).log()
    return torch.autograd.functional.jacobian(lambda x: x.softmax(0), scores)[0, 1].item()


def spread_of_scores(shown: Shown) -> Answer:
    (d_k,) = values(r"d_k = (\d+)", shown.text)
    return sum(1.0 * 1.0 for _ in range(d_k)) ** 0.5


def half_overflow(shown: Shown) -> str:
    return printed_with(shown)
