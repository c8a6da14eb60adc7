"""Unit 10."""

from __future__ import annotations

import torch
from torch import nn

from autograder.quiz.kinds import Answer, Shown

from .patterns import values


def shape_of_cross_weights(shown: Shown) -> Answer:
    heads, targets, memory = values(r"with (\d+) heads gets .*?`(\(.*?\))`.*?`(\(.*?\))`", shown.text)
    attention = nn.MultiheadAttention(targets[-1], heads, batch_first=True)
    sources = torch.zeros(memory)
    return tuple(attention(torch.zeros(targets), sources, sources, average_attn_weights=False)[1].shape)


def allowed_pairs(shown: Shown) -> Answer:
    length, words = values(r"A target of (\d+) places: (\d+) words", shown.text)
    return sum(key <= query and key < words for query in range(length) for key in range(length))


def parameters_of_a_decoder_layer(shown: Shown) -> Answer:
    d_model, d_ff = values(r"= (\d+)\$ and \$d_\{ff\} = (\d+)\$", shown.text)
    return sum(parameter.numel() for parameter in nn.TransformerDecoderLayer(d_model, 2, d_ff).parameters())


def row_of_the_mask(shown: Shown) -> Answer:
    """By asking of each key, one after the other, whether it may be seen."""
    tokens, row = values(r"tensor\(\[(\[.*?\])\]\).*?mask\[0, 0, (\d+)\]", shown.code)
    return " ".join(str(int(key <= row and token != 0)) for key, token in enumerate(tokens))
