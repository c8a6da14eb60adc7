"""Runs a property-based test, and where it fails, again on smaller inputs: what is reported is the smallest found.

The inputs are drawn by hypothesis there and then, or come ready from `autograder.grading.examples`.
"""

from __future__ import annotations

import functools
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import hypothesis
from hypothesis.errors import HypothesisDeprecationWarning, UnsatisfiedAssumption

from autograder.faults import Stopped, StudentError
from autograder.grading.shrink import Arguments, shrink
from autograder.judge.ahead import LostAnswers, Record
from autograder.judge.placed import PlacedTransport
from autograder.judge.proxy import Student

ORIGINAL = "__course_test__"
Failed = (AssertionError, StudentError)
FIRST_GROUP = 4
WORTH_IT_SECONDS = 0.005  # an example: where calls take that long, a round trip is nothing
MAX_GROUP_BYTES = 1 << 17  # of questions: all of them must find room in the channel
ROUGH_HEADER = 200
SHARE = 0.25  # of the time that is left, for one search


def is_property(function: Any) -> bool:
    """Is it a `@given` test?"""
    return bool(hypothesis.is_hypothesis_test(function))


def inner_test(function: Any) -> Callable[..., None]:
    """The test as its author wrote it, to be called with one set of drawn arguments."""
    inner: Callable[..., None] = getattr(function, ORIGINAL, None) or function.hypothesis.inner_test
    return inner


@dataclass(frozen=True)
class Example:
    """One set of drawn arguments, and what the test asked of the reference with them."""

    arguments: Arguments
    record: Record = ()


@runtime_checkable
class Timed(Protocol):
    """What carries calls that may take no longer than this, all of them together: seconds."""

    cpu_left: float
    wall_left: float


class Keeper(Protocol):
    """What wants to have the examples that pass, one after the other."""

    def begin(self) -> None: ...
    def keep(self, arguments: Arguments) -> None: ...


def run_on(function: Any, fixed: Arguments, examples: Sequence[Example]) -> None:
    """Run the test on each of `examples`. `fixed` are its fixtures, and `self`.

    Raises the failure of the smallest arguments that fail like the first failing example does.
    """
    try:
        run_as_they_are(function, fixed, examples)
    except _FirstFailure as first:
        raise _smallest_failure(inner_test(function), fixed, first.drawn, first.error) from None


def run_as_they_are(function: Any, fixed: Arguments, examples: Sequence[Example]) -> None:
    """Run the test on each of `examples`. Raises a `_FirstFailure`, which is an AssertionError, at the first that fails."""
    inner = inner_test(function)
    student = fixed.get("student")

    def run(example: Example) -> None:
        with suppress(UnsatisfiedAssumption):
            try:
                inner(**fixed, **example.arguments)
            except Failed as error:
                raise _FirstFailure(example.arguments, error) from None

    with _assume_allowed(), _asking_ahead(student) as ask_ahead:
        for group in _groups(examples):
            ask_ahead([example.record for example in group])
            for example in group:
                try:
                    run(example)
                except LostAnswers:
                    run(example)  # nothing is asked ahead any more


@contextmanager
def _asking_ahead(student: Any) -> Iterator[Callable[[Sequence[Record]], None]]:
    """Within the block, a way to ask `student` ahead, if that is what the fixture of that name is."""
    if not isinstance(student, Student):
        yield lambda records: None
        return
    try:
        yield student.ask_ahead
    finally:
        student.forget_ahead()


def _groups(examples: Sequence[Example]) -> Iterator[Sequence[Example]]:
    """Examples whose calls are asked together: few at first, for a wrong answer shows soon, and then as many as is sensible."""
    start = time.perf_counter()
    yield examples[:FIRST_GROUP]
    quick = time.perf_counter() - start < FIRST_GROUP * WORTH_IT_SECONDS
    group: list[Example] = []
    size = 0
    for example in examples[FIRST_GROUP:]:
        size += sum(len(asked.body) + ROUGH_HEADER for asked in example.record)
        if group and (size > MAX_GROUP_BYTES or not quick):
            yield group
            group, size = [], 0
        group.append(example)
    yield group


def run_live(function: Any, fixed: Arguments, keeper: Keeper | None = None) -> None:
    """Let hypothesis draw the arguments. `keeper` gets each set that passed.

    Raises as `run_on` does.
    """
    inner = inner_test(function)
    setattr(function, ORIGINAL, inner)
    latest: Arguments = {}

    @functools.wraps(inner)
    def recorded(**arguments: Any) -> None:
        nonlocal latest
        latest = {name: value for name, value in arguments.items() if name not in fixed}
        if keeper is not None:
            keeper.begin()
        inner(**arguments)
        if keeper is not None:
            keeper.keep(latest)

    function.hypothesis.inner_test = recorded
    try:
        function(**fixed)
    except Failed as error:
        raise _smallest_failure(inner, fixed, latest, error) from None
    finally:
        function.hypothesis.inner_test = inner


class _FirstFailure(AssertionError):
    def __init__(self, drawn: Arguments, error: AssertionError | StudentError) -> None:
        super().__init__(str(error))
        self.drawn = drawn
        self.error = error


def _smallest_failure(
    inner: Callable[..., None], fixed: Arguments, drawn: Arguments, error: AssertionError | StudentError
) -> Exception:
    """The exception of the smallest arguments that end like `error` did. The last call remembered is the one they led to."""
    student = fixed.get("student")
    calls: Any = student.calls if isinstance(student, Student) else deque()
    smallest: tuple[Exception, list[Any]] = (error, [*calls][-1:])

    def fails(arguments: Arguments) -> bool:
        nonlocal smallest
        try:
            inner(**fixed, **arguments)
        except Failed as found:
            if _alike(found, error):
                smallest = (found, [*calls][-1:])
                return True
        except (Exception, Stopped):
            pass
        return False

    with _assume_allowed():
        shrink(drawn, fails, _enough(student))
    found, latest = smallest
    calls.extend(latest)  # others have been made since
    return found


def _enough(student: Any) -> Callable[[], bool]:
    """Has a search that begins now taken its share of the time that the student's calls have left?"""
    transport = student.transport if isinstance(student, Student) else None
    transport = transport.transport if isinstance(transport, PlacedTransport) else transport
    if not isinstance(transport, Timed):
        return lambda: False
    cpu, wall = transport.cpu_left * (1 - SHARE), transport.wall_left * (1 - SHARE)
    return lambda: transport.cpu_left < cpu or transport.wall_left < wall


@contextmanager
def _assume_allowed() -> Iterator[None]:
    """`assume` works outside hypothesis too, with a warning that nobody needs to see."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HypothesisDeprecationWarning)
        yield


def _alike(found: Exception, error: Exception) -> bool:
    """The same kind of failure: shrinking must not wander from a wrong value to a crash."""
    if isinstance(error, StudentError):
        return isinstance(found, StudentError) and found.type_name == error.type_name
    return type(found) is type(error)
