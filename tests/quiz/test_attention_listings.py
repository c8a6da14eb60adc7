"""The quiz of unit 03: its listing is right but for its fault, each fault shows, and what is claimed is so."""

from __future__ import annotations

import numpy as np
import pytest

from .listings import printed_by, right_listing, wrong_listings


def is_right(code: str) -> bool:
    """Whether a listing prints whom each of two words listens to: the second one listens to the first, not to itself."""
    weights = np.array([[0.3, 0.7], [0.9, 0.1]])
    names = {"self_attention": lambda x, w_q, w_k, w_v: (np.array([[5.0, 1.0], [2.0, 8.0]]), weights)}
    try:
        return printed_by(f"{code}\nreport(['ann', 'bob'], 1, 2, 3, 4)", **names).split() == [
            "ann",
            "bob",
            "0.7",
            "bob",
            "ann",
            "0.9",
        ]
    except IndexError:
        return False


def test_the_listing_without_its_fault_is_right():
    assert is_right(right_listing("03_attention", "faulty_report"))


@pytest.mark.parametrize("line", wrong_listings("03_attention", "faulty_report"))
def test_each_fault_of_the_listing_shows(line):
    assert not is_right(wrong_listings("03_attention", "faulty_report")[line])
