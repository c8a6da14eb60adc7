"""The quiz of unit 08: its listing is right but for its fault, each fault shows, and what is claimed is so."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from .listings import right_listing, wrong_listings


def is_right(code: str) -> bool:
    """A listing's gradients beside those of finite differences."""
    names = {"torch": torch}
    exec(code, names)
    torch.manual_seed(0)
    layers = [nn.Linear(3, 3).double() for _ in range(3)]
    x = torch.randn(3, dtype=torch.float64)

    def rest(start, stage):
        for layer in layers[start:]:
            stage = stage + torch.tanh(layer(stage))
        return stage

    stages, step = [x], 1e-6
    for layer in layers:
        stages.append((stages[-1] + torch.tanh(layer(stages[-1]))).detach())
    slopes = [
        torch.stack(
            [(rest(place, stage + step * unit) - rest(place, stage)).sum() / step for unit in torch.eye(3).double()]
        )
        for place, stage in enumerate(stages)
    ]
    mine = names["gradients_by_depth"](layers, x)
    expected = [slope.norm().item() for slope in slopes]
    return len(mine) == len(expected) and all(abs(a - b) < 1e-4 for a, b in zip(mine, expected, strict=True))


def test_the_listing_without_its_fault_is_right():
    assert is_right(right_listing("08_addnorm", "faulty_depth"))


@pytest.mark.parametrize("line", wrong_listings("08_addnorm", "faulty_depth"))
def test_each_fault_of_the_listing_shows(line):
    assert not is_right(wrong_listings("08_addnorm", "faulty_depth")[line])
