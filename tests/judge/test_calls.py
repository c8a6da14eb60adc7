"""What a grader remembers of a submission's calls is bounded, whatever comes back."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder.judge.calls import LARGE, Call, Remembered

LARGE_VALUES = {
    "array": lambda: np.zeros(LARGE),
    "tensor": lambda: torch.zeros(LARGE),
    "pair": lambda: (np.zeros(LARGE // 4), [np.zeros(LARGE)]),
    "mapping": lambda: {"a": np.zeros(LARGE)},
}


def remembered(values):
    calls = Remembered()
    for value in values:
        calls.append(Call("f", "f(x)", [], {}, None))
        calls.answered(calls[-1], value)
    return [call.value for call in calls]


@pytest.mark.parametrize("make", LARGE_VALUES.values(), ids=LARGE_VALUES)
def test_of_large_answers_only_the_latest_is_kept(make):
    values = remembered([make(), 1.0, make(), 2.0])
    assert values[:2] == [None, 1.0]
    assert values[2] is not None
    assert values[3] == 2.0


def test_small_answers_are_all_kept():
    values = remembered([np.zeros(LARGE // 8)] * 5)
    assert all(value is not None for value in values)


def test_an_object_that_stays_where_it_is_is_not_asked_for_its_size():
    class Handle:
        def __getattr__(self, name):
            raise AssertionError(f"asked for {name}")

    assert len(remembered([Handle(), (Handle(), 1.0)])) == 2
