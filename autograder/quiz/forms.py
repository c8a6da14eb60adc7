"""The form of an answer: from the literal that a student wrote to an `Answer`, or a sentence on what to write instead.

Generous: `"b"`, `"B."` and `["B"]` are all the choice B. What could mean two things is refused, never guessed.
"""

from __future__ import annotations

import math
import re

from autograder.quiz.kinds import LETTERS, Answer, Heading, Kind, Shown

_NUMBER = re.compile(r"^[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_EXACT = 2**53
"""Whole numbers below this are exact as floats."""
LONGEST = 2_000
"""Characters of an answer; also the most digits of a number that is looked at."""


class FormError(ValueError):
    """An answer that is not of the question's form. The text says what was found and what to write."""


def is_open(value: object) -> bool:
    """True for what stands for no answer yet: `...`, None, and empty texts and collections."""
    return value is ... or value is None or (isinstance(value, str | list | tuple | set | dict) and not value)


def understood(heading: Heading, shown: Shown, value: object) -> Answer:
    """The answer that `value`, a Python literal, gives to a question.

    Raises:
        FormError: it is of another form, or says two things.
    """
    if isinstance(value, str) and len(value) > LONGEST:
        raise FormError(f"The answer has {len(value)} characters. {expected_form(heading, shown)}")
    match heading.kind:
        case Kind.CHOICE:
            return _one(heading, shown, _letters(heading, shown, value))
        case Kind.SEVERAL:
            letters = _letters(heading, shown, value)
            return tuple(sorted(set(letters)))
        case Kind.ORDERING:
            return _each_once(heading, shown, _letters(heading, shown, value))
        case Kind.MATCHING:
            return _one_per_item(heading, shown, value)
        case Kind.LISTING:
            return _line(heading, shown, value)
        case Kind.NUMBER:
            return _number(heading, shown, value)
        case Kind.SHAPE:
            return _shape(heading, shown, value)
        case Kind.OUTPUT:
            return _output(heading, shown, value)


def expected_form(heading: Heading, shown: Shown) -> str:
    """What to write, in a sentence with an example that says nothing about the answer."""
    last = LETTERS[max(0, len(shown.options) - 1)]
    match heading.kind:
        case Kind.CHOICE:
            return f'Write one letter from A to {last}, in quotes: "A".'
        case Kind.SEVERAL:
            return f'Write the letters, from A to {last}, of all that are right, in quotes: "A, B".'
        case Kind.ORDERING:
            return f'Write all letters from A to {last} in your order, in quotes: "{", ".join(LETTERS[: len(shown.options)])}".'
        case Kind.MATCHING:
            count, items = len(shown.options), len(shown.items)
            letters = ", ".join(LETTERS[place % count] for place in range(items))
            return (
                f'Write a letter for each of 1 to {items}, in this order, in quotes; one may come twice: "{letters}".'
            )
        case Kind.LISTING:
            return f"Write the number of one line, from 1 to {len(shown.lines)}, as in 1."
        case Kind.NUMBER:
            unit = f" The unit ({heading.units[0]}) may be left out." if heading.units else ""
            if heading.places is None:
                return f"Write a whole number, as in 12.{unit}"
            if heading.places == 0:
                return f"Write a number, rounded to a whole one or more exactly, as in 12.{unit}"
            decimals = f"{heading.places} decimal{'s' * (heading.places != 1)}"
            return f"Write a number, to {decimals} or more, as in {12:.{heading.places}f}.{unit}"
        case Kind.SHAPE:
            return "Write a shape as Python does, as in (7, 5)."
        case Kind.OUTPUT:
            return 'Write what is printed, in quotes (blanks, commas and line breaks do not count), as in "3.5".'


def literal(kind: Kind, answer: Answer) -> str:
    """The one form in which an answer is written into a cell: what `understood` reads as the same answer."""
    match kind:
        case Kind.CHOICE if isinstance(answer, int):
            return f'"{LETTERS[answer]}"'
        case Kind.SEVERAL | Kind.ORDERING | Kind.MATCHING if isinstance(answer, tuple):
            return f'"{", ".join(LETTERS[place] for place in answer)}"'
        case Kind.LISTING if isinstance(answer, int):
            return str(answer + 1)
        case Kind.NUMBER if isinstance(answer, float) and answer.is_integer() and abs(answer) < _EXACT:
            return str(int(answer))
        case _:
            return repr(answer)


def _letters(heading: Heading, shown: Shown, value: object) -> list[int]:
    """Positions of the letters in `value`; each is one of the options."""
    if isinstance(value, str):
        words = re.findall(r"\w+", value)
        if all(len(word) == 1 for word in words):
            parts = words
        elif len(words) == 1 and heading.kind is not Kind.CHOICE and words[0].isascii():
            parts = list(words[0])  # "ACB"
        else:
            raise _refused(heading, shown, value)
    elif isinstance(value, list | tuple | set):
        if not all(isinstance(part, str) and len(part.strip()) == 1 for part in value):
            raise _refused(heading, shown, value)
        parts = sorted(part.strip() for part in value) if isinstance(value, set) else [part.strip() for part in value]
        if isinstance(value, set) and heading.kind in (Kind.ORDERING, Kind.MATCHING):
            raise FormError(f"A set has no order. {expected_form(heading, shown)}")
    else:
        raise _refused(heading, shown, value)
    places = [LETTERS.find(part.upper()) for part in parts]
    if not places or any(not 0 <= place < len(shown.options) for place in places):
        raise _refused(heading, shown, value)
    return places


def _one(heading: Heading, shown: Shown, places: list[int]) -> int:
    if len(places) != 1:
        found = ", ".join(LETTERS[place] for place in places)
        raise FormError(
            f"These are {len(places)} answers ({found}), and one is asked for. {expected_form(heading, shown)}"
        )
    return places[0]


def _each_once(heading: Heading, shown: Shown, places: list[int]) -> tuple[int, ...]:
    if sorted(places) != list(range(len(shown.options))):
        missing = [LETTERS[place] for place in range(len(shown.options)) if place not in places]
        what = f"{', '.join(missing)} missing" if missing else "a letter stands there twice"
        raise FormError(f"Each letter has one place in the order ({what}). {expected_form(heading, shown)}")
    return tuple(places)


def _one_per_item(heading: Heading, shown: Shown, value: object) -> tuple[int, ...]:
    count = len(shown.items)
    if isinstance(value, str) and (pairs := re.findall(r"(\d+)\W*([A-Za-z])\b", value)):
        value = {int(number): letter for number, letter in pairs}  # "1B 2A"
        if len(value) != len(pairs):
            raise FormError(f"An item has two letters. {expected_form(heading, shown)}")
    if isinstance(value, dict):
        keys = {int(key) if isinstance(key, str) and key.isdecimal() else key: part for key, part in value.items()}
        if set(keys) != set(range(1, count + 1)):
            raise FormError(f"There has to be one letter for each of 1 to {count}. {expected_form(heading, shown)}")
        value = [keys[number] for number in range(1, count + 1)]
    places = _letters(heading, shown, value)
    if len(places) != count:
        raise FormError(f"There are {len(places)} letters for {count} items. {expected_form(heading, shown)}")
    return tuple(places)


def _line(heading: Heading, shown: Shown, value: object) -> int:
    if isinstance(value, str) and (found := re.fullmatch(r"\s*(?:line\s*)?(\d{1,3})\s*", value, re.IGNORECASE)):
        value = int(found[1])
    if type(value) is not int or not 1 <= value <= len(shown.lines):
        raise _refused(heading, shown, value)
    return value - 1


def _number(heading: Heading, shown: Shown, value: object) -> float:
    """A number, alone or with a unit of the question: what else stands beside it is refused."""
    if isinstance(value, str):
        text = value.strip()
        found = _NUMBER.match(text.replace("−", "-"))
        rest = text[found.end() :].strip() if found else text
        if rest.startswith(",") or re.match(r"\d", rest):
            raise FormError(
                f"{_short(value)} can be read in two ways: write a point for decimals, and nothing between thousands."
            )
        if found is None or (rest and rest.casefold() not in [unit.casefold() for unit in heading.units]):
            raise _refused(heading, shown, value)
        value = float(found[0].replace("_", ""))
    if type(value) not in (int, float) or not isinstance(value, int | float):
        raise _refused(heading, shown, value)
    try:
        number = float(value)
    except OverflowError:
        raise FormError("The number is too large to be meant.") from None
    if not math.isfinite(number):
        raise FormError(f"{number} is no number that can be compared. {expected_form(heading, shown)}")
    return number


def _shape(heading: Heading, shown: Shown, value: object) -> tuple[int, ...]:
    if isinstance(value, str):
        inner = value.strip().strip("()[]")
        if not re.fullmatch(r"\s*\d{1,9}(?:\s*,\s*\d{1,9})*\s*,?\s*", inner):
            raise _refused(heading, shown, value)
        value = tuple(int(part) for part in re.findall(r"\d+", inner))
    if type(value) is int:
        value = (value,)
    if not isinstance(value, list | tuple) or not all(type(part) is int and part >= 0 for part in value):
        raise _refused(heading, shown, value)
    return tuple(value)


def _output(heading: Heading, shown: Shown, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float | list | tuple) and len(repr(value)) <= LONGEST:
        return repr(value)  # the value instead of its text
    raise _refused(heading, shown, value)


def _refused(heading: Heading, shown: Shown, value: object) -> FormError:
    return FormError(f"{_short(value)} is no answer to this question. {expected_form(heading, shown)}")


def _short(value: object) -> str:
    if isinstance(value, int) and value.bit_length() > 1_000:
        return "A number of hundreds of digits"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:50]} …"
