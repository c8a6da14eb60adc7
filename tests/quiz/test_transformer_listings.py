"""The quiz of unit 11: its listing is right but for its fault, each fault shows, and what is claimed is so."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from .listings import right_listing, wrong_listings
from .recomputed.transformer import shift_right


def test_the_layers_of_the_base_model_are_as_large_as_the_question_says():
    with torch.device("meta"):
        encoder = nn.TransformerEncoderLayer(512, 8, 2048)
        decoder = nn.TransformerDecoderLayer(512, 8, 2048)
    sizes = [sum(parameter.numel() for parameter in layer.parameters()) for layer in (encoder, decoder)]
    assert 6 * sum(sizes) == 44_138_496


def is_right(code: str) -> bool:
    """Whether a listing counts one right sentence of four, of a model that is always right when it is told the words before."""
    targets = torch.tensor([[5, 6, 2, 0], [5, 7, 2, 0], [8, 2, 0, 0], [9, 9, 9, 2]])
    guesses = torch.tensor([[5, 6, 2], [5, 6, 2], [9, 2, 0], [9, 9, 2]])

    class Told(nn.Module):
        pad = 0

        def forward(self, src, tgt):
            return F.one_hot(targets, 10).float()

    names = {"F": F, "shift_right": shift_right, "greedy_decode": lambda model, src, bos, eos, length: guesses}
    exec(code, names)
    return names["exact_share"](Told(), [(targets, targets)]) == 0.25


def test_the_listing_without_its_fault_is_right():
    assert is_right(right_listing("11_transformer", "faulty_measure"))


@pytest.mark.parametrize("line", wrong_listings("11_transformer", "faulty_measure"))
def test_each_fault_of_the_listing_shows(line):
    assert not is_right(wrong_listings("11_transformer", "faulty_measure")[line])
