"""Unit 04."""

from __future__ import annotations

from fractions import Fraction
from itertools import zip_longest

import numpy as np

from autograder.quiz.kinds import Answer, Shown

from .patterns import printed_with, values


def causal_mask(n):
    return np.subtract.outer(np.arange(n), np.arange(n)) >= 0


def pad_sequences(sequences, length):
    columns = list(zip_longest(*sequences, range(length), fillvalue=0))[:length]
    return np.array(columns).T[:-1]


def count_causal(shown: Shown) -> Answer:
    (size,) = values(r"causal_mask\((\d+)\)", shown.text)
    return int(causal_mask(size).sum())


def padding_shape(shown: Shown) -> Answer:
    """The one shape of (batch, n) with axes of size 1 that fits scores, and hides keys and not queries."""
    tokens, heads = values(r"shape `(\(.*?\))`.*?with (\d+) heads", shown.text)
    batch, length = tokens
    mask = np.ones(tokens, dtype=bool)[:, np.newaxis, np.newaxis, :]
    assert np.broadcast_shapes(mask.shape, (batch, heads, length + 1, length)) == (batch, heads, length + 1, length)
    return mask.shape


def combined_shape(shown: Shown) -> Answer:
    padding, causal = values(r"`padding` has the shape `(\(.*?\))`, `causal` the shape `(\(.*?\))`", shown.text)
    return (np.ones(padding, dtype=bool) & np.ones(causal, dtype=bool)).shape


def visible_share(shown: Shown) -> Answer:
    first, second, _ = values(r"scores ln (\d+), ln (\d+) and ln (\d+)", shown.text)
    return float(Fraction(first, first + second))


def causal_row(shown: Shown) -> str:
    return printed_with(shown, causal_mask=causal_mask)


def padded(shown: Shown) -> str:
    return printed_with(shown, pad_sequences=pad_sequences)
