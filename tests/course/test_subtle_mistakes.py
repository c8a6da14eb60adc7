"""Named mistakes that a student would not find alone: the visible checks pass them, and the hidden tests have to be there."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import find_course
from autograder.course_units import exercise_names
from autograder.grading.reference import UnitReference
from autograder.grading.variants import mistakes_of, pieces_with
from autograder.judge.proxy import Student
from autograder.quiet import run_quietly
from autograder.results import Verdict
from autograder.selfcheck.live import _CheckRun

COURSE = find_course(Path(__file__).parent)
UNITS = list(COURSE.units.values())
TRAINING = {"train"}
"""Its visible checks train a model for each mistake."""
EXERCISES = [(unit, name) for unit in UNITS for name in exercise_names(unit) if name not in TRAINING]


class Checks(_CheckRun):
    """An exercise's visible checks, on a submission of ours."""

    def __init__(self, exercise: str, submission: Student) -> None:
        super().__init__([exercise], {})
        self._submission = submission

    def student(self, _mark) -> Student:
        return self._submission


def failed_checks(unit, exercise, submission) -> set[str]:
    run = Checks(exercise, submission)
    run_quietly([run.checks_in(unit.notebook.parent)], run)
    return {test.name for test in run.result().tests if test.verdict is not Verdict.PASSED}


@pytest.mark.slow
@pytest.mark.parametrize(("unit", "exercise"), EXERCISES, ids=[f"{unit.slug}-{name}" for unit, name in EXERCISES])
def test_two_mistakes_at_least_are_subtle(unit, exercise):
    reference = UnitReference(unit)
    # What compares with the student's own work of an earlier unit cannot pass here.
    unfit = failed_checks(unit, exercise, reference.student)
    subtle = []
    for mistake in reversed(mistakes_of(unit)):
        if mistake.exercise == exercise:
            submission = reference.load(pieces_with(reference, mistake))
            if failed_checks(unit, exercise, submission) <= unfit:
                subtle.append(mistake.name)
        if len(subtle) == 2:
            return
    pytest.fail(f"the visible checks refuse all mistakes but {subtle or 'none'}")
