"""From the end of a test to what is told about it. Shared by hidden graders and the students' own checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import hypothesis.errors
import msgspec

from autograder.devices import Device
from autograder.faults import Stopped, StudentError
from autograder.grading.again import line_of
from autograder.grading.asked import MISSING_DEVICE, Asked
from autograder.judge.calls import Call, as_code
from autograder.judge.proxy import Handle, Student, called
from autograder.judge.signatures import parameter_names
from autograder.results import Argument, Counterexample, TestResult, Verdict
from autograder.toolkit.compare import Disagreement
from autograder.toolkit.show import MANY_DIGITS, show

MAX_VALUE = 2_000
REPEATED = (Verdict.FAILED, Verdict.ERROR)
"""Verdicts of calls that can be made again: not of one that never ends, or ends Python."""


def passed(asked: Asked) -> TestResult:
    return TestResult(asked.name, asked.title, Verdict.PASSED, asked.points, asked.points)


def failed(asked: Asked, error: BaseException, student: Student | None) -> TestResult:
    """The result of a test that ended with `error`; the smallest failing input is that of the student's last call."""
    verdict, message, got, expected = _told(error)
    example = None
    if student is not None and student.calls and verdict not in (Verdict.MISSING, Verdict.INTERNAL):
        example = _counterexample(student, student.calls[-1], got, expected)
        if verdict in REPEATED:
            example = msgspec.structs.replace(example, again=line_of(student.calls[-1]))
    was_asked = student is None or len(student.calls) > 0
    lines = [message, asked.hint] if was_asked and verdict not in (Verdict.MISSING, Verdict.INTERNAL) else [message]
    text = "\n".join(line for line in lines if line)
    next_step = error.next_step if isinstance(error, Disagreement) else ""
    return TestResult(asked.name, asked.title, verdict, 0.0, asked.points, text, example, next=next_step)


def not_run(asked: Asked, verdict: Verdict, message: str) -> TestResult:
    return TestResult(asked.name, asked.title, verdict, 0.0, asked.points, message)


def without_tracebacks(items: Sequence[Any]) -> None:
    """pytest lays out a traceback for every failure, which takes longer than the test; nobody will read it here."""
    for item in items:
        item.repr_failure = lambda excinfo, style=None: str(excinfo.value)


def unverified(asked: Asked) -> TestResult:
    """The test's device is not here: no points won, none lost."""
    return not_run(asked, Verdict.UNVERIFIED, MISSING_DEVICE[asked.device or Device.CUDA])


def _told(error: BaseException) -> tuple[Verdict, str, str | None, str | None]:
    """Verdict, message, what came out, what was expected."""
    match error:
        case Stopped():
            return error.verdict, error.message, None, None
        case Disagreement():
            return Verdict.FAILED, error.message, error.got, error.expected
        case StudentError():
            place = f"\n{error.where}" if error.where else ""
            text = f"raised {error.type_name}: {error}" if str(error) else f"raised {error.type_name}"
            return Verdict.ERROR, f"{text}{place}", f"{error.type_name}: {error}", None
        case AssertionError():
            return Verdict.FAILED, str(error).split("\n")[0], None, None
        case hypothesis.errors.Flaky():
            return Verdict.FAILED, "gives different answers for the same input", None, None
    return Verdict.INTERNAL, f"The grader itself failed ({type(error).__name__}: {error}).", None, None


def _counterexample(student: Student, call: Call, got: str | None, expected: str | None) -> Counterexample:
    names = parameter_names(student.signature_of(call.name, call.owner), len(call.positional))
    inputs = []
    if call.owner is not None and call.owner._made_by is not None:
        maker = call.owner._made_by
        made_of = parameter_names(student.signatures.get(maker.name), len(maker.positional))
        inputs += _arguments(student, made_of, maker)
    inputs += _arguments(student, names, call)
    shown = got
    if got is None and call.error is None and call.value is not None:
        shown = show(call.value, MANY_DIGITS)  # a property that fails by a hair is not seen in six digits
    return Counterexample(call.text, inputs, _capped(shown), _capped(expected))


def _arguments(student: Student, names: list[str], call: Call) -> list[Argument]:
    """What the call was given; of what an earlier call has left, that call and what it was given."""
    shown = []
    for name, value in [*zip(names, call.positional, strict=True), *call.named.items()]:
        if not isinstance(value, Handle):
            shown.append(Argument(name, _capped(show(value)) or ""))
        elif value._place and value._made_by is not None:
            earlier, item = value._made_by, "".join(f"[{index}]" for index in value._place)
            own = parameter_names(student.signature_of(earlier.name, earlier.owner), len(earlier.positional))
            given = [f"earlier_{each}" for each in own]
            shown.append(Argument(name, f"{as_code(called(earlier.name, earlier.owner), given, earlier.named)}{item}"))
            shown += _arguments(student, given, earlier)
    return shown


def _capped(text: str | None) -> str | None:
    if text is None or len(text) <= MAX_VALUE:
        return text
    return f"{text[: MAX_VALUE // 2]} … {text[-MAX_VALUE // 2 :]}"
