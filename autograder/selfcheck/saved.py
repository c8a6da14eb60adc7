"""Visible checks on what is on disk: a student's saved notebook, or, beside the sources, the reference."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from autograder.course import CourseError, Unit
from autograder.course_units import built_on, earlier_stand_ins
from autograder.faults import Stopped
from autograder.grading import minimal
from autograder.grading.programs import pieces_with, unusable
from autograder.judge import placing
from autograder.judge.calls import Remembered
from autograder.judge.protocol import Earlier, Load, Operation
from autograder.judge.proxy import Student, local
from autograder.judge.session import Session
from autograder.judge.stand_ins import Provider, StandIns
from autograder.results import TestResult, Verdict
from autograder.selfcheck.names import checked_exercises
from autograder.submission import Found, Submission, read_submission
from autograder.toolkit.marks import ExerciseMark

if TYPE_CHECKING:
    from autograder.grading.reference import UnitReference


@dataclass
class RecordingProvider:
    """Keeps the results of a unit's checks, exercise by exercise, for the summary at the end."""

    unit: Unit
    results: dict[str, list[TestResult]] = field(default_factory=lambda: defaultdict(list))

    def property_test(self, item: Any, fixed: dict[str, Any]) -> None:
        minimal.run_live(item.function, fixed)

    def record(self, mark: ExerciseMark, result: TestResult) -> None:
        self.results[mark.name].append(result)

    def devices(self) -> list[str]:
        return placing.available()


class SavedProvider(RecordingProvider):
    """`student` is the code in the unit's notebook as it was last saved; there is no reference."""

    @cached_property
    def submission(self) -> Submission:
        found = Found("you", self.unit.name, str(self.unit.notebook))
        return read_submission(found, checked_exercises(self.unit))

    @cached_property
    def earlier(self) -> Earlier | None:
        """What the unit builds on, ready-made: an earlier mistake does not count here again."""
        names = built_on(self.unit)
        return Earlier(names, earlier_stand_ins(self.unit)) if names else None

    @cached_property
    def give_earlier(self) -> Provider:
        """For a check that compares with what an earlier unit built."""
        from autograder.selfcheck.own_work import OwnWork

        return OwnWork(self.unit)

    def student(self, mark: ExerciseMark) -> Student:
        program = self.submission.programs.get(mark.name)
        if program is None:
            raise CourseError(f"{self.unit.checks} has changed while its checks ran: run them again.")
        fault = unusable(program)
        if fault is not None:
            return nobody(mark.name, fault)
        session = Session()
        pieces, _ = pieces_with(self.submission, mark.name, mark.beside)
        loaded = session.load(Load(0, pieces, list(mark.forbidden), "", [], self.earlier))
        if mark.name not in loaded.names and loaded.failures:
            failure = next(iter(loaded.failures.values()))
            return nobody(mark.name, Stopped.from_failure(failure.type_name, failure.message, failure.where))
        return local(session)

    def passes_on_reference(self, item: Any) -> bool:
        """The visible checks pass on the reference: a test of the course sees to it."""
        return True

    def reference(self, mark: ExerciseMark) -> Student:
        raise CourseError("A release has no reference: a visible check uses `student` only.")


class ReferenceProvider(RecordingProvider):
    """`student` and `reference` are both the reference: for authors, beside the sources."""

    @cached_property
    def loaded(self) -> UnitReference:
        from autograder.grading.reference import UnitReference  # for authors: it brings the build with it

        return UnitReference(self.unit)

    @cached_property
    def give_earlier(self) -> Provider:
        return StandIns(earlier_stand_ins(self.unit))

    def student(self, mark: ExerciseMark) -> Student:
        return self.loaded.guarded(mark.forbidden)

    def reference(self, mark: ExerciseMark) -> Student:
        return self.loaded.student


def nobody(exercise: str, fault: Stopped) -> Student:
    """Stands for code that cannot be run. No call of it is remembered: what was asked is not to blame."""
    if not fault.message.startswith("`"):
        what = "is missing" if fault.verdict is Verdict.MISSING else "cannot be run"
        fault = Stopped(fault.verdict, f"`{exercise}` {what}. {fault.message}")
    return Student(AlwaysStopped(fault), calls=Remembered(0))


class AlwaysStopped:
    """Stands where there is no code to run: every call says why."""

    cpu_seconds = 0.0

    def __init__(self, fault: Stopped) -> None:
        self.fault = fault
        self.devices: list[str] = []

    def request(
        self,
        operation: Operation,
        target: Any,
        positional: Any,
        named: Any = None,
        seed: int | None = None,
        device: str = "cpu",
        method: str = "",
    ) -> Any:
        raise Stopped(self.fault.verdict, self.fault.message)
