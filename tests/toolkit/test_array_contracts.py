"""What graders of NumPy exercises state in a line: each line accepts right programs and refuses the mistake it is meant for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given

from autograder.judge.proxy import Function
from autograder.toolkit import (
    Disagreement,
    arrays,
    assert_accepts_any_layout,
    assert_computes_integers_in_float64,
    assert_work_grows_linearly,
    axes,
    axis_of,
)

from .torch_programs import program

NUMBERS = np.array([[100, -128, 7], [3, 0, 127]])
LONG = np.array([3 * 2.0**61, -3 * 2.0**61])
TABLE = np.arange(6.0).reshape(2, 3)
MASK = np.array([[True, False, True], [False, False, True]])


def squares(x: np.ndarray) -> np.ndarray:
    return x.astype(np.float64) ** 2


def differences(x: np.ndarray) -> np.ndarray:
    return x.astype(np.float64) - x.astype(np.float64).max()


def hidden(x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return np.where(mask, 2 * x, 0)


def function(body: str, arguments: str = "x") -> Function:
    return program(f"def f({arguments}):\n    {body}").f


def test_integers_computed_as_floats_are_accepted():
    assert_computes_integers_in_float64(function("return x.astype(np.float64) ** 2"), squares, NUMBERS)
    assert_computes_integers_in_float64(function("return x.astype(float) - float(x.max())"), differences, LONG)


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        ("return (x * x).astype(np.float64)", NUMBERS),
        ("return (x.astype(np.int16) ** 2).astype(np.float64)", np.array([200])),
        (
            "return (x.astype(float) if x.dtype.kind == 'i' else x * x + 0.0) ** (2 if x.dtype.kind == 'i' else 1)",
            np.array([200]),
        ),
        ("return x.astype(np.float32) ** 2", NUMBERS),
        ("return x.astype(np.int64) ** 2", NUMBERS),
    ],
)
def test_integers_computed_in_a_type_of_their_own_are_refused(body, numbers):
    with pytest.raises(Disagreement):
        assert_computes_integers_in_float64(function(body), squares, numbers)


def test_a_difference_that_does_not_fit_into_64_bits_is_found():
    with pytest.raises(Disagreement):
        assert_computes_integers_in_float64(function("return (x - x.max()).astype(np.float64)"), differences, LONG)


def test_only_types_that_hold_the_numbers_are_tried():
    seen = function("return np.array([x.dtype.kind == 'u' and x.astype(float).min() < 0], float)")
    assert_computes_integers_in_float64(seen, lambda x: np.array([0.0]), NUMBERS)


def test_any_layout_is_accepted_where_the_code_does_not_look_at_it():
    assert_accepts_any_layout(function("return np.where(mask, 2 * x, 0)", "x, mask"), hidden, TABLE, MASK)
    assert_accepts_any_layout(function("return np.where(mask, 2 * x, 0)", "x, mask"), hidden, TABLE, mask=MASK)


@pytest.mark.parametrize(
    "body",
    [
        "return np.where(mask, 2 * x.ravel(order='K').reshape(x.shape), 0)",
        "return np.where(mask, 2 * np.frombuffer(x.tobytes('A')).reshape(x.shape), 0)",
        "return np.where(mask if mask.flags.c_contiguous else mask.T.reshape(mask.shape), 2 * x, 0)",
        "return np.where(mask, 2 * x, 0) if x.flags.contiguous else x",
    ],
)
def test_code_that_reads_memory_instead_of_entries_is_refused(body):
    with pytest.raises(Disagreement):
        assert_accepts_any_layout(function(body, "x, mask"), hidden, TABLE, MASK)


@pytest.mark.parametrize("layout", ["c_contiguous", "f_contiguous"])
def test_an_input_that_is_changed_in_one_layout_only_is_found(layout):
    body = f"y = x if x.flags.{layout} else x.copy()\n    y *= 2\n    return np.where(mask, y, 0)"
    with pytest.raises(Disagreement, match="changes its input"):
        assert_accepts_any_layout(function(body, "x, mask"), hidden, TABLE, MASK)


@pytest.mark.parametrize("body", ["return sum(map(float, x))", "return float(np.sum(x))", "return sum(sorted(x))"])
def test_one_step_a_number_and_work_on_whole_arrays_are_linear(body):
    assert_work_grows_linearly(function(body), small=[[0.5] * 200], large=[[0.5] * 800])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return sum(a * b for i, a in enumerate(x) for j, b in enumerate(x) if i == j)", "the work grows faster"),
        ("return float(np.trace(np.multiply.outer(x, np.ones(len(x)))))", "memory grows faster"),
    ],
)
def test_something_for_every_pair_is_refused(body, message):
    with pytest.raises(Disagreement, match=message):
        assert_work_grows_linearly(function(body), small=[[0.5] * 200], large=[[0.5] * 800])


@given(x=arrays(min_dims=1, max_dims=4), number=axes)
@example(x=np.zeros((2, 3)), number=-4)
def test_a_number_names_an_axis_that_the_array_has_from_either_end(x, number):
    axis = axis_of(x, number)
    assert -x.ndim <= axis < x.ndim
    assert (axis < 0) == (number < 0)
