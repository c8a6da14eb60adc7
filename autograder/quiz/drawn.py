"""One variant of a question, drawn: what the student sees, and the key to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, assert_never

from autograder.quiz import authoring as a
from autograder.quiz.draw import Draw
from autograder.quiz.kinds import LETTERS, Answer, Kind, Shown
from autograder.quiz.texts import filled, names_in, unwrapped

T = TypeVar("T")

_WORD = re.compile(r"-?\d+\.?\d*(?:[eE][+-]?\d+)?|-?\.\d+|\w+|[^\w\s]")


class UnfitError(Exception):
    """A draw that makes no question: two options alike, a slip that is right. Another draw may do."""


@dataclass(frozen=True)
class Key:
    """What only the grader knows.

    `right` is the answer and `because` its explanation, empty where `remarks` have it; `remarks` belong to options, or
    items, or lines, in the order shown; `slips` are wrong values, or the places of options that belong to no item, with
    what to say to them.
    """

    right: Answer
    because: str = ""
    remarks: list[str] = field(default_factory=list)
    slips: list[tuple[Answer, str]] = field(default_factory=list)
    tolerance: float = 0.0


@dataclass(frozen=True)
class Drawn:
    kind: Kind
    shown: Shown
    key: Key


def drawn(text: str, posed: a.Posed, draw: Draw) -> Drawn:
    """The question `text` as `posed`, its options shuffled with `draw`.

    Raises:
        UnfitError: this draw makes no question with exactly one right answer.
        ValueError: no draw will; the text says what to change.
    """
    _check_given(text, posed)
    make = _Maker(unwrapped(text), posed.given, draw)
    match posed:
        case a.Choice():
            return make.choice(posed)
        case a.Several():
            return make.several(posed)
        case a.Number():
            return make.number(posed)
        case a.Shape():
            return make.shape(posed)
        case a.Ordering():
            return make.ordering(posed)
        case a.Matching():
            return make.matching(posed)
        case a.Listing():
            return make.listing(posed)
        case a.Output():
            return make.output(posed)
        case _:
            assert_never(posed)


class _Maker:
    def __init__(self, text: str, given: Mapping[str, object], draw: Draw) -> None:
        self.text = text
        self.given = given
        self.draw = draw

    def choice(self, posed: a.Choice) -> Drawn:
        _require(len(posed.wrong) >= 3, "a choice needs three wrong options or more")
        _, options = self._shuffled([posed.right, *posed.wrong])
        right = options.index(posed.right)
        return self._with_options(posed.kind, options, right, posed.code)

    def several(self, posed: a.Several) -> Drawn:
        enough = bool(posed.right and posed.wrong) and len(posed.right) + len(posed.wrong) >= 4
        _require(enough, "a question with several answers needs a right and a wrong option, and four together")
        _, options = self._shuffled([*posed.right, *posed.wrong])
        right = tuple(place for place, option in enumerate(options) if option in posed.right)
        return self._with_options(posed.kind, options, right, posed.code)

    def ordering(self, posed: a.Ordering) -> Drawn:
        _require(len(posed.steps) >= 4, "an ordering needs four steps or more")
        order, options = self._shuffled(posed.steps)
        right = tuple(order.index(step) for step in range(len(order)))
        if right == tuple(range(len(order))):
            raise UnfitError("the steps are shown in their right order")
        return self._with_options(posed.kind, options, right, posed.code)

    def matching(self, posed: a.Matching) -> Drawn:
        _require(len(posed.pairs) >= 3, "a matching needs three pairs or more")
        _, pairs = self._shuffled(posed.pairs)
        texts = [self._fill(pair.option) for pair in pairs] + [self._fill(extra.text) for extra in posed.extra]
        options = self.draw.shuffled(list(dict.fromkeys(texts)))
        right = tuple(options.index(self._fill(pair.option)) for pair in pairs)
        if any(self._fill(extra.text) in (options[place] for place in right) for extra in posed.extra):
            raise UnfitError("an option that should belong to no item belongs to one")
        _require(len(set(right)) > 1, "the items of a matching cannot all belong to one option")
        items = [self._fill(pair.item) for pair in pairs]
        _distinct(items)
        shown = Shown(self._fill(self.text), options, items, self._fill(posed.code))
        extra: list[tuple[Answer, str]] = [
            (options.index(self._fill(option.text)), self._fill(option.because)) for option in posed.extra
        ]
        return Drawn(posed.kind, shown, Key(right, remarks=[self._fill(pair.because) for pair in pairs], slips=extra))

    def number(self, posed: a.Number) -> Drawn:
        _require(posed.places is not None or float(posed.answer).is_integer(), "a number with decimals needs `places`")
        tolerance = 0.0 if posed.places is None else 1.001 * 10.0**-posed.places
        return self._with_slips(posed, float(posed.answer), tolerance, posed.code)

    def shape(self, posed: a.Shape) -> Drawn:
        return self._with_slips(posed, tuple(posed.answer), 0.0, posed.code)

    def output(self, posed: a.Output) -> Drawn:
        _require(bool(posed.answer.strip()), "code of an output question has to print something")
        return self._with_slips(posed, self._fill(posed.answer), 0.0, posed.code)

    def listing(self, posed: a.Listing) -> Drawn:
        places = [place for place, line in enumerate(posed.lines) if line.wrong]
        _require(len(posed.lines) >= 5 and len(places) >= 2, "a listing needs five lines, two of them with a `wrong`")
        right = self.draw.pick(places)
        rights = [self.draw.pick([line.text, *line.also]) for line in posed.lines]
        lines = [line.wrong if place == right else rights[place] for place, line in enumerate(posed.lines)]
        remarks = [line.reason if place == right else line.because for place, line in enumerate(posed.lines)]
        code = "\n".join(self._fill(line) for line in lines)
        wrong = posed.lines[right]
        if self._fill(wrong.wrong) in map(self._fill, [wrong.text, *wrong.also]):
            raise UnfitError("the wrong line is the right one")
        shown = Shown(self._fill(self.text), code=code)
        return Drawn(posed.kind, shown, Key(right, remarks=list(map(self._fill, remarks))))

    def _with_options(self, kind: Kind, options: Sequence[a.Option], right: Answer, code: str) -> Drawn:
        texts = [self._fill(option.text) for option in options]
        _distinct(texts)
        _require(len(texts) <= len(LETTERS), "there are more options than letters")
        shown = Shown(self._fill(self.text), texts, code=self._fill(code))
        return Drawn(kind, shown, Key(right, remarks=[self._fill(option.because) for option in options]))

    def _with_slips(self, posed: a.Number | a.Shape | a.Output, right: Answer, tolerance: float, code: str) -> Drawn:
        values: list[Answer] = [right]
        slips: list[tuple[Answer, str]] = []
        for slip in posed.slips:
            value = _value(slip.value if not isinstance(slip.value, str) else self._fill(slip.value))
            if any(same_value(value, other, 2 * tolerance) for other in values):
                raise UnfitError(f"two values are the same: {value}")
            values.append(value)
            slips.append((value, self._fill(slip.because)))
        shown = Shown(self._fill(self.text), code=self._fill(code))
        return Drawn(posed.kind, shown, Key(right, self._fill(posed.because), slips=slips, tolerance=tolerance))

    def _shuffled(self, items: Sequence[T]) -> tuple[list[int], list[T]]:
        """Where each place's item came from, and the items."""
        order = self.draw.shuffled(range(len(items)))
        return order, [items[place] for place in order]

    def _fill(self, text: str) -> str:
        return filled(text, self.given)


