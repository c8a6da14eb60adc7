"""The references, changed in one place at a time: the graders refuse every such mutant, or it is listed as right, with its reason.

`train` is left out: most of its mutants are other rates, many of them as good, and each trains a model. `autograder mutants UNIT` tries
all.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import find_course
from autograder.course_units import exercise_names
from autograder.grading.mutants import equivalents_of, mutants_of
from autograder.grading.reference import UnitReference
from autograder.grading.survivors import judge

COURSE = find_course(Path(__file__).parent)
UNITS = tuple(COURSE.units.values())
EXERCISES = [(unit, name) for unit in UNITS for name in exercise_names(unit) if name != "train"]


@pytest.mark.slow
@pytest.mark.parametrize(("unit", "exercise"), EXERCISES, ids=[f"{unit.slug}-{name}" for unit, name in EXERCISES])
def test_every_mutant_is_refused_unless_it_is_right(grader, unit, exercise):
    mutants = mutants_of(grader.reference(unit), exercise)
    found = judge(grader, unit, mutants)
    changes = [mutant.change for mutant in found.accepted]
    assert changes == [], "a test is missing, or the mutant is right: list it with its reason"
    refused = [(mutant.change, test.name, test.message) for mutant, test in found.wrongly_listed]
    assert refused == [], "listed as right, and refused"
    unjudged = [(mutant.change, test.name, test.message) for mutant, test in found.unjudged]
    assert unjudged == [], "the grader itself failed"


@pytest.mark.parametrize("unit", UNITS, ids=[unit.slug for unit in UNITS])
def test_what_is_listed_as_right_is_a_mutant_of_the_reference(unit):
    reference = UnitReference(unit)
    mutants = {(name, mutant.change) for name in reference.script.solutions for mutant in mutants_of(reference, name)}
    listed = {(name, change) for name, changes in equivalents_of(unit).items() for change in changes}
    assert listed - mutants == set(), "the reference has changed: take these out"
