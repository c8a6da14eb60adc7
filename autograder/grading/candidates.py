"""What a student's test is tried on: the right solutions and the known mistakes of another exercise of the unit.

They run in this process, on plain data that was checked on the wire, and their code goes nowhere (`autograder.judge.asking`). What a
student learns of a mistake is what its `says` tells, and only of one that the test has missed.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from autograder.course import CourseError, Unit
from autograder.grading.reference import UnitReference
from autograder.grading.variants import Variant, alternatives_of, mistakes_of, pieces_with
from autograder.judge.protocol import Operation
from autograder.judge.proxy import Student
from autograder.toolkit.student_tests import Candidate


def candidates(grader: str, exercise: str) -> Candidates:
    """Those of `exercise`, in the unit whose hidden grader asks.

    Args:
        grader: the grader's own `__file__`.
    """
    folder = Path(grader).parent
    return Candidates(Unit(folder.name, folder.parents[1]), exercise)


class Candidates:
    """Loaded when they are first needed, and then kept."""

    def __init__(self, unit: Unit, exercise: str) -> None:
        self.exercise = exercise
        self._reference = UnitReference(unit)
        self._wrong: dict[str, Candidate] = {}

    @cached_property
    def right(self) -> list[Candidate]:
        """The reference, and every right alternative."""
        others = [variant for variant in alternatives_of(self._reference.unit) if variant.exercise == self.exercise]
        loaded = [self._reference.load(pieces_with(self._reference, variant)) for variant in others]
        return [self._candidate("a right solution", student) for student in (self._reference.student, *loaded)]

    def wrong(self, name: str) -> Candidate:
        """The known mistake of that name. Raises CourseError when the unit has none."""
        if name not in self._wrong:
            mistake = self._mistake(name)
            student = self._reference.load(pieces_with(self._reference, mistake))
            self._wrong[name] = self._candidate(f"one with a mistake. {mistake.says}", student)
        return self._wrong[name]

    def _mistake(self, name: str) -> Variant:
        try:
            return self._mistakes[name]
        except KeyError:
            file = self._reference.unit.mistakes
            raise CourseError(f"{file} has no mistake {name!r} of {self.exercise!r}.") from None

    @cached_property
    def _mistakes(self) -> dict[str, Variant]:
        """Those of the exercise. To read the file takes longer than to try a test on one of them."""
        return {each.name: each for each in mistakes_of(self._reference.unit) if each.exercise == self.exercise}

    def _candidate(self, what: str, student: Student) -> Candidate:
        def function(*positional: Any, **named: Any) -> Any:
            # Past the list of remembered calls: a student's test may make thousands.
            return student.transport.request(Operation.CALL, self.exercise, list(positional), named)

        return Candidate(what, function)
