"""Mutants, judged: which of them a grader accepts although nobody has called them right, and which it refuses although somebody has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from autograder.course import Unit
from autograder.grading.grade import Grader
from autograder.grading.mutants import Mutant, equivalents_of
from autograder.grading.variants import Variant, submission_of
from autograder.results import TestResult, Verdict


@dataclass
class Judged:
    """What came of an exercise's mutants. Only `refused` and `right` are as they should be."""

    refused: list[Mutant] = field(default_factory=list)
    right: list[Mutant] = field(default_factory=list)
    accepted: list[Mutant] = field(default_factory=list)
    wrongly_listed: list[tuple[Mutant, TestResult]] = field(default_factory=list)
    unjudged: list[tuple[Mutant, TestResult]] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return not (self.accepted or self.wrongly_listed or self.unjudged)


def judge(grader: Grader, unit: Unit, mutants: Iterable[Mutant]) -> Judged:
    """Grade every mutant up to the first test that refuses it.

    Raises:
        CourseError: the unit's list of right mutants cannot be read.
        InternalFault: a grader did not come to an end by itself.
    """
    right, reference, found = equivalents_of(unit), grader.reference(unit), Judged()
    for mutant in mutants:
        submission = submission_of(reference, [Variant("mutant", mutant.exercise, mutant.source)], "mutant")
        refusal = grader.refusal(submission, mutant.exercise)
        listed = mutant.change in right.get(mutant.exercise, {})
        if refusal is None:
            (found.right if listed else found.accepted).append(mutant)
        elif refusal.verdict is Verdict.INTERNAL:
            found.unjudged.append((mutant, refusal))
        elif listed:
            found.wrongly_listed.append((mutant, refusal))
        else:
            found.refused.append(mutant)
    return found
