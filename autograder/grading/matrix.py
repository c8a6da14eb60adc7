"""The kill matrix of a unit: which test refuses which known mistake, and whether every right alternative is accepted.

A grader is good when every mistake dies in the test that was meant for it, every alternative passes, and no test is idle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from autograder.course import Unit
from autograder.grading.grade import Grader
from autograder.grading.variants import Variant, alternatives_of, mistakes_of, submission_of
from autograder.results import ExerciseResult, Verdict


@dataclass(frozen=True)
class Row:
    """One variant, graded. `killers` are the tests it did not pass, in the grader's order."""

    variant: Variant
    result: ExerciseResult

    @property
    def killers(self) -> list[str]:
        refusing = [t for t in self.result.tests if t.verdict not in (Verdict.PASSED, Verdict.UNVERIFIED)]
        return list(dict.fromkeys(test.function for test in refusing))  # once for a test that runs on several devices

    @property
    def named(self) -> str | None:
        """What the student would be told that the code seems to do."""
        return next((test.mistake for test in self.result.tests if test.mistake), None)


@dataclass
class Matrix:
    """The rows of one exercise."""

    exercise: str
    reference: ExerciseResult
    mistakes: list[Row] = field(default_factory=list)
    alternatives: list[Row] = field(default_factory=list)

    @property
    def tests(self) -> list[str]:
        """The exercise's tests, in the grader's order; once, where one runs on several devices."""
        return list(dict.fromkeys(test.function for test in self.reference.tests))

    @property
    def failed_by_the_reference(self) -> list[str]:
        """Tests that refuse the reference. One that needs a device this machine does not have says nothing."""
        return Row(Variant("reference", self.exercise, ""), self.reference).killers

    @property
    def survivors(self) -> list[Row]:
        """Mistakes that full marks were given to."""
        return [row for row in self.mistakes if not row.killers]

    @property
    def missed(self) -> list[Row]:
        """Mistakes that were refused, but not by the test that was meant for them."""
        return [row for row in self.mistakes if row.killers and row.variant.caught_by not in row.killers]

    @property
    def unknown_tests(self) -> list[str]:
        """What mistakes are meant for and the exercise does not have."""
        return sorted({row.variant.caught_by for row in self.mistakes} - set(self.tests))

    @property
    def refused(self) -> list[Row]:
        """Right solutions that did not pass."""
        return [row for row in self.alternatives if row.killers]

    @property
    def idle(self) -> list[str]:
        """Tests without which no mistake would live: they refuse nothing that another test does not refuse too."""
        alone = {row.killers[0] for row in self.mistakes if len(row.killers) == 1}
        meant = {row.variant.caught_by for row in self.mistakes}
        return [test for test in self.tests if test not in alone | meant]

    @property
    def complete(self) -> bool:
        return self.reference.verdict is Verdict.PASSED and not (self.survivors or self.missed or self.refused)


def rows(grader: Grader, unit: Unit, exercises: list[str] | None = None) -> Iterator[tuple[str, Row | ExerciseResult]]:
    """Every variant of the unit (or of some exercises), graded one after the other; an exercise's reference comes first."""
    reference = grader.reference(unit)
    for name in exercises or list(reference.script.solutions):
        yield name, grader.exercise(submission_of(reference, [], "reference"), name)
        for variant in [*mistakes_of(unit), *alternatives_of(unit)]:
            if variant.exercise == name:
                yield name, grade_variant(grader, unit, variant)


def grade_variant(grader: Grader, unit: Unit, variant: Variant) -> Row:
    submission = submission_of(grader.reference(unit), [variant], variant.name)
    return Row(variant, grader.exercise(submission, variant.exercise))


def matrices(found: Iterator[tuple[str, Row | ExerciseResult]]) -> list[Matrix]:
    """The rows, put together by exercise."""
    known: dict[str, Matrix] = {}
    for name, row in found:
        if isinstance(row, ExerciseResult):
            known[name] = Matrix(name, row)
        elif row.variant.caught_by:
            known[name].mistakes.append(row)
        else:
            known[name].alternatives.append(row)
    return list(known.values())
