"""Practice mode: the answers themselves are the keys to what is said about them.

Each explanation is sealed under the answer that it belongs to (by scrypt), and lies in quiz.json under that hash. So the file
gives nothing away to somebody who reads it, and everything to somebody who tries every answer: that takes a moment for four
options, and not much longer for a number. A slower hash would not change it, and a build has thousands to make. That is why
a practice quiz gives no marks.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache

import msgspec

from autograder.quiz.bank import Bank
from autograder.quiz.drawn import Drawn, same_value, squeezed
from autograder.quiz.forms import literal
from autograder.quiz.kinds import LETTERS, Answer, Heading, Kind, Shown
from autograder.quiz.marking import explained
from autograder.quiz.texts import plain

_COST, _BLOCK = 2**6, 8
"""scrypt's: less than a millisecond for each answer that is sealed, or tried."""
_TAG = 8


class Said(msgspec.Struct, frozen=True):
    """What an answer opens. `value` is the number that is meant, for a question about one; None otherwise."""

    right: bool
    says: str
    value: float | None = None


def sealed(heading: Heading, variants: list[Drawn], salt: str) -> list[str]:
    """What is released for a question of a practice quiz, in an order that says nothing."""
    contents = {key: said for drawn in variants for key, said in _everything(heading, drawn)}
    return sorted(_seal(key, said, heading, salt) for key, said in contents.items())


def opened(bank: Bank, heading: Heading, shown: Shown, answer: Answer) -> str:
    """What to say to an answer, in Markdown."""
    kept = next(entry.sealed for entry in bank.questions if entry.heading.name == heading.name)
    said = _open(_whole(heading, shown, answer), kept, heading, bank.salt)
    if heading.kind is Kind.NUMBER and isinstance(answer, int | float):
        near = (_grid(heading, shown, answer, off) for off in (0, -1, 1))
        found = (_open(key, kept, heading, bank.salt) for key in near)
        said = next((each for each in found if each and _is_meant(heading, answer, each.value)), None)
    given = literal(heading.kind, answer)
    if said is not None:
        return f"**{'Right' if said.right else 'Not right'}:** `{given}`. {said.says}"
    lines = [f"**Not right:** `{given}`."]
    if heading.kind is Kind.SEVERAL and isinstance(answer, tuple):
        for place in answer:
            part = _open(_alone(shown, place), kept, heading, bank.salt)
            if part is not None:
                lines.append(f"- {LETTERS[place]} {'belongs to it' if part.right else 'does not'}: {part.says}")
    return "\n".join(lines)


def _everything(heading: Heading, drawn: Drawn) -> Iterator[tuple[str, Said]]:
    """Each answer that there is something to say about, as the text that opens it."""
    shown, key = drawn.shown, drawn.key
    number = key.right if isinstance(key.right, float) else None
    right = Said(True, explained(drawn).removeprefix("Right: "), number)
    if heading.kind is Kind.NUMBER and number is not None:
        yield _grid(heading, shown, number, 0), right
        yield from (
            (_grid(heading, shown, value, 0), Said(False, plain(says), float(value)))
            for value, says in key.slips
            if isinstance(value, float)
        )
        return
    yield _whole(heading, shown, key.right), right
    if heading.kind in (Kind.SHAPE, Kind.OUTPUT):
        yield from ((_whole(heading, shown, value), Said(False, plain(says))) for value, says in key.slips)
    for place, remark in enumerate(key.remarks):
        if heading.kind in (Kind.CHOICE, Kind.LISTING) and place != key.right:
            yield _whole(heading, shown, place), Said(False, plain(remark))
        if heading.kind is Kind.SEVERAL and isinstance(key.right, tuple):
            yield _alone(shown, place), Said(place in key.right, plain(remark))


def _whole(heading: Heading, shown: Shown, answer: Answer) -> str:
    """An answer by what it says, not by its letters: the same for every order of the options."""
    match heading.kind:
        case Kind.CHOICE if isinstance(answer, int):
            said = [shown.options[answer]]
        case Kind.SEVERAL if isinstance(answer, tuple):
            said = ["all", *sorted(shown.options[place] for place in answer)]
        case Kind.ORDERING if isinstance(answer, tuple):
            said = [shown.options[place] for place in answer]
        case Kind.MATCHING if isinstance(answer, tuple):
            said = sorted(f"{item}\0{shown.options[place]}" for item, place in zip(shown.items, answer, strict=True))
        case Kind.OUTPUT if isinstance(answer, str):
            said = squeezed(answer)
        case _:
            said = [repr(answer)]
    return "\0".join([shown.text, shown.code, *said])


def _alone(shown: Shown, place: int) -> str:
    return "\0".join([shown.text, shown.code, "one", shown.options[place]])


def _grid(heading: Heading, shown: Shown, value: float, off: int) -> str:
    """A number by its place on a grid as fine as the decimals that are asked for."""
    step = 10.0 ** -(heading.places or 0)
    return "\0".join([shown.text, shown.code, str(round(value / step) + off)])


def _is_meant(heading: Heading, answer: float, value: float | None) -> bool:
    tolerance = 0.0 if heading.places is None else 1.001 * 10.0**-heading.places
    return value is not None and same_value(value, answer, tolerance)


def _seal(key: str, said: Said, heading: Heading, salt: str) -> str:
    content = msgspec.json.encode(said)
    tag, secret = _derived(key, heading.name, salt)
    return base64.b64encode(tag + _crossed(content, secret)).decode("ascii")


def _open(key: str, kept: list[str], heading: Heading, salt: str) -> Said | None:
    tag, secret = _derived(key, heading.name, salt)
    # Ten characters of eight bytes: the rest mixes with what follows.
    start = base64.b64encode(tag).decode("ascii")[:10]
    for text in kept:
        if text.startswith(start):
            return msgspec.json.decode(_crossed(base64.b64decode(text)[_TAG:], secret), type=Said)
    return None


@cache
def _derived(key: str, question: str, salt: str) -> tuple[bytes, bytes]:
    named = f"{salt} {question}".encode()
    derived = hashlib.scrypt(key.encode("utf-8"), salt=named, n=_COST, r=_BLOCK, p=1, dklen=_TAG + 32)
    return derived[:_TAG], derived[_TAG:]


def _crossed(data: bytes, secret: bytes) -> bytes:
    """`data` with a stream that follows from `secret` laid over it: once to close, once to open."""
    blocks = range(-(-len(data) // 64))
    stream = b"".join(hashlib.blake2b(block.to_bytes(4, "big"), key=secret).digest() for block in blocks)
    return bytes(one ^ other for one, other in zip(data, stream, strict=False))
