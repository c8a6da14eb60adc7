"""What a `quiz.py` is written with: one class for each kind of question. The package's docstring shows how.

Every text may hold `<name>`: the value of that name in `given`. Explanations are read in reports, where formulas are set as
plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.quiz.draw import Draw
from autograder.quiz.kinds import Kind

__all__ = [
    "Choice", "Draw", "Line", "Listing", "Matching", "Number", "Option", "Ordering", "Output", "Pair", "Posed", "Several",
    "Shape", "Slip", "question",
]  # fmt: skip

Given = Mapping[str, object]


@dataclass(frozen=True)
class Option:
    """One thing to choose, and why it is right or wrong: for a wrong one, the misconception that it stems from."""

    text: str
    because: str


@dataclass(frozen=True)
class Slip:
    """A wrong value that a known misconception leads to, computed from the question's numbers, and what to say to it."""

    value: Any
    because: str


@dataclass(frozen=True)
class Pair:
    """Two sides of a matching that belong together. Several items may share an option of the same text."""

    item: str
    option: str
    because: str


@dataclass(frozen=True)
class Line:
    """A line of a listing and why it is right; `wrong` is the same line with a mistake, `reason` what is wrong about it.

    A listing has a mistake in one of the lines that have a `wrong`, drawn for each student. `also` are other right forms of
    the line, drawn too: without them, whoever compares two students' listings sees where they differ, and so the mistakes.
    """

    text: str
    because: str
    wrong: str = ""
    reason: str = ""
    also: Sequence[str] = ()


@dataclass(frozen=True)
class Choice:
    """One of at least four options is right."""

    right: Option
    wrong: Sequence[Option]
    given: Given = field(default_factory=dict)
    code: str = ""
    kind = Kind.CHOICE


@dataclass(frozen=True)
class Several:
    """All of `right` are right, all of `wrong` are wrong: at least one of either, and four together."""

    right: Sequence[Option]
    wrong: Sequence[Option]
    given: Given = field(default_factory=dict)
    code: str = ""
    kind = Kind.SEVERAL


@dataclass(frozen=True)
class Number:
    """A number: whole where `places` is None, otherwise right when it is off by no more than one in that decimal.

    `units` are words that may follow it.
    """

    answer: float
    because: str
    slips: Sequence[Slip] = ()
    given: Given = field(default_factory=dict)
    units: Sequence[str] = ()
    places: int | None = None
    code: str = ""
    kind = Kind.NUMBER


@dataclass(frozen=True)
class Shape:
    answer: tuple[int, ...]
    because: str
    slips: Sequence[Slip] = ()
    given: Given = field(default_factory=dict)
    code: str = ""
    kind = Kind.SHAPE


@dataclass(frozen=True)
class Ordering:
    """`steps` in their right order, each with why it comes where it does. At least four."""

    steps: Sequence[Option]
    given: Given = field(default_factory=dict)
    code: str = ""
    kind = Kind.ORDERING


@dataclass(frozen=True)
class Matching:
    """`pairs`, at least three; `extra` are options that belong to no item, each with why."""

    pairs: Sequence[Pair]
    extra: Sequence[Option] = ()
    given: Given = field(default_factory=dict)
    code: str = ""
    kind = Kind.MATCHING


@dataclass(frozen=True)
class Listing:
    """Code with one wrong line: at least five lines, two or more of which can be the wrong one."""

    lines: Sequence[Line]
    given: Given = field(default_factory=dict)
    kind = Kind.LISTING


@dataclass(frozen=True)
class Output:
    """What `code` prints: the text itself, white space apart."""

    code: str
    answer: str
    because: str
    slips: Sequence[Slip] = ()
    given: Given = field(default_factory=dict)
    kind = Kind.OUTPUT


Posed = Choice | Several | Number | Shape | Ordering | Matching | Listing | Output
"""What a question's function returns."""

MARK = "__quiz_question__"


@dataclass(frozen=True)
class Mark:
    title: str
    about: str
    points: float


def question(title: str, *, about: str, points: float = 1) -> Callable[[Callable[..., Posed]], Callable[..., Posed]]:
    """Makes a function a question of the unit's quiz: its docstring is what is asked, what it returns is the answer.

    Args:
        title: three to six words; it stands above the question, in reports and in the gradebook.
        about: the exercise or the section of the unit that it belongs to.
        points: what a right answer is worth.
    """

    def mark(function: Callable[..., Posed]) -> Callable[..., Posed]:
        setattr(function, MARK, Mark(title, about, points))
        return function

    return mark
