"""The quiz of unit 06: its listing is right but for its fault, each fault shows, and what is claimed is so."""

from __future__ import annotations

import math

import pytest
import torch

from .listings import right_listing, wrong_listings


def is_right(code: str) -> bool:
    """Whether a listing finds the temperature by which its target was made."""
    names = {"torch": torch, "softmax": lambda x: x.softmax(-1)}
    exec(code, names)
    scores = torch.tensor([[0.0, 1.0, 3.0], [2.0, -1.0, 0.5]])
    try:
        return abs(names["fit_temperature"](scores, (scores / 2.5).softmax(-1)) - 2.5) < 0.1
    except RuntimeError:
        return False


def test_the_listing_without_its_fault_is_right():
    assert is_right(right_listing("06_tensors", "faulty_temperature"))


@pytest.mark.parametrize("line", wrong_listings("06_tensors", "faulty_temperature"))
def test_each_fault_of_the_listing_shows(line):
    assert not is_right(wrong_listings("06_tensors", "faulty_temperature")[line])


def test_what_is_said_of_gradients_is_true():
    x = torch.zeros(3, requires_grad=True)
    x.pow(2).sum(-1).sqrt().backward()
    assert x.grad.isnan().all()
    scores = torch.full((3,), -math.inf, requires_grad=True)
    weights = scores.softmax(0)
    mended = torch.where(weights.isnan(), 0.0, weights)
    assert (mended == 0).all()
    (mended * torch.arange(3.0)).sum().backward()
    assert scores.grad.isnan().all()
