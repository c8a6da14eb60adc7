"""The words, tones and numbers that every form of the report shares."""

from __future__ import annotations

import math
import re
from enum import StrEnum

from autograder.results import ExerciseResult, Result, TestResult, Verdict


class Tone(StrEnum):
    """What a verdict feels like: one colour each. Colour is never the only sign; the words are always there."""

    GOOD = "good"
    WRONG = "wrong"
    FORBIDDEN = "forbidden"
    LIMIT = "limit"
    MISSING = "missing"
    UNVERIFIED = "unverified"
    INTERNAL = "internal"


_WORDS = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "wrong answer",
    Verdict.ERROR: "raised an error",
    Verdict.FORBIDDEN: "forbidden call",
    Verdict.TIMEOUT: "out of time",
    Verdict.MEMORY: "out of memory",
    Verdict.CRASHED: "crashed",
    Verdict.MISSING: "not written yet",
    Verdict.UNANSWERED: "not answered yet",
    Verdict.UNVERIFIED: "not verified here",
    Verdict.INTERNAL: "not graded: our fault, it will be graded again",
}

_TONES = {
    Verdict.PASSED: Tone.GOOD,
    Verdict.FAILED: Tone.WRONG,
    Verdict.ERROR: Tone.WRONG,
    Verdict.FORBIDDEN: Tone.FORBIDDEN,
    Verdict.TIMEOUT: Tone.LIMIT,
    Verdict.MEMORY: Tone.LIMIT,
    Verdict.CRASHED: Tone.LIMIT,
    Verdict.MISSING: Tone.MISSING,
    Verdict.UNANSWERED: Tone.MISSING,
    Verdict.UNVERIFIED: Tone.UNVERIFIED,
    Verdict.INTERNAL: Tone.INTERNAL,
}

_NEXT_STEPS = {
    Verdict.FAILED: "Work out a small input of your own by hand, then print what each line of your code gives.",
    Verdict.ERROR: "Run your code in a cell of your own: Python will show you the line that raised.",
    Verdict.FORBIDDEN: "Write this step yourself: the call named above does what the exercise asks you to do.",
    Verdict.TIMEOUT: "Look for a loop that never ends, or for work that grows faster than the input.",
    Verdict.MEMORY: "Look for an array that is far larger than what goes in and what comes out.",
    Verdict.CRASHED: "Look for recursion without an end, or for code that ends Python itself, such as exit().",
    Verdict.MISSING: "Write it in its cell, then run the check under it.",
    Verdict.UNANSWERED: "Run the question's cell, then write your answer in the cell below it.",
    Verdict.UNVERIFIED: "Nothing is wrong. To be sure, run the checks on a machine that has this device.",
    Verdict.INTERNAL: "There is nothing for you to do.",
}

_NEXT_STEPS_WITH_INPUT = {
    Verdict.FAILED: "Run the call above in a cell of your own; find the first line that gives what you do not expect.",
    Verdict.ERROR: "Run the call above in a cell of your own: Python will show you the line that raised.",
}

NOT_CONFINED = "Not confined"
NOT_CONFINED_MEANS = (
    "This code ran as an ordinary process that could reach files and the network. "
    "Marks obtained this way are not for the record."
)
NO_MARKS = "no marks yet"


def verdict_words(verdict: Verdict) -> str:
    return _WORDS[verdict]


def short_words(verdict: Verdict) -> str:
    """The verdict in the cell of a table: as `verdict_words`, cut to its first half where it is a sentence."""
    return _WORDS[verdict].partition(",")[0]


def tone(verdict: Verdict) -> Tone:
    return _TONES[verdict]


def next_step(test: TestResult) -> str:
    """What a student can do now about a test that did not pass; empty for one that did."""
    if test.next:
        return test.next
    if test.counterexample is not None and test.verdict in _NEXT_STEPS_WITH_INPUT:
        return _NEXT_STEPS_WITH_INPUT[test.verdict]
    return _NEXT_STEPS.get(test.verdict, "")


def ungraded(part: Result | ExerciseResult) -> bool:
    """True when a fault of ours is in it: such a part has no marks to show."""
    if isinstance(part, Result):
        return part.internal or any(ungraded(exercise) for exercise in part.exercises)
    return part.verdict is Verdict.INTERNAL or any(test.verdict is Verdict.INTERNAL for test in part.tests)


def shown_verdict(exercise: ExerciseResult) -> Verdict:
    return Verdict.INTERNAL if ungraded(exercise) else exercise.verdict


def number(points: float) -> str:
    """2, 2.5 or 0.33: as many digits as needed, two at most. What is no number is shown as `?`, never as marks."""
    if not math.isfinite(points):
        return "?"
    text = f"{points:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def points_of(points: float, max_points: float) -> str:
    """`2.5 of 4 points`."""
    return f"{number(points)} of {number(max_points)} {'point' if max_points == 1 else 'points'}"


def marks(part: Result | ExerciseResult) -> str:
    """`2.5 of 4 points`, or that there are none yet; nothing for a check that gives no points at all."""
    if ungraded(part):
        return NO_MARKS
    return points_of(part.points, part.max_points) if part.max_points > 0 else ""


def share(points: float, max_points: float) -> float:
    """The part of the points that was reached, between 0 and 1; 0 where it has no meaning."""
    if not (math.isfinite(points) and math.isfinite(max_points)) or max_points <= 0:
        return 0.0
    return min(1.0, max(0.0, points / max_points))


def name_parts(name: str) -> list[str]:
    """An identifier cut where its words meet, for those who have to break it: `most_`, `similar`."""
    return re.findall(r".*?_+|.+?(?=[A-Z][a-z])|.+", name)


def counted(count: int, one: str, many: str) -> str:
    """`1 submission`, `3 submissions`."""
    return f"{count} {one if count == 1 else many}"
