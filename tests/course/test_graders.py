"""The graders of this course: the reference passes, every right alternative passes, every known mistake fails where it was meant to."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from autograder.course import find_course
from autograder.course_units import exercise_names
from autograder.grading.matrix import grade_variant
from autograder.grading.variants import alternatives_of, mistakes_of, submission_of
from autograder.quiz.samples import right_answers
from autograder.results import Verdict

WITHOUT_TENSORS = {"sinusoidal_positions", "noam_learning_rate", "beam_search"}
"""Of the PyTorch units: what is given no tensor and no device, and so makes its own on the CPU; what it gives is moved by who uses it."""

COURSE = find_course(Path(__file__).parent)
UNITS = list(COURSE.units.values())
PYTORCH_UNITS = [unit for unit in UNITS if unit.name >= "06"]
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


def refusals(exercise):
    """What was not passed. No GPU to try it on is nobody's fault; the simulated device is always there."""
    return [
        (exercise.name, test.name, test.message)
        for test in exercise.tests
        if test.verdict is not Verdict.PASSED
        and not (test.verdict is Verdict.UNVERIFIED and test.name.endswith("[cuda]"))
    ]


@pytest.mark.parametrize("unit", UNITS, ids=[unit.slug for unit in UNITS])
def test_the_reference_gets_full_marks(grader, unit):
    answers = right_answers(COURSE, unit, "reference")
    result = grader.grade(submission_of(grader.reference(unit), [], "reference", answers))
    assert [refusal for exercise in result.exercises for refusal in refusals(exercise)] == []
    assert result.points == result.max_points > 0


@pytest.mark.parametrize(("unit", "variant"), named(ALTERNATIVES, quick=6))
def test_a_right_alternative_gets_full_marks(grader, unit, variant):
    assert refusals(grade_variant(grader, unit, variant).result) == []


@pytest.mark.parametrize(("unit", "variant"), named(MISTAKES, quick=18))
def test_a_known_mistake_fails_in_the_test_meant_for_it(grader, unit, variant):
    row = grade_variant(grader, unit, variant)
    assert variant.caught_by in row.killers
    assert row.named in (variant.says, None), "the code was taken for another mistake"


@pytest.mark.parametrize(("unit", "exercise"), EXERCISES, ids=[f"{unit.slug}-{name}" for unit, name in EXERCISES])
def test_there_are_mistakes_and_alternatives_enough(unit, exercise):
    assert sum(variant.exercise == exercise for variant in mistakes_of(unit)) >= 5
    assert sum(variant.exercise == exercise for variant in alternatives_of(unit)) >= 4


@pytest.mark.parametrize("unit", PYTORCH_UNITS, ids=[unit.slug for unit in PYTORCH_UNITS])
def test_what_is_given_tensors_is_tried_on_every_device(unit):
    tried = {name for name, text in grading_classes(unit).items() if "@on_devices\n" in text}
    assert tried == set(exercise_names(unit)) - WITHOUT_TENSORS


def grading_classes(unit):
    """The source of the hidden grader's class for each exercise."""
    source = unit.grader.read_text("utf-8")
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.decorator_list]
    return {node.decorator_list[0].args[0].value: ast.get_source_segment(source, node) for node in classes}


def grader_tests(unit):
    """(exercise, test) for each test of the unit's grader, read from its text."""
    for node in ast.parse(unit.grader.read_text("utf-8")).body:
        marks = [mark for mark in getattr(node, "decorator_list", []) if ast.unparse(mark).startswith("exercise(")]
        for function in node.body if marks else []:
            if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
                yield marks[0].args[0].value, function.name


@pytest.mark.parametrize("unit", UNITS, ids=[unit.slug for unit in UNITS])
def test_every_test_has_a_mistake_that_is_meant_for_it(unit):
    """Otherwise nobody has seen it refuse anything."""
    meant = {(mistake.exercise, mistake.caught_by) for mistake in mistakes_of(unit)}
    found = set(grader_tests(unit))
    assert len(found) >= len(exercise_names(unit))
    assert found == meant
