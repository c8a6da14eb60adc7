"""Unit 02."""

from __future__ import annotations

import re

import numpy as np

from autograder.quiz.kinds import Shown

from .reading import lists, numbers, option_with, printed, shapes


def _softmax(x: np.ndarray) -> np.ndarray:
    return np.exp(x) / np.exp(x).sum(-1, keepdims=True)


def shifted(shown: Shown) -> str:
    scores = np.array([0.3, -1.0, 2.0])
    assert np.allclose(_softmax(scores), _softmax(scores + numbers(shown)[0]))
    return "They stay as they are."


def share_by_hand(shown: Shown) -> float:
    return float(_softmax(np.array(lists(shown)[0], dtype=float))[-1])


def ratio_of_shares(shown: Shown) -> str:
    (k,) = numbers(shown)
    low, high = _softmax(np.array([1.0, 1.0 + k]))
    (right,) = [option for option in shown.options if option == f"$e^{{{k}}}$ times"]
    assert np.isclose(high / low, np.exp(k))
    return right


def which_axis(shown: Shown) -> str:
    """The axis along which the shares of one query lie: the one with as many entries as there are keys."""
    (shape,) = shapes(shown)
    return option_with(shown, f": {shape[-1]} shares") if shape.count(shape[-1]) == 1 else ""


def shape_of_the_maximum(shown: Shown) -> tuple[int, ...]:
    (shape,) = shapes(shown)
    axis = int(re.search(r"axis=(\d)", shown.text)[1])  # type: ignore[index]
    return np.zeros(shape).max(axis=axis, keepdims=True).shape


def derivative_by_hand(shown: Shown) -> float:
    """By finite differences of Σ dy·softmax(x) at the first score, not by the formula of the question."""
    y, dy = (np.array(values, dtype=float) for values in lists(shown))
    step = np.array([1e-6, 0.0, 0.0])
    scores = np.log(y)
    return float((dy @ _softmax(scores + step) - dy @ _softmax(scores - step)) / 2e-6)


def output_of_two_slices(shown: Shown) -> str:
    return printed(shown)
