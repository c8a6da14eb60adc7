"""One unit's hidden grader on one submission, under pytest: what `student` and `reference` are, and what is kept of it."""

from __future__ import annotations

import hashlib
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from autograder.faults import InternalFault
from autograder.grading import minimal, outcome, settings
from autograder.grading.asked import asked_of
from autograder.grading.examples import Examples, test_key
from autograder.grading.programs import pieces_with, unusable
from autograder.grading.reference import UnitReference
from autograder.grading.transports import RestartingTransport, Trusted
from autograder.judge.calls import Call, Remembered
from autograder.judge.client import Judge
from autograder.judge.objects import forget_objects
from autograder.judge.proxy import Student
from autograder.pytest_plugin import PROVIDER
from autograder.quiet import run_quietly
from autograder.results import TestResult, Verdict
from autograder.selfcheck.saved import nobody
from autograder.submission import Submission
from autograder.toolkit.marks import ExerciseMark, exercise_of

# What a submission prints, it prints in its worker.
PYTEST_OPTIONS = ("--capture=no", "-p", "no:warnings")


class GradingRun:
    """A pytest plugin and the provider of its tests.

    Args:
        only: the exercises to grade; None for all.
        replaced: exercises whose public stand-ins take the place of the student's own, in every other exercise.
    """

    def __init__(
        self,
        judge: Judge,
        reference: UnitReference,
        submission: Submission,
        seed: str,
        examples: Examples,
        only: frozenset[str] | None = None,
        replaced: frozenset[str] = frozenset(),
    ) -> None:
        self.judge = judge
        self.unit_reference = reference
        self.submission = submission
        self.seed = seed
        self.examples = examples
        self.only = only
        self.replaced = replaced
        self.tests: dict[str, dict[str, TestResult]] = {}
        self.max_points: dict[str, float] = {}
        self.beside: dict[str, tuple[str, ...]] = {}
        """The other exercises that the tests of an exercise use."""
        self.calls: dict[str, Sequence[Call]] = {}
        self.notices: dict[str, list[str]] = {}
        self._open: list[RestartingTransport] = []
        self._current: tuple[ExerciseMark, Student] | None = None

    def run(self) -> None:
        """Raises InternalFault when the grader cannot be collected."""
        settings.use_profile(settings.GRADING)
        try:
            run_pytest(self.unit_reference.unit.grader, self)
        finally:
            self._end_workers()
            forget_objects(self.unit_reference.student)  # a class would fill the memory

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[PROVIDER] = self

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = []
        for item in items:
            mark = exercise_of(getattr(item, "cls", None))
            if mark is None or (self.only is not None and mark.name not in self.only):
                continue
            function: Any = item.function  # type: ignore[attr-defined]
            seed_test(function, self.seed)
            # Until it has ended, a test has no verdict, and no verdict is no pass.
            asked = asked_of(item, self.judge.devices)
            unknown = outcome.not_run(asked, Verdict.INTERNAL, "The grader did not finish this test.")
            self.tests.setdefault(mark.name, {})[asked.name] = unknown
            self.max_points[mark.name] = mark.points
            self.beside[mark.name] = mark.beside
            kept.append(item)
        items[:] = kept
        outcome.without_tracebacks(kept)

    def student(self, mark: ExerciseMark) -> Student:
        """For all tests of an exercise in one process, whatever devices they are on, until the next exercise begins.

        The calls that name a mistake are those of one device.
        """
        if self._current is None or self._current[0] != mark:
            self._end_workers()
            self._current = mark, self._loaded(mark)
        student = replace(self._current[1], calls=Remembered())
        self.calls[mark.name] = student.calls
        return student

    def _loaded(self, mark: ExerciseMark) -> Student:
        signatures = self.unit_reference.student.signatures
        program = self.submission.programs.get(mark.name)
        if program is None:
            raise InternalFault(f"the submission was read without its exercise {mark.name}")
        self.notices[mark.name] = list(program.notices)
        fault = unusable(program)
        if fault is not None:
            return nobody(mark.name, fault)
        pieces, lacking = pieces_with(self.submission, mark.name, mark.beside)
        replaced = sorted(self.replaced.union(lacking) - {mark.name})
        transport = RestartingTransport(self.judge, pieces, mark, self.unit_reference, replaced)
        self._open.append(transport)
        self.notices[mark.name] += transport.notices
        return Student(transport, signatures, renew=transport.fresh, second=transport.second)

    def reference(self, mark: ExerciseMark) -> Student:
        return Student(
            Trusted(self.unit_reference.student.transport),
            self.unit_reference.student.signatures,
            renew=lambda: self.judge.worker(self.unit_reference.pieces, earlier=self.unit_reference.earlier),
        )

    def property_test(self, item: Any, fixed: dict[str, Any]) -> None:
        chosen = self.examples.chosen(test_key(item), number(self.seed, test_key(item)))
        if chosen is None:
            minimal.run_live(item.function, fixed)
        else:
            minimal.run_on(item.function, fixed, chosen)

    def passes_on_reference(self, item: Any) -> bool:
        """Does the reference pass this test? The pool was drawn with it, so it passes the properties."""
        if minimal.is_property(item.function):
            return True
        fixtures = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}
        fixtures["student"] = self.unit_reference.student
        try:
            item.function(item.instance, **fixtures)
        except BaseException:
            return False
        return True

    def record(self, mark: ExerciseMark, result: TestResult) -> None:
        known = self.tests[mark.name][result.name]
        if known.verdict in (Verdict.INTERNAL, Verdict.PASSED):  # a fault in a test's tear-down takes its pass away
            self.tests[mark.name][result.name] = result

    def devices(self) -> list[str]:
        return self.judge.devices

    def _end_workers(self) -> None:
        self._current = None
        while self._open:
            self._open.pop().close()


