"""A Result as it may be shown: every text that came from outside made safe and short, every number untouched.

All renderers begin with these functions, so a template or a table cannot forget to.
"""

from __future__ import annotations

from msgspec.structs import replace

from autograder.report.safe_text import LONGEST_VALUE, block, one_line
from autograder.results import Argument, Counterexample, ExerciseResult, Result, TestResult

LONGEST_TITLE = 200
MOST_NOTICES = 20
_TRACEBACK = "Traceback (most recent call last)"


def presentable_result(result: Result) -> Result:
    return replace(
        result,
        submission=one_line(result.submission) or "(no name)",
        unit=one_line(result.unit) or "(no unit)",
        isolation=_isolation(result.isolation),
        exercises=[presentable_exercise(exercise) for exercise in result.exercises],
        notices=_notices(result.notices),
        for_instructor=_notices(result.for_instructor),
        layers=_table(result.layers),
        versions=_table(result.versions),
    )


def presentable_exercise(exercise: ExerciseResult) -> ExerciseResult:
    return replace(
        exercise,
        name=one_line(exercise.name) or "(no name)",
        tests=[_test(test) for test in exercise.tests],
        notices=_notices(exercise.notices),
    )


def _isolation(text: str) -> str:
    """What is not one of the two known words never becomes one by being tidied up."""
    return text if text in ("confined", "process") else f"unknown: {one_line(text)}"


def _test(test: TestResult) -> TestResult:
    return replace(
        test,
        name=one_line(test.name),
        title=one_line(test.title, LONGEST_TITLE) or one_line(test.name) or "(no title)",
        message=_prose(test.message),
        counterexample=_counterexample(test.counterexample) if test.counterexample else None,
        mistake=_prose(test.mistake) if test.mistake else None,
    )


def _counterexample(found: Counterexample) -> Counterexample:
    return Counterexample(
        call=block(found.call),
        inputs=[Argument(name=one_line(argument.name), value=block(argument.value)) for argument in found.inputs],
        got=None if found.got is None else block(found.got),
        expected=None if found.expected is None else block(found.expected),
        again=None if found.again is None else block(found.again),
    )


def _prose(text: str) -> str:
    """A message without a traceback: of one that slipped in, the last line says what went wrong; the rest is noise."""
    before, traceback, after = text.partition(_TRACEBACK)
    if traceback:
        text = "\n".join([*before.rstrip().splitlines(), *after.rstrip().splitlines()[-1:]])
    return block(text, LONGEST_VALUE).strip()


def _notices(notices: list[str]) -> list[str]:
    shown = [_prose(notice) for notice in notices[:MOST_NOTICES]]
    left_out = len(notices) - len(shown)
    return [*shown, f"… and {left_out} more of this kind."] if left_out else shown


def _table(entries: dict[str, str]) -> dict[str, str]:
    return {one_line(name): one_line(value) for name, value in entries.items()}
