"""The quiz of unit 10: its listing is right but for its fault, each fault shows, and what is claimed is so."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from .listings import right_listing, wrong_listings


class Layer(nn.TransformerDecoderLayer):
    def forward(self, x, memory, self_mask=None, memory_mask=None):
        hidden = None if self_mask is None else ~self_mask
        # A causal mask fits the memory here, which has as many words.
        unread = None if memory_mask is None else ~memory_mask
        return super().forward(x, memory, tgt_mask=hidden, memory_mask=unread)


def is_right(code: str) -> bool:
    """Whether a listing clears a layer that is right, and leaves its input alone."""
    names = {"torch": torch, "causal_mask": lambda n: torch.ones(n, n).tril().bool()}
    exec(code, names)
    torch.manual_seed(0)
    x = torch.randn(2, 5, 8)
    kept = x.clone()
    matters = names["future_matters"](Layer(8, 2, 16, batch_first=True), x, torch.randn(2, 5, 8), 2)
    return not matters and torch.equal(x, kept)


def test_the_listing_without_its_fault_is_right():
    assert is_right(right_listing("10_decoder", "faulty_probe"))


@pytest.mark.parametrize("line", wrong_listings("10_decoder", "faulty_probe"))
def test_each_fault_of_the_listing_shows(line):
    assert not is_right(wrong_listings("10_decoder", "faulty_probe")[line])