class _Ends:
    """A pytest plugin that tells Ctrl-C from a file that cannot be loaded: pytest ends with the same status after both."""

    interrupted = False
    unloadable: BaseException | None = None

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.interrupted |= excinfo.type is KeyboardInterrupt

    def pytest_exception_interact(self, call: pytest.CallInfo[Any], report: object) -> None:
        if isinstance(report, pytest.CollectReport) and call.excinfo is not None:
            wrapped = call.excinfo.value  # pytest wraps an ImportError and a SyntaxError, and nothing else
            self.unloadable = wrapped.__cause__ if isinstance(wrapped, pytest.Collector.CollectError) else wrapped


def submission_seed(secret: str, student: str, unit: str) -> str:
    """What all of a submission's random draws derive from: secret, and the same every time."""
    return hashlib.blake2b("\0".join([secret, student, unit]).encode(), digest_size=16).hexdigest()


def run_pytest(file: Path, plugin: object) -> None:
    """Run a grader's file with `plugin` as its provider. Raises InternalFault when pytest could not run it.

    Raises KeyboardInterrupt when somebody has interrupted it.
    """
    version = _forget_others(file)
    ends = _Ends()
    status = run_quietly([file], plugin, ends, options=PYTEST_OPTIONS)
    if ends.interrupted:  # pytest keeps it to itself
        raise KeyboardInterrupt
    if ends.unloadable is not None:
        raise InternalFault(f"The grader {file.name} cannot be loaded ({_told(ends.unloadable, file)}).")
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise InternalFault(f"The grader {file.name} could not be run (pytest: {status.name}).")
    _imported[file] = version  # only now: what was half imported when it raised must grade nobody


def _told(error: BaseException, file: Path) -> str:
    """The error that a file raises when it is imported, with the line of the file."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    said = str(error)
    if isinstance(error, SyntaxError) and error.filename == str(file):
        lines, said = [error.lineno], error.msg
    place = f", line {lines[-1]}" if lines else ""
    return f"{type(error).__name__}{place}: {said.splitlines()[0] if said else 'no message'}"


_imported: dict[Path, tuple[str, str]] = {}


def _forget_others(file: Path) -> tuple[str, str]:
    """pytest imports a file once per name and process: another course's grader of that name, or an older one, must not be used.

    Nor one that was imported with other settings of the search: a test has those of the moment it is defined.

    Returns:
        what tells this version of the file from others.
    """
    now = hashlib.sha256(file.read_bytes()).hexdigest(), settings.profile()
    for name, module in list(sys.modules.items()):
        where = getattr(module, "__file__", None) or ""
        if not where.endswith(file.name):  # thousands: a Path of each would take longer than the tests of an exercise
            continue
        if Path(where).name == file.name and (Path(where) != file or _imported.get(file) != now):
            del sys.modules[name]
    return now


def seed_test(function: Any, seed: str) -> None:
    """Fix what hypothesis will draw for this test."""
    if minimal.is_property(function):
        hypothesis.seed(number(seed, function.__qualname__))(function)


def number(*parts: str) -> int:
    """A number that follows from the parts and tells nothing about them."""
    return int.from_bytes(hashlib.blake2b("\0".join(parts).encode(), digest_size=8).digest(), "big")
