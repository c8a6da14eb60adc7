"""The quiz of unit 07: its listing is right but for its fault, each fault shows, and what is claimed is so."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from .listings import right_listing, wrong_listings
from .recomputed.positions import sinusoidal


def is_right(code: str) -> bool:
    """Whether a listing's rows are a parameter, and each word gets that of its place."""
    names = {"nn": nn, "torch": torch}
    exec(code, names)
    module = names["LearnedPositions"](10, 4)
    words = torch.arange(2 * 3 * 4.0).reshape(2, 3, 4)
    try:
        added = module(words) - words
    except RuntimeError:
        return False
    return list(dict(module.named_parameters())) == ["rows"] and torch.allclose(added, module.rows[:3], atol=1e-5)


def test_the_listing_without_its_fault_is_right():
    assert is_right(right_listing("07_positions", "faulty_module"))


@pytest.mark.parametrize("line", wrong_listings("07_positions", "faulty_module"))
def test_each_fault_of_the_listing_shows(line):
    assert not is_right(wrong_listings("07_positions", "faulty_module")[line])


def test_what_is_said_of_the_table_is_true():
    table = sinusoidal(60, 16).double()
    products = table @ table.T
    for distance in (1, 7, 30):
        assert torch.allclose(products.diagonal(distance), products[0, distance].expand(60 - distance), atol=1e-5)
    turn = torch.linalg.lstsq(table[:50], table[5:55]).solution
    assert torch.allclose(table[3:53] @ turn, table[8:58], atol=1e-4)
    assert len({tuple(row) for row in table.tolist()}) == 60
