"""The references, changed in one place at a time: the graders refuse every such mutant, or it is listed as right, with its reason.

A unit is held to this as soon as it has its list, `equivalent.toml`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import find_course
from autograder.course_units import exercise_names
from autograder.grading.mutants import equivalents_file, equivalents_of, mutants_of
from autograder.grading.reference import UnitReference
from autograder.grading.variants import Variant, submission_of
from autograder.results import Verdict

COURSE = find_course(Path(__file__).parent)
UNITS = tuple(unit for unit in COURSE.units.values() if equivalents_file(unit).is_file())
EXERCISES = [(unit, name) for unit in UNITS for name in exercise_names(unit)]


@pytest.mark.slow
@pytest.mark.parametrize(("unit", "exercise"), EXERCISES, ids=[f"{unit.slug}-{name}" for unit, name in EXERCISES])
def test_every_mutant_is_refused_unless_it_is_right(grader, unit, exercise):
    reference = grader.reference(unit)
    right = equivalents_of(unit).get(exercise, {})
    accepted, wrongly_listed, unjudged = [], [], []
    for mutant in mutants_of(reference, exercise):
        submission = submission_of(reference, [Variant("mutant", exercise, mutant.source)], "mutant")
        refusal = grader.refusal(submission, exercise)
        if refusal is None and mutant.change not in right:
            accepted.append(mutant.change)
        if refusal is not None and mutant.change in right:
            wrongly_listed.append((mutant.change, refusal.name, refusal.message))
        if refusal is not None and refusal.verdict is Verdict.INTERNAL:
            unjudged.append((mutant.change, refusal.name, refusal.message))
    assert accepted == [], "a test is missing, or the mutant is right: list it with its reason"
    assert wrongly_listed == [], "listed as right, and refused"
    assert unjudged == [], "the grader itself failed"


@pytest.mark.parametrize("unit", UNITS, ids=[unit.slug for unit in UNITS])
def test_what_is_listed_as_right_is_a_mutant_of_the_reference(unit):
    reference = UnitReference(unit)
    mutants = {(name, mutant.change) for name in reference.script.solutions for mutant in mutants_of(reference, name)}
    listed = {(name, change) for name, changes in equivalents_of(unit).items() for change in changes}
    assert listed - mutants == set(), "the reference has changed: take these out"


def test_the_units_so_far_have_their_lists():
    assert {"01_vectors", "02_softmax", "03_attention", "04_masks", "05_multihead"} <= {unit.name for unit in UNITS}
