"""The quiz of unit 04: its listing is right but for its fault, each fault shows, and what is claimed is so."""

from __future__ import annotations

import numpy as np
import pytest

from .listings import right_listing, wrong_listings


def is_right(code: str) -> bool:
    """Whether a listing gives the means of the words, with rubbish at the padding and one sentence of nothing else."""
    names = {"np": np}
    exec(code, names)
    vectors = np.array(
        [[[1.0, 2, 3], [3, 2, 1], [np.nan, 9, 9]], [[5.0, 6, 7], [1, 1, np.inf], [0, 0, 0]], [[8.0, 8, 8]] * 3]
    )
    real = np.array([[True, True, False], [True, False, False], [False] * 3])
    means = names["sentence_means"](vectors, real)
    return means.shape == (3, 3) and np.array_equal(means, [[2, 2, 2], [5, 6, 7], [0, 0, 0]])


def test_the_listing_without_its_fault_is_right():
    assert is_right(right_listing("04_masks", "faulty_mean"))


@pytest.mark.parametrize("line", wrong_listings("04_masks", "faulty_mean"))
def test_each_fault_of_the_listing_shows(line):
    assert not is_right(wrong_listings("04_masks", "faulty_mean")[line])


def test_what_is_said_of_padding_and_rubbish_is_true():
    def softmax(scores):
        powers = np.exp(scores - scores.max())
        return powers / powers.sum()

    assert np.array_equal(softmax(np.array([1.0, -10_000.0])), [1, 0])
    assert np.array_equal(softmax(np.array([-10_000.0, -10_000.0])), [0.5, 0.5])
    assert softmax(np.array([-20_000.0, -10_000.0]))[1] == 1
    assert np.isnan(np.array([[1.0, 0.0], [0.5, 0.0]]) @ np.array([[2.0], [np.nan]])).all()
