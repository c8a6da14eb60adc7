"""What to tell about the tests of one exercise, and in which order.

Tests that fail for one reason are told once, under all their titles: an exercise not yet written fails all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from autograder.report.words import counted, next_step, verdict_words
from autograder.results import Argument, Counterexample, ExerciseResult, TestResult, Verdict


@dataclass(frozen=True)
class Fault:
    """One reason why tests did not pass."""

    verdict: Verdict
    titles: list[str]
    message: str
    counterexample: Counterexample | None
    mistake: str | None
    next_step: str
    points: float
    max_points: float


@dataclass(frozen=True)
class Piece:
    """A part of a value; `differs` where the value beside it says something else."""

    text: str
    differs: bool


def passed_tests(exercise: ExerciseResult) -> list[TestResult]:
    return [test for test in exercise.tests if test.verdict is Verdict.PASSED]


def unverified(exercise: ExerciseResult) -> list[str]:
    """What could not be looked at here, a sentence for each reason: no fault, and never to be taken for a pass."""
    reasons: dict[str, int] = {}
    for test in exercise.tests:
        if test.verdict is Verdict.UNVERIFIED:
            reasons[test.message] = reasons.get(test.message, 0) + 1
    return [f"{counted(count, 'test', 'tests')} not verified here: {reason}" for reason, count in reasons.items()]


def faults(exercise: ExerciseResult) -> list[Fault]:
    """The reasons why tests of `exercise` did not pass, in the order of the tests."""
    reasons: dict[object, list[TestResult]] = {}
    for test in exercise.tests:
        if test.verdict not in (Verdict.PASSED, Verdict.UNVERIFIED):
            reasons.setdefault(_reason(test), []).append(test)
    return [_fault(tests) for tests in reasons.values()]


def all_wait(exercise: ExerciseResult) -> bool:
    """Whether several tests wait for code that is not there: one message says it, and their titles can stand back."""
    missing = all(test.verdict is Verdict.MISSING for test in exercise.tests)
    return missing and len(exercise.tests) > 1 and len(faults(exercise)) == 1


def nothing(fault: Fault) -> str:
    """What to put beside an expected value when no value came out, else an empty text."""
    found = fault.counterexample
    if found is None or found.expected is None or found.got is not None:
        return ""
    return f"no value: {verdict_words(fault.verdict)}"


def assignments(found: Counterexample) -> list[str]:
    """The inputs as lines of code; a value of several lines stays aligned with its own first line."""
    return [
        f"{argument.name} = " + argument.value.replace("\n", "\n" + " " * len(f"{argument.name} = "))
        for argument in found.inputs
    ]


def pieces(got: str, expected: str | None) -> list[Piece]:
    """`got` cut where it differs from `expected`. Where the two are not of one form, nothing is singled out."""
    if expected is None:
        return [Piece(got, False)]
    mine, theirs = _TOKEN.findall(got), [token for token in _TOKEN.findall(expected) if not token.isspace()]
    words = [token for token in mine if not token.isspace()]
    if [_shape(token) for token in words] != [_shape(token) for token in theirs]:
        return [Piece(got, False)]
    counterpart = iter(theirs)
    return _joined(Piece(token, not token.isspace() and not _same(token, next(counterpart))) for token in mine)


def in_rows(found: Counterexample) -> Counterexample:
    """`found` with its large arrays laid out a row a line, as NumPy prints them."""
    sides = [_rows(side) for side in (found.got, found.expected) if side is not None]
    beside = max(map(len, sides), default=0) > _BESIDE
    return msgspec.structs.replace(
        found,
        inputs=[
            Argument(part.name, _rows(part.value) if len(part.value) > _ALONE else part.value) for part in found.inputs
        ],
        got=_rows(found.got) if beside and found.got is not None else found.got,
        expected=_rows(found.expected) if beside and found.expected is not None else found.expected,
    )


_BESIDE, _ALONE = 36, 72
"""Characters of a value that fit on a line: with another value at its side, and without."""


def _rows(value: str) -> str:
    """Rows of a nested list begin a line each, below the row they belong beside."""
    lines, depth = "", 0
    for part in re.split(r"(?<=\]), (?=\[)", value):
        lines += (",\n" + " " * depth if lines else "") + part
        depth += sum(map(part.count, "[(")) - sum(map(part.count, "])"))
    return lines


_TOKEN = re.compile(r"\s+|[\w.+-]+|[^\w\s]")


def _shape(token: str) -> str:
    """Punctuation stands for itself, anything else for a word: values of one form have the same shapes in a row."""
    return "word" if re.match(r"[\w.+-]", token) else token


def _same(token: str, other: str) -> bool:
    if token == other:
        return True
    try:
        return float(token) == float(other)
    except ValueError:
        return False


def _joined(parts: Iterable[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for part in parts:
        if joined and joined[-1].differs == part.differs:
            joined[-1] = Piece(joined[-1].text + part.text, part.differs)
        else:
            joined.append(part)
    return joined


def _reason(test: TestResult) -> object:
    """Equal for tests that failed for the same reason. One that says no more than its title stands for itself."""
    if test.verdict is not Verdict.MISSING and not test.message and test.counterexample is None:
        return (test.verdict, test.name, test.title, test.mistake)
    found = test.counterexample
    shown = found and (found.call, tuple((part.name, part.value) for part in found.inputs), found.got, found.expected)
    return (test.verdict, test.message, shown, test.mistake)


def _fault(tests: list[TestResult]) -> Fault:
    first = tests[0]
    return Fault(
        verdict=first.verdict,
        titles=[test.title for test in tests],
        message=_message(first),
        counterexample=first.counterexample and in_rows(first.counterexample),
        mistake=first.mistake,
        next_step=next_step(first),
        points=sum(test.points for test in tests),
        max_points=sum(test.max_points for test in tests),
    )


def _message(test: TestResult) -> str:
    """The message, unless it repeats the verdict. Faults of ours are the instructor's: `classroom.internal_faults`."""
    if test.verdict is Verdict.INTERNAL or test.message.rstrip(".").casefold() == verdict_words(test.verdict):
        return ""
    return test.message
