"""Unit 08."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # the library's norms: the questions have their own arithmetic
from torch import nn

from autograder.quiz.kinds import Answer, Shown

from .patterns import printed_with, values


def normalised_number(shown: Shown) -> Answer:
    (row,) = values(r"columns (\[.*?\])", shown.text)
    return F.layer_norm(torch.tensor(row, dtype=torch.float64), [4], eps=1e-12)[0].item()


def batch_norm_number(shown: Shown) -> Answer:
    words = values(r"each: (\[.*?\]), (\[.*?\]) and (\[.*?\])\.", shown.text)
    return F.batch_norm(torch.tensor(words, dtype=torch.float64), None, None, training=True, eps=1e-12)[0, 0].item()


def shape_of_the_means(shown: Shown) -> Answer:
    (shape,) = values(r"shape `(\(.*?\))`", shown.text)
    return tuple(torch.zeros(shape).mean(-1, keepdim=True).shape)


def signal_through_the_stack(shown: Shown) -> Answer:
    slope, depth = values(r"f\(x\) = (-?[\d.]+)\\,x.*stack of (\d+)", shown.text)
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    y = x
    for _ in range(depth):
        y = y + slope * y
    return torch.autograd.grad(y, x)[0].item()


def feed_forward_parameters(shown: Shown) -> Answer:
    d_model, d_ff = values(r"= (\d+)\$ and \$d_\{ff\} = (\d+)\$", shown.text)
    network = nn.Sequential(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Linear(d_ff, d_model))
    return sum(parameter.numel() for parameter in network.parameters())


def library_norm(x, weight, bias, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps)


def constant_word(shown: Shown) -> str:
    return printed_with(shown, layer_norm=library_norm)
