"""The record of grading: what a submission was given, and why.

A `Result` is what grading one unit of one submission yields; a `Report` is many of them, and the form of `autograder grade --json`.
Both are plain data: they are written and read through `msgspec`, which checks every field, so half a file is never taken for a whole one.
Everything but `timing` is a function of the submission, the course and the seed.
"""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from pathlib import Path

import msgspec


class Verdict(StrEnum):
    """How a test, or a whole exercise, ended."""

    PASSED = "passed"
    FAILED = "failed"
    """The code ran and its answer is wrong."""
    ERROR = "error"
    """The code raised where it should not have, or is not valid Python."""
    FORBIDDEN = "forbidden"
    """It called what the exercise asks the student to write."""
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    """The worker ended, or broke the protocol, in the middle of a call."""
    MISSING = "missing"
    """Not written yet: the stub is untouched, or its cell is gone."""
    UNANSWERED = "unanswered"
    """A question of the quiz that has no answer yet."""
    UNVERIFIED = "not verified here"
    """The test needs a device that this machine does not have. It earns and costs nothing."""
    INTERNAL = "internal"
    """Our fault. Never scored, always reported, to be graded again."""


class Argument(msgspec.Struct, frozen=True):
    """One input of a counterexample, as a student would type it."""

    name: str
    value: str


class Counterexample(msgspec.Struct, frozen=True):
    """The smallest input found that shows the fault.

    `call` reads like code (`softmax(x, axis=0)`); `got` and `expected` are texts, `expected` None where the test states a property only.
    `again` is a line of Python that makes the same call with the same values, for a cell of one's own; None where no line can.
    """

    call: str
    inputs: list[Argument]
    got: str | None = None
    expected: str | None = None
    again: str | None = None


class TestResult(msgspec.Struct, frozen=True):
    """One test of one exercise. `title` is for people, `name` is the function's."""

    __test__ = False

    name: str
    title: str
    verdict: Verdict
    points: float
    max_points: float
    message: str = ""
    counterexample: Counterexample | None = None
    mistake: str | None = None
    """What the code seems to do wrong: the sentence of the one known mistake that it behaves like."""
    next: str = ""
    """What to do now, where the test knows better than its verdict."""

    @property
    def function(self) -> str:
        """The test's function: `name` without the device of a test that runs on several (`test_agrees[simulated]`)."""
        return self.name.partition("[")[0]


class ExerciseResult(msgspec.Struct, frozen=True):
    name: str
    verdict: Verdict
    points: float
    max_points: float
    tests: list[TestResult]
    notices: list[str] = []
    """What the student should know beside the tests: a duplicated cell, a line that raised, a stand-in that was used."""


class Result(msgspec.Struct, frozen=True):
    """One unit of one submission.

    `submission` names the student; `isolation` is "confined" or "process"; `layers` says which defences were live.
    """

    submission: str
    unit: str
    points: float
    max_points: float
    isolation: str
    exercises: list[ExerciseResult]
    notices: list[str] = []
    for_instructor: list[str] = []
    """What only a person can settle: work that was handed in under another name than its quiz was answered under."""
    layers: dict[str, str] = {}
    seed: int = 0
    versions: dict[str, str] = {}
    timing: dict[str, float] = {}

    @property
    def internal(self) -> bool:
        """True when a fault of ours left some exercise without a verdict: such a Result is no basis for marks."""
        return any(exercise.verdict is Verdict.INTERNAL for exercise in self.exercises)


class Report(msgspec.Struct, frozen=True):
    results: list[Result]


def exercise_verdict(tests: list[TestResult]) -> Verdict:
    """The verdict of an exercise is the gravest of its tests'."""
    return gravest({test.verdict for test in tests})


def gravest(verdicts: set[Verdict]) -> Verdict:
    """Our fault first, then what stopped the code, then wrong answers. No verdict at all is our fault.

    What could not run here says nothing, unless there is nothing else.
    """
    gravity = [
        Verdict.INTERNAL,
        Verdict.MISSING,
        Verdict.UNANSWERED,
        Verdict.FORBIDDEN,
        Verdict.TIMEOUT,
        Verdict.MEMORY,
        Verdict.CRASHED,
        Verdict.ERROR,
        Verdict.FAILED,
    ]
    if not verdicts:
        return Verdict.INTERNAL
    if verdicts == {Verdict.UNVERIFIED}:
        return Verdict.UNVERIFIED
    return next((verdict for verdict in gravity if verdict in verdicts), Verdict.PASSED)


def encode(value: Result | Report) -> bytes:
    """JSON, indented for people; the same bytes for the same value."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def decode_report(data: bytes) -> Report:
    """Raises `msgspec.ValidationError` or `msgspec.DecodeError` when `data` is not a whole, valid report."""
    return msgspec.json.decode(data, type=Report)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: a reader never sees half of it, and a full disk leaves the old one.

    Raises OSError, which names the file.
    """
    temporary = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        with suppress(OSError):  # it is mostly not there, and what went wrong is told already
            temporary.unlink()
