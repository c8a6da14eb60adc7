"""`quiz.json`: what a release has of a quiz. Every variant of every question without its answer, and which one a name picks.

Texts stand in one list, sorted, and variants point into it: so what is shared is written once, and the order in which an
author writes, the right option first, is not in the file.
"""

from __future__ import annotations

import hashlib
import unicodedata

import msgspec

from autograder.quiz.kinds import Heading, Shown
from autograder.quiz.settings import Mode

FILE = "quiz.json"


class Variant(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Places in the list of texts."""

    text: int
    options: list[int]
    items: list[int]
    code: int


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    heading: Heading
    variants: list[Variant]
    sealed: list[str] = []
    """In practice mode: what an answer opens."""


class Bank(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    unit: str
    mode: Mode
    salt: str
    texts: list[str]
    questions: list[Entry]
    students: list[str] = []
    """Short digests of the names in the class; empty where the course does not list them."""

    @property
    def headings(self) -> dict[str, Heading]:
        return {entry.heading.name: entry.heading for entry in self.questions}

    def shown(self, question: str, student: str) -> Shown:
        """The variant of `question` that `student` gets. Raises KeyError for a question that is not in the quiz."""
        entry = next((entry for entry in self.questions if entry.heading.name == question), None)
        if entry is None:
            raise KeyError(question)
        number = variant_of(student, self.salt, self.unit, question, len(entry.variants))
        chosen = entry.variants[number]
        return Shown(
            self.texts[chosen.text],
            [self.texts[place] for place in chosen.options],
            [self.texts[place] for place in chosen.items],
            self.texts[chosen.code],
        )

    def knows(self, student: str) -> bool:
        """False for a name that is not in the class, if the course lists its students."""
        return not self.students or digest_of(student, self.salt) in self.students


def variant_of(student: str, salt: str, unit: str, question: str, count: int) -> int:
    """Which variant of a question a student gets."""
    named = "\0".join([unit, question, same_name(student)]).encode("utf-8")
    digest = hashlib.blake2b(named, key=salt.encode("ascii"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % count


def same_name(student: str) -> str:
    """A name as it is compared: capitals and white space do not make another student."""
    return " ".join(unicodedata.normalize("NFKC", student).casefold().split())


def decode(data: bytes) -> Bank:
    """Raises `msgspec.MsgspecError` for what is no whole bank."""
    return msgspec.json.decode(data, type=Bank)


def digest_of(student: str, salt: str) -> str:
    """A few letters that a name of the class is known by, without being listed."""
    return hashlib.blake2b(same_name(student).encode("utf-8"), key=salt.encode("ascii"), digest_size=4).hexdigest()
