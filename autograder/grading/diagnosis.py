"""Which known mistake does the code behave like? Its recorded answers are compared with those of each named mistake.

A mistake is named only when it gives the student's answer in every recorded call and differs from the reference in at least one;
where several do, the one meant for a test that failed; otherwise nothing is said.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from autograder.faults import Stopped, StudentError
from autograder.grading.reference import UnitReference
from autograder.grading.variants import Variant, mistakes_of, pieces_with
from autograder.judge.calls import Call
from autograder.judge.nodes import Opaque
from autograder.judge.objects import ask, forget_objects
from autograder.judge.proxy import CALLED, Function, Handle, Student, function_of
from autograder.judge.session import seed_everything
from autograder.judge.transport import LocalTransport
from autograder.one_thread import one_thread
from autograder.toolkit.compare import Disagreement, assert_agrees

FIRST_CALLS = 20
MAX_CALLS = 60
"""Of objects: each costs making it anew, for each mistake that is still in question."""
MAX_ELEMENTS = 4_096


class Diagnosis:
    """The mistakes of one unit, each loaded when it is first needed."""

    def __init__(self, reference: UnitReference) -> None:
        self.reference = reference
        self.mistakes = mistakes_of(reference.unit)
        self._loaded = lru_cache(maxsize=None)(self._load)

    def name(self, exercise: str, calls: Sequence[Call], failed_tests: set[str]) -> str | None:
        """What the one mistake that explains all `calls` says, or None."""
        try:
            with one_thread():
                return self._name(exercise, calls, failed_tests)
        finally:
            forget_objects(self.reference.student)

    def _name(self, exercise: str, calls: Sequence[Call], failed_tests: set[str]) -> str | None:
        known = [call for call in calls if _comparable(call)]
        if any(call.owner is not None for call in known):  # an object is made again for each of its calls
            known = [call for call in _spread(known, MAX_CALLS) if self._reproducible(call)]
        fitting = [mistake for mistake in self.mistakes if mistake.exercise == exercise]
        # A few calls rule most mistakes out; all of them tell the rest apart.
        for sample in (_spread(known, FIRST_CALLS), known):
            fitting = [mistake for mistake in fitting if self._gives(mistake, sample)]
        if not fitting or not self._is_wrong_somewhere(known):
            return None
        meant = [mistake for mistake in fitting if mistake.caught_by in failed_tests]
        said = {mistake.says for mistake in meant or fitting}
        return said.pop() if len(said) == 1 else None

    def _gives(self, mistake: Variant, calls: Sequence[Call]) -> bool:
        """Does the mistake give the student's answer in all of these calls?"""
        wrong = self._loaded(mistake.name, mistake.exercise)
        if wrong is None:
            return False
        try:
            return all(_same(_replay(wrong, call), _outcome(call)) for call in reversed(calls))
        finally:
            forget_objects(wrong)

    def _is_wrong_somewhere(self, calls: Sequence[Call]) -> bool:
        """Where all recorded answers are right (a loop, an input that was changed), they say nothing of the mistake."""
        return any(not _same(_replay(self.reference.student, call), _outcome(call)) for call in reversed(calls))

    def _reproducible(self, call: Call) -> bool:
        """Would the same code give the same answer again? Not where weights are drawn or dropout is at work."""
        if call.owner is None:
            return True
        answers = []
        for state in (1, 2):  # a seeded call leaves the random state where the next object begins to draw
            seed_everything(state)
            answers.append(_replay(self.reference.student, call))
        return _same(*answers)

    def _load(self, name: str, exercise: str) -> Student | None:
        mistake = next(m for m in self.mistakes if m.name == name and m.exercise == exercise)
        try:
            return self.reference.load(pieces_with(self.reference, mistake))
        except RuntimeError:
            return None


def _spread(calls: list[Call], count: int) -> list[Call]:
    """About `count` of the calls, from all of the tests, the latest among them."""
    return calls[:: -max(1, len(calls) // count)][::-1]


def _comparable(call: Call) -> bool:
    """Calls with an answer, on data small enough to be computed again for every mistake."""
    if isinstance(call.error, Stopped) or (call.error is None and call.value is None):
        return False
    return all(_elements(value) <= MAX_ELEMENTS for value in [*call.positional, *call.named.values()])


def _elements(value: Any) -> int:
    if isinstance(value, Handle):
        return 0
    if isinstance(value, (list, tuple)):
        return sum(_elements(item) for item in value)
    return int(value.numel() if hasattr(value, "numel") else getattr(value, "size", 0))


def _replay(student: Student, call: Call) -> Any:
    """The answer of `student` to the same call; its objects are made again from the calls that made them."""
    student = student if call.device == student.device else student.on(call.device)
    try:
        arguments = [_again(student, value, call) for value in call.positional]
        named = {name: _again(student, value, call) for name, value in call.named.items()}
        target = _target(student, call)
        with np.errstate(all="ignore"):
            return target(*arguments, **named) if call.seed is None else target.seeded(call.seed, *arguments, **named)
    except (Exception, Stopped) as error:
        return error


def _again(student: Student, value: Any, call: Call) -> Any:
    """A value of the student's call as one of `student`'s: an object is made again, and is as it was at that call."""
    if not isinstance(value, Handle):
        return value
    if value._made_by is None:
        return None  # an object that no call has made, such as a generator, cannot be had again
    again = _replay(student, value._made_by)
    for index in value._place:
        again = again[index] if isinstance(again, (list, tuple)) and index < len(again) else None
    if isinstance(again, Handle):
        _give(student, again, value._seen_arrays)
        # The weights put into it, its mode.
        for operation, positional, given in value._changes[: call.changes.get(value._ref.number)]:
            ask(again, operation, *[_again(student, argument, call) for argument in positional], **given)
    return again


def _target(student: Student, call: Call) -> Function:
    if call.owner is None:
        target: Function = getattr(student, call.name)
    else:
        owner = _again(student, call.owner, call)
        target = function_of(owner) if call.name == CALLED else getattr(owner, call.name)
    target = target.keeping(*call.kept) if call.kept else target
    return target.under(call.setting) if call.setting else target


def _give(student: Student, handle: Handle, arrays: dict[str, Any]) -> None:
    """Put the arrays that a test has read from the student's own object, such as its random weights, into one of ours."""
    if not isinstance(student.transport, LocalTransport):
        return
    made = student.transport.session.objects[handle._ref.number]
    for name, array in arrays.items():
        with contextlib.suppress(Exception):  # the mistake may have no such attribute, or one that cannot be set
            setattr(made, name, array.copy())


def _outcome(call: Call) -> Any:
    return call.error if call.error is not None else call.value


def _same(first: Any, second: Any) -> bool:
    if isinstance(first, BaseException) or isinstance(second, BaseException):
        kinds = [
            error.type_name if isinstance(error, StudentError) else type(error).__name__ for error in (first, second)
        ]
        return kinds[0] == kinds[1]
    if isinstance(first, Handle) or isinstance(second, Handle):
        return type(first) is type(second)
    if _holds_handles(first) and isinstance(second, (list, tuple)):
        return len(first) == len(second) and all(map(_same, first, second))
    if isinstance(first, Opaque) or isinstance(second, Opaque):
        return type(first) is type(second) and bool(
            first == second
        )  # one is an array where the other is nothing we know
    try:
        assert_agrees(first, second)
    except Disagreement:
        return False
    return True


def _holds_handles(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and any(isinstance(item, Handle) for item in value)
