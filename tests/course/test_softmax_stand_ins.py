"""The ready-made functions of unit 02 keep its contract, and spare students from being marked down twice."""

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
INF = np.inf
SCORES = {
    "a vector": np.array([0.5, -1.0, 2.0]),
    "a batch": np.linspace(-3, 3, 24).reshape(2, 3, 4),
    "large scores": np.array([[1e4, -1e4], [-1e4, -10001.0]]),
    "hidden scores": np.array([[-INF, -INF, -INF], [1.0, -INF, 2.0]]),
    "whole numbers": np.array([[1, 2, 3], [5, 5, 5]]),
    "float32": np.array([0.5, -1.0, 2.0], np.float32),
}


@pytest.fixture(scope="module")
def reference() -> UnitReference:
    return UnitReference(COURSE.unit("softmax"))


@pytest.fixture(scope="module")
def ready_made(reference: UnitReference) -> Student:
    return reference.load([Piece(reference.stand_ins, "stand_ins.py", 1)])


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(COURSE) as grader:
        yield grader


@pytest.mark.parametrize("x", SCORES.values(), ids=SCORES.keys())
@pytest.mark.parametrize("axis", [-1, 0])
def test_ready_made_functions_of_scores_agree_with_the_reference(
    ready_made: Student, reference: UnitReference, x: np.ndarray, axis: int
) -> None:
    right = reference.student
    assert_agrees(ready_made.softmax(x, axis=axis), right.softmax(x, axis=axis))
    assert_agrees(ready_made.log_softmax(x, axis=axis), right.log_softmax(x, axis=axis))
    warmer = right.softmax_with_temperature(x, 2.0, axis=axis)
    assert_agrees(ready_made.softmax_with_temperature(x, 2.0, axis=axis), warmer)


@pytest.mark.parametrize("axis", [-1, 0])
def test_the_ready_made_gradient_agrees_with_the_reference(
    ready_made: Student, reference: UnitReference, axis: int
) -> None:
    x = np.linspace(-3, 3, 24).reshape(2, 3, 4)
    y, dy = reference.student.softmax(x, axis=axis), np.cos(x)
    expected = reference.student.softmax_backward(y, dy, axis=axis)
    assert_agrees(ready_made.softmax_backward(y, dy, axis=axis), expected)


def test_the_ready_made_temperature_refuses_0(ready_made: Student) -> None:
    with pytest.raises(ValueError, match="0"):
        ready_made.softmax_with_temperature(np.array([1.0, 2.0]), 0.0)


@pytest.mark.parametrize("mistake", ["no_maximum_subtracted", "nan_where_everything_is_hidden", "always_float64"])
def test_a_wrong_softmax_costs_nothing_in_softmax_with_temperature(
    grader: Grader, reference: UnitReference, mistake: str
) -> None:
    variant = next(variant for variant in mistakes_of(reference.unit) if variant.name == mistake)
    result = grader.grade(submission_of(reference, [variant], "ann"))
    wrong = _exercise(result.exercises, "softmax")
    dependent = _exercise(result.exercises, "softmax_with_temperature")
    assert wrong.points < wrong.max_points
    assert dependent.points == dependent.max_points


def test_only_the_ready_made_functions_that_were_used_are_named(grader: Grader, reference: UnitReference) -> None:
    wrong = {"softmax": "no_maximum_subtracted", "log_softmax": "logarithm_of_softmax"}
    variants = [variant for variant in mistakes_of(reference.unit) if wrong.get(variant.exercise) == variant.name]
    result = grader.grade(submission_of(reference, variants, "ann"))
    (note,) = _exercise(result.exercises, "softmax_with_temperature").notices
    assert "versions of `softmax`, so" in note


def _exercise(exercises: list[ExerciseResult], name: str) -> ExerciseResult:
    return next(exercise for exercise in exercises if exercise.name == name)
