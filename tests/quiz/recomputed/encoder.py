"""Unit 09."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from autograder.quiz.kinds import Answer, Shown

from .patterns import printed_with, values


def parameters_of_a_layer(shown: Shown) -> Answer:
    d_model, d_ff = values(r"= (\d+)\$ and \$d_\{ff\} = (\d+)\$", shown.text)
    layer = nn.TransformerEncoderLayer(d_model, 2, d_ff)
    return sum(parameter.numel() for parameter in layer.parameters())


def shared_layers(shown: Shown) -> Answer:
    count, layers = values(r"One layer has (\d+) parameters.*?encoder of (\d+) layers", shown.text)
    one = nn.ParameterList([nn.Parameter(torch.zeros(count))])
    shared = nn.ModuleList([one] * layers)
    separate = [nn.Parameter(torch.zeros(count)) for _ in range(layers)]
    return sum(p.numel() for p in separate) - sum(p.numel() for p in shared.parameters())


def growth_with_length(shown: Shown) -> Answer:
    (factor,) = values(r"is (\d+) times as long", shown.text)
    return torch.zeros(factor, factor).numel() / torch.zeros(1, 1).numel()


def multiplications(shown: Shown) -> Answer:
    length, d_model = values(r"of (\d+) words with .*? = (\d+)\$", shown.text)
    heads = torch.zeros(4, length, d_model // 4)
    with FlopCounterMode(display=False) as counter:
        heads @ heads.transpose(-2, -1) @ heads
    return counter.get_total_flops() // 2  # PyTorch counts a multiplication and an addition for each


def shape_of_the_memory(shown: Shown) -> Answer:
    d_model, heads, d_ff, words = values(r"d_model=(\d+), num_heads=(\d+), d_ff=(\d+)\)`.*?`(\(.*?\))`", shown.text)
    return tuple(nn.TransformerEncoderLayer(d_model, heads, d_ff, batch_first=True)(torch.zeros(words)).shape)


def count_in_a_list(shown: Shown) -> str:
    return printed_with(shown)
