"""The ready-made functions of unit 04 keep its contract, and spare students from being marked down twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from autograder.course import find_course
from autograder.grading import Grader
from autograder.grading.reference import UnitReference
from autograder.grading.variants import mistakes_of, submission_of
from autograder.judge.protocol import Piece
from autograder.judge.proxy import Student
from autograder.results import ExerciseResult
from autograder.toolkit import assert_agrees

COURSE = find_course(Path(__file__))
TOKENS = {
    "words and padding": np.array([[7, 3, 9, 4], [5, 0, 0, 0], [0, 8, 0, 6]]),
    "one token": np.array([[4]]),
    "an empty batch": np.zeros((0, 3), np.int64),
    "empty sentences": np.zeros((2, 0), np.int64),
}
MASKS = {
    "a row for each query": np.tri(3, 5, dtype=bool),
    "one row for all queries": np.array([True, False, True, True, False]),
    "a query that sees nothing": np.array([[True], [False], [True]]),
}


@pytest.fixture(scope="module")
def reference() -> UnitReference:
    return UnitReference(COURSE.unit("masks"))


@pytest.fixture(scope="module")
def ready_made(reference: UnitReference) -> Student:
    return reference.load([Piece(reference.stand_ins, "stand_ins.py", 1)])


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(COURSE) as grader:
        yield grader


@pytest.mark.parametrize("sequences", [[[7, 3, 9], [5], []], [[], []], []], ids=["sentences", "empty ones", "none"])
@pytest.mark.parametrize("length", [None, 0, 2, 5])
def test_ready_made_padding_agrees_with_the_reference(
    ready_made: Student, reference: UnitReference, sequences: list[list[int]], length: int | None
) -> None:
    expected = reference.student.pad_sequences(sequences, length, -1)
    assert_agrees(ready_made.pad_sequences(sequences, length, -1), expected)


@pytest.mark.parametrize("tokens", TOKENS.values(), ids=TOKENS.keys())
@pytest.mark.parametrize("pad", [0, 4])
def test_ready_made_masks_agree_with_the_reference(
    ready_made: Student, reference: UnitReference, tokens: np.ndarray, pad: int
) -> None:
    assert_agrees(ready_made.padding_mask(tokens, pad), reference.student.padding_mask(tokens, pad))
    assert_agrees(ready_made.causal_mask(tokens.shape[1]), reference.student.causal_mask(tokens.shape[1]))
    assert_agrees(ready_made.decoder_mask(tokens, pad), reference.student.decoder_mask(tokens, pad))


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS.keys())
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_ready_made_softmax_and_attention_agree_with_the_reference(
    ready_made: Student, reference: UnitReference, mask: np.ndarray, dtype: type
) -> None:
    q, k, v = (
        np.rint(np.cos(np.arange(2 * n * d).reshape(2, n, d)) * 3).astype(dtype) for n, d in ((3, 4), (5, 4), (5, 2))
    )
    scores = np.rint(np.sin(np.arange(15).reshape(3, 5)) * 4).astype(dtype)
    for axis in (-1, 0):
        expected = reference.student.masked_softmax(scores, mask, axis=axis)
        assert_agrees(ready_made.masked_softmax(scores, mask, axis=axis), expected)
    for laid in (mask, None):
        expected = reference.student.masked_attention(q, k, v, mask=laid)
        assert_agrees(ready_made.masked_attention(q, k, v, mask=laid), expected, scale=20.0)


def test_ready_made_attention_keeps_nan_that_nobody_sees_out(ready_made: Student, reference: UnitReference) -> None:
    q, v = np.ones((2, 3)), np.array([[2.0], [np.nan]])
    output, _ = ready_made.masked_attention(q, q, v, mask=np.array([True, False]))
    assert_agrees(output, np.array([[2.0], [2.0]]))


@pytest.mark.parametrize(
    ("mistake", "wrong", "dependent"),
    [
        ("true_at_the_padding", "padding_mask", "decoder_mask"),
        ("hides_the_present", "causal_mask", "decoder_mask"),
        ("nan_where_all_is_hidden", "masked_softmax", "masked_attention"),
    ],
)
def test_a_wrong_part_costs_nothing_in_what_is_built_on_it(
    grader: Grader, reference: UnitReference, mistake: str, wrong: str, dependent: str
) -> None:
    variant = next(variant for variant in mistakes_of(reference.unit) if variant.name == mistake)
    result = grader.grade(submission_of(reference, [variant], "ann"))
    assert _exercise(result.exercises, wrong).points < _exercise(result.exercises, wrong).max_points
    assert _exercise(result.exercises, dependent).points == _exercise(result.exercises, dependent).max_points


def _exercise(exercises: list[ExerciseResult], name: str) -> ExerciseResult:
    return next(exercise for exercise in exercises if exercise.name == name)
