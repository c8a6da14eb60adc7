"""The quiz of unit 05: its listing is right but for its fault, each fault shows, and what is claimed is so."""

from __future__ import annotations

import numpy as np
import pytest

from .listings import right_listing, wrong_listings


def is_right(code: str) -> bool:
    """Whether a listing sees how far three heads look: at themselves, at a neighbour, at the first word."""
    names = {"np": np}
    exec(code, names)
    looks = [[0, 1, 2, 3], [1, 0, 3, 2], [0, 0, 0, 0]]
    weights = np.stack([np.eye(4)[look] for look in looks])[None].repeat(2, axis=0)
    try:
        return np.array_equal(names["reach"](weights), [0, 1, 1.5])
    except ValueError:
        return False


def test_the_listing_without_its_fault_is_right():
    assert is_right(right_listing("05_multihead", "faulty_reach"))


@pytest.mark.parametrize("line", wrong_listings("05_multihead", "faulty_reach"))
def test_each_fault_of_the_listing_shows(line):
    assert not is_right(wrong_listings("05_multihead", "faulty_reach")[line])
