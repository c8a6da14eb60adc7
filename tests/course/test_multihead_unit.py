"""The ready-made classes and functions of unit 05 keep its contract, and spare students from being marked down twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import find_course
from autograder.grading import Grader
from autograder.grading.reference import UnitReference
from autograder.grading.variants import mistakes_of, submission_of
from autograder.quiz.samples import right_answers
from autograder.results import Verdict
from autograder.submission import Submission, program_from_source

ACCEPTED = (Verdict.PASSED, Verdict.UNVERIFIED)  # no device to try it on is nobody's fault
COURSE = find_course(Path(__file__))


@pytest.fixture(scope="module")
def reference() -> UnitReference:
    return UnitReference(COURSE.unit("multihead"))


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(COURSE) as grader:
        yield grader


def test_the_ready_made_solutions_earn_all_points(grader: Grader, reference: UnitReference) -> None:
    names = list(reference.script.solutions)
    programs = {name: program_from_source(name, reference.stand_ins, "stand_ins.py") for name in names}
    answers = right_answers(COURSE, reference.unit, "ann")
    result = grader.grade(Submission("ann", reference.unit.name, "ann/stand_ins.py", programs, quiz=answers))
    tests = [test for exercise in result.exercises for test in exercise.tests]
    failed = [(test.name, test.message) for test in tests if test.verdict not in ACCEPTED]
    assert failed == []
    assert result.points == result.max_points


@pytest.mark.parametrize("mistake", ["reshaped_without_moving", "joined_without_moving", "columns_dealt_out_in_turn"])
def test_wrong_heads_cost_nothing_in_the_class_that_uses_them(
    grader: Grader, reference: UnitReference, mistake: str
) -> None:
    variant = next(variant for variant in mistakes_of(reference.unit) if variant.name == mistake)
    result = grader.grade(submission_of(reference, [variant], "ann"))
    earned = {exercise.name: exercise.points / exercise.max_points for exercise in result.exercises}
    assert earned[variant.exercise] < 1
    assert earned["MultiHeadAttention"] == 1
