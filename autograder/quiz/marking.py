"""Marks: what share of a question's points an answer earns, and what is told about it.

choice, listing       all or nothing: a blind guess among n earns 1/n on average
number, shape, output all or nothing
several               (right ones marked) / (right ones) − (wrong ones marked) / (wrong ones), not below 0: an option marked
                      blindly takes as much as it gives
ordering              all; half where two neighbours are exchanged
matching              (hits − m) / (items − m), not below 0; m items share the option that most items share, so that one
                      letter written everywhere earns nothing
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from autograder.quiz.drawn import Drawn, Key, same_value
from autograder.quiz.kinds import LETTERS, Answer, Kind, Shown
from autograder.quiz.texts import plain


@dataclass(frozen=True)
class Marked:
    """`share` of the points, from 0 to 1; `message` says what was right about the answer and what was not, and why."""

    share: float
    message: str


def marked(question: Drawn, answer: Answer) -> Marked:
    """The mark for an answer that has the question's form."""
    return Marked(share(question, answer), "\n".join(_told(question, answer)))


def explained(question: Drawn) -> str:
    """The right answer and its explanation."""
    return "\n".join(_right(question.kind, question.shown, question.key))


def share(question: Drawn, answer: Answer) -> float:
    right = question.key.right
    match question.kind:
        case Kind.SEVERAL if isinstance(right, tuple) and isinstance(answer, tuple):
            return _share_of_several(right, answer, len(question.shown.options))
        case Kind.ORDERING if isinstance(right, tuple) and isinstance(answer, tuple):
            return 1.0 if answer == right else 0.5 * _is_one_exchange(right, answer)
        case Kind.MATCHING if isinstance(right, tuple) and isinstance(answer, tuple):
            return _share_of_matching(right, answer)
        case _:
            return float(same_value(right, answer, question.key.tolerance))


def _share_of_several(right: tuple[int, ...], answer: tuple[int, ...], options: int) -> float:
    hits = len(set(answer) & set(right))
    wrong = len(set(answer) - set(right))
    return max(0.0, hits / len(right) - wrong / (options - len(right)))


def _is_one_exchange(right: tuple[int, ...], answer: tuple[int, ...]) -> bool:
    off = [place for place, (one, other) in enumerate(zip(right, answer, strict=True)) if one != other]
    return len(off) == 2 and off[1] == off[0] + 1


def _share_of_matching(right: tuple[int, ...], answer: tuple[int, ...]) -> float:
    most = max(Counter(right).values())
    hits = sum(one == other for one, other in zip(right, answer, strict=True))
    return max(0.0, (hits - most) / (len(right) - most))


def _told(question: Drawn, answer: Answer) -> list[str]:
    """What was answered, then what is right, each with its reason; what is right comes once."""
    kind, shown, key = question.kind, question.shown, question.key
    match kind:
        case Kind.CHOICE | Kind.LISTING if isinstance(answer, int) and answer != key.right:
            name = "line" if kind is Kind.LISTING else "option"
            yours = f"Yours: {name} {_mark(kind, answer)}. {plain(key.remarks[answer])}"
            return [yours, *_right(kind, shown, key)]
        case Kind.SEVERAL if isinstance(answer, tuple) and isinstance(key.right, tuple):
            return [_each(place, place in answer, place in key.right, key) for place in range(len(shown.options))]
        case Kind.MATCHING if isinstance(answer, tuple) and answer != key.right:
            stray = [
                f"{LETTERS[place]} belongs to none: {plain(says)}" for place, says in _strays(key) if place in answer
            ]
            return [f"Yours: {_letters(answer)}.", *stray, *_right(kind, shown, key)]
        case Kind.ORDERING if isinstance(answer, tuple) and answer != key.right:
            return [f"Yours: {_letters(answer)}.", *_right(kind, shown, key)]
        case Kind.NUMBER | Kind.SHAPE | Kind.OUTPUT if not same_value(key.right, answer, key.tolerance):
            slip = next((says for value, says in key.slips if same_value(value, answer, key.tolerance)), "")
            return [f"Yours: {_value(answer)}. {plain(slip)}".rstrip(), *_right(kind, shown, key)]
        case _:
            return _right(kind, shown, key)


def _right(kind: Kind, shown: Shown, key: Key) -> list[str]:
    """The right answer, with the reasons that belong to it."""
    match kind:
        case Kind.CHOICE if isinstance(key.right, int):
            return [f"Right: option {LETTERS[key.right]}, {_cited(shown, key.right)} {plain(key.remarks[key.right])}"]
        case Kind.LISTING if isinstance(key.right, int):
            line = shown.lines[key.right].strip()
            return [f"Right: line {key.right + 1}, `{line}`. {plain(key.remarks[key.right])}"]
        case Kind.SEVERAL if isinstance(key.right, tuple):
            return [_each(place, place in key.right, place in key.right, key) for place in range(len(shown.options))]
        case Kind.ORDERING if isinstance(key.right, tuple):
            steps = [f"{LETTERS[place]} {_cited(shown, place)} {plain(key.remarks[place])}" for place in key.right]
            return [f"Right: {_letters(key.right)}.", *steps]
        case Kind.MATCHING if isinstance(key.right, tuple):
            pairs = [
                f"{item + 1}{LETTERS[place]} “{plain(shown.items[item])}”: {plain(key.remarks[item])}"
                for item, place in enumerate(key.right)
            ]
            return [f"Right: {_letters(key.right)}.", *pairs]
        case _:
            return [f"Right: {_value(key.right, key.tolerance)}. {plain(key.because)}"]


def _cited(shown: Shown, place: int) -> str:
    """An option as the end of a sentence: many are no sentences of their own."""
    text = plain(shown.options[place])
    return f"“{text}”" if text.endswith((".", "?", "!")) else f"“{text}”."


def _strays(key: Key) -> list[tuple[int, str]]:
    """The options of a matching that belong to no item."""
    return [(place, says) for place, says in key.slips if isinstance(place, int)]


def _each(place: int, chosen: bool, belongs: bool, key: Key) -> str:
    verdict = {
        (True, True): "marked, and right",
        (True, False): "marked, but wrong",
        (False, True): "not marked, but right",
        (False, False): "rightly left out",
    }[chosen, belongs]
    return f"{LETTERS[place]}, {verdict}: {plain(key.remarks[place])}"


def _mark(kind: Kind, answer: int) -> str:
    return str(answer + 1) if kind is Kind.LISTING else LETTERS[answer]


def _letters(places: tuple[int, ...]) -> str:
    return ", ".join(LETTERS[place] for place in places)


def _value(answer: Answer, tolerance: float = 0.0) -> str:
    """An answer as it is written; a number that need not be exact with the decimals that are asked for."""
    if isinstance(answer, float) and tolerance:
        return f"{answer:.{max(0, round(-math.log10(tolerance)))}f}"
    if isinstance(answer, float):
        return f"{answer:.10g}" if abs(answer) < 1e15 else f"{answer:g}"
    return f"`{answer}`" if isinstance(answer, str) else str(answer)
