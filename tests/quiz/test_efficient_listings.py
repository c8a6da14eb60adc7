"""The quiz of unit 12: its listing is right but for its fault, each fault shows, and what is claimed is so."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from .listings import right_listing, wrong_listings


def is_right(code: str) -> bool:
    """Whether a listing writes what a model writes that looks at all tokens: the next token is their sum, by place, modulo 7."""

    def attention(x, cache):
        seen = x if cache is None else torch.cat([cache, x], dim=1)
        sums = (seen * torch.arange(1, seen.shape[1] + 1)[None, :, None]).cumsum(1)
        return sums[:, -x.shape[1] :], seen

    names = {"torch": torch}
    exec(code, names)
    written = names["write"](
        attention,
        embed=lambda tokens: tokens[..., None],
        readout=lambda vectors: nn.functional.one_hot(vectors[:, 0] % 7, 7),
        first=torch.tensor([[1, 2, 3], [4, 0, 6]]),
        steps=4,
    )
    expected = []
    for tokens in ([1, 2, 3], [4, 0, 6]):
        for _ in range(4):
            tokens = [*tokens, sum(place * token for place, token in enumerate(tokens, 1)) % 7]
        expected.append(tokens[3:])
    return written.tolist() == expected


def test_the_listing_without_its_fault_is_right():
    assert is_right(right_listing("12_efficient", "faulty_writing"))


@pytest.mark.parametrize("line", wrong_listings("12_efficient", "faulty_writing"))
def test_each_fault_of_the_listing_shows(line):
    assert not is_right(wrong_listings("12_efficient", "faulty_writing")[line])
