"""The quiz of unit 09: its listing is right but for its fault, each fault shows, and what is claimed is so."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from .listings import right_listing, wrong_listings


def is_right(code: str) -> bool:
    """Whether a listing clears an encoder that is right."""

    class Encoder(nn.TransformerEncoderLayer):
        def forward(self, x, mask=None):
            hidden = None if mask is None else ~mask[:, 0, 0]
            return super().forward(x, src_key_padding_mask=hidden)

    names = {"torch": torch, "padding_mask": lambda tokens: (tokens != 0)[:, None, None]}
    exec(code, names)
    torch.manual_seed(0)
    real = torch.tensor([[True, True, True, False, False], [True] * 4 + [False]])
    encoder = Encoder(8, 2, 16, batch_first=True)
    encoder.self_attn.register_forward_pre_hook(
        lambda *_: None
    )  # keeps PyTorch from its fused path, which sets padding to 0
    return not names["padding_matters"](encoder, torch.randn(2, 5, 8), real)


def test_the_listing_without_its_fault_is_right():
    assert is_right(right_listing("09_encoder", "faulty_probe"))


@pytest.mark.parametrize("line", wrong_listings("09_encoder", "faulty_probe"))
def test_each_fault_of_the_listing_shows(line):
    assert not is_right(wrong_listings("09_encoder", "faulty_probe")[line])