def same_value(one: Answer, other: Answer, tolerance: float) -> bool:
    """Whether two values are the same answer to a question about a number, a shape or an output."""
    if isinstance(one, float | int) and isinstance(other, float | int):
        return abs(one - other) <= tolerance
    if isinstance(one, str) and isinstance(other, str):
        return squeezed(one) == squeezed(other)
    return one == other


def squeezed(text: str) -> list[str]:
    """Printed text as what counts of it: its words, numbers by value, and signs, without white space and quotes."""
    parts = _WORD.findall(text.strip().strip("\"'"))
    return [repr(float(part)) if re.match(r"-?\.?\d", part) else part for part in parts if part not in ",'\""]


def _value(value: object) -> Answer:
    if isinstance(value, list | tuple):
        return tuple(int(part) for part in value)
    return value if isinstance(value, str) else float(value)  # type: ignore[arg-type]  # a number of an author's


def _distinct(texts: Sequence[str]) -> None:
    if len(set(texts)) < len(texts):
        raise UnfitError("two options are the same")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


def _check_given(text: str, posed: a.Posed) -> None:
    """A name in `given` that no text has is a slip of the pen."""
    used = names_in(text) | set().union(*(names_in(part) for part in _texts(posed)))
    unused = sorted(set(posed.given) - used)
    if unused:
        raise ValueError(f"`given` has {', '.join(unused)}, but no text has <{unused[0]}>")


def _texts(posed: object) -> list[str]:
    """Every text of a posed question, wherever it stands."""
    if isinstance(posed, str):
        return [posed]
    if isinstance(posed, list | tuple):
        return [text for part in posed for text in _texts(part)]
    fields = getattr(posed, "__dataclass_fields__", {})
    return [text for name in fields if name != "given" for text in _texts(getattr(posed, name))]
