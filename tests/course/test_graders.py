"""The graders of this course: the reference passes, every right alternative passes, every known mistake fails where it was meant to."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import find_course
from autograder.course_units import exercise_names
from autograder.grading.matrix import grade_variant
from autograder.grading.variants import alternatives_of, mistakes_of, submission_of
from autograder.quiz.samples import right_answers
from autograder.results import Verdict

ACCEPTED = (Verdict.PASSED, Verdict.UNVERIFIED)  # no device to try it on is nobody's fault

COURSE = find_course(Path(__file__).parent)
UNITS = list(COURSE.units.values())
EXERCISES = [(unit, name) for unit in UNITS for name in exercise_names(unit)]
MISTAKES = [(unit, variant) for unit in UNITS for variant in mistakes_of(unit)]
ALTERNATIVES = [(unit, variant) for unit in UNITS for variant in alternatives_of(unit)]


def named(pairs, quick=1):
    """Arguments for parametrize, with names; all but every `quick`-th are left to the slow run."""
    return [
        pytest.param(
            unit,
            variant,
            id=f"{unit.slug}-{variant.exercise}-{variant.name}",
            marks=[] if number % quick == 0 else [pytest.mark.slow],
        )
        for number, (unit, variant) in enumerate(pairs)
    ]


@pytest.mark.parametrize("unit", UNITS, ids=[unit.slug for unit in UNITS])
def test_the_reference_gets_full_marks(grader, unit):
    answers = right_answers(COURSE, unit, "reference")
    result = grader.grade(submission_of(grader.reference(unit), [], "reference", answers))
    failures = [(e.name, t.name, t.message) for e in result.exercises for t in e.tests if t.verdict not in ACCEPTED]
    assert failures == []
    assert result.points == result.max_points > 0


@pytest.mark.parametrize(("unit", "variant"), named(ALTERNATIVES, quick=6))
def test_a_right_alternative_gets_full_marks(grader, unit, variant):
    row = grade_variant(grader, unit, variant)
    assert [(test.name, test.message) for test in row.result.tests if test.verdict not in ACCEPTED] == []


@pytest.mark.parametrize(("unit", "variant"), named(MISTAKES, quick=18))
def test_a_known_mistake_fails_in_the_test_meant_for_it(grader, unit, variant):
    row = grade_variant(grader, unit, variant)
    assert variant.caught_by in row.killers
    assert row.named in (variant.says, None), "the code was taken for another mistake"


@pytest.mark.parametrize(("unit", "exercise"), EXERCISES, ids=[f"{unit.slug}-{name}" for unit, name in EXERCISES])
def test_there_are_mistakes_and_alternatives_enough(unit, exercise):
    assert sum(variant.exercise == exercise for variant in mistakes_of(unit)) >= 5
    assert sum(variant.exercise == exercise for variant in alternatives_of(unit)) >= 4
