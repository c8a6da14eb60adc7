"""An exercise as lines of plain text. The terminal form is the same lines, with colours."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from autograder.report.presentable import presentable_exercise
from autograder.report.telling import (
    Fault,
    Piece,
    all_wait,
    assignments,
    faults,
    nothing,
    passed_tests,
    pieces,
    unverified,
)
from autograder.report.words import Tone, marks, points_of, shown_verdict, tone, ungraded, verdict_words
from autograder.results import Counterexample, ExerciseResult, Verdict

WIDTH = 96
_INDENT = 4
_LABEL = 16


class Weight(StrEnum):
    """How much a line's text asks to be looked at."""

    STRONG = "strong"
    PLAIN = "plain"
    QUIET = "quiet"


@dataclass(frozen=True)
class Line:
    """One line: a label at the left in the colour of `tone`, then text."""

    label: str = ""
    text: tuple[Piece, ...] = ()
    tone: Tone | None = None
    weight: Weight = Weight.PLAIN

    @property
    def plain(self) -> str:
        return (self.label + "".join(piece.text for piece in self.text)).rstrip()


def text_exercise(exercise: ExerciseResult) -> str:
    """`exercise` as plain text: the passed tests in one line each, then each fault with all that is known about it."""
    return "\n".join(line.plain for line in exercise_lines(presentable_exercise(exercise), WIDTH))


def exercise_lines(exercise: ExerciseResult, width: int) -> Iterator[Line]:
    """The lines of a presentable exercise. Prose is wrapped at `width` characters; values are left as they are."""
    verdict = shown_verdict(exercise)
    heading = " · ".join(part for part in (exercise.name, verdict_words(verdict), marks(exercise)) if part)
    yield Line("", _words(heading), tone(verdict), Weight.STRONG)
    for notice in exercise.notices:
        yield from _labelled("note", notice, width)
    for test in passed_tests(exercise):
        yield _title(test.verdict, test.title, Weight.QUIET)
    for sentence in unverified(exercise):
        yield from _labelled("note", sentence, width)
    if all_wait(exercise):
        (fault,) = faults(exercise)
        yield from _fault_body(fault, width)
        yield from _labelled("waiting for it", f"{len(fault.titles)} tests", width)
        return
    for fault in faults(exercise):
        scored = not ungraded(exercise) and fault.max_points > 0
        points = f" ({points_of(fault.points, fault.max_points)})" if scored else ""
        yield from _fault_lines(fault, points, width)


def _fault_lines(fault: Fault, points: str, width: int) -> Iterator[Line]:
    yield Line()
    *first, last = fault.titles
    for title in first:
        yield _title(fault.verdict, title, Weight.STRONG)
    yield _title(fault.verdict, last + points, Weight.STRONG)
    yield from _fault_body(fault, width)


def _fault_body(fault: Fault, width: int) -> Iterator[Line]:
    yield Line()
    if fault.message:
        for text in _wrapped(fault.message, width - _INDENT):
            yield Line(" " * _INDENT, _words(text))
        yield Line()
    if fault.counterexample:
        yield from _counterexample_lines(fault.counterexample, nothing(fault))
    if fault.mistake:
        yield from _labelled("looks like", fault.mistake, width)
    yield from _labelled("next", fault.next_step, width)


def _counterexample_lines(found: Counterexample, no_value: str) -> Iterator[Line]:
    yield from _hanging("smallest input", _words("\n".join([*assignments(found), found.call])))
    if found.expected is not None:
        yield from _hanging("expected", _words(found.expected))
    if no_value:
        yield from _hanging("yours", _words(no_value))
    elif found.got is not None:
        yield from _hanging("yours", tuple(pieces(found.got, found.expected)))
    if found.again:
        yield from _hanging("to repeat it", _words(found.again))


def _title(verdict: Verdict, title: str, weight: Weight) -> Line:
    return Line(f"  {verdict_words(verdict).partition(',')[0]}  ", _words(title), tone(verdict), weight)


def _labelled(label: str, prose: str, width: int) -> Iterator[Line]:
    yield from _hanging(label, _words("\n".join(_wrapped(prose, width - _INDENT - _LABEL))))


def _hanging(label: str, text: tuple[Piece, ...]) -> Iterator[Line]:
    """The lines of `text` beside a label, so that what belongs together stands in one column."""
    margin = f"{' ' * _INDENT}{label:<{_LABEL}}"
    for line in _split_lines(text):
        yield Line(margin, line)
        margin = " " * len(margin)


def _split_lines(text: tuple[Piece, ...]) -> Iterator[tuple[Piece, ...]]:
    line: list[Piece] = []
    for piece in text:
        head, *rest = piece.text.split("\n")
        line.append(Piece(head, piece.differs))
        for part in rest:
            yield tuple(line)
            line = [Piece(part, piece.differs)]
    yield tuple(line)


def _wrapped(prose: str, width: int) -> list[str]:
    """Paragraphs keep their lines, lines keep their indentation: a message may hold a line of code."""
    lines: list[str] = []
    for line in prose.split("\n"):
        indent = " " * (len(line) - len(line.lstrip(" ")))
        lines += textwrap.wrap(line, max(width, 24), subsequent_indent=indent, break_on_hyphens=False) or [""]
    return lines


def _words(text: str) -> tuple[Piece, ...]:
    return (Piece(text, False),)
