"""Making `quiz.json` from a unit's `quiz.py`."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from autograder.course import Course, Unit
from autograder.quiz.bank import FILE, Bank, Entry, Variant, digest_of
from autograder.quiz.draw import seed_from
from autograder.quiz.kinds import Shown
from autograder.quiz.sealed import sealed
from autograder.quiz.secret import Quiz, quiz_of, variants
from autograder.quiz.settings import Mode, class_of


def released_quiz(course: Course, unit: Unit) -> dict[str, bytes]:
    """The file that a release of `unit` has for its quiz, by its name; none for a unit without one.

    Raises CourseError where a question cannot be drawn.
    """
    bank = made_bank(course, unit)
    return {} if bank is None else {FILE: encode(bank)}


def made_bank(course: Course, unit: Unit) -> Bank | None:
    """What is released of a unit's quiz; None without one. Raises CourseError where a question cannot be drawn."""
    quiz = quiz_of(course, unit)
    return None if quiz is None else make_bank(quiz, course.secret_seed, class_of(course))


def make_bank(quiz: Quiz, secret: str, students: list[str]) -> Bank:
    """What is released of a quiz. Raises CourseError where a question cannot be drawn."""
    salt = public_salt(secret)
    drawn = {name: list(variants(question)) for name, question in quiz.questions.items()}
    shown = {name: [each.shown for each in drawn[name]] for name in drawn}
    texts = sorted({text for each in shown.values() for one in each for text in _texts(one)})
    places = {text: place for place, text in enumerate(texts)}
    entries = [
        Entry(
            question.heading,
            [_variant(one, places) for one in shown[name]],
            sealed(question.heading, drawn[name], salt) if quiz.mode is Mode.PRACTICE else [],
        )
        for name, question in quiz.questions.items()
    ]
    return Bank(quiz.unit, quiz.mode, salt, texts, entries, sorted({digest_of(name, salt) for name in students}))


def public_salt(secret: str) -> str:
    """Released: it makes the picks of one course differ from another's, and says nothing about the secret."""
    return seed_from(secret, "quiz", "public salt").hex()[:16]


def encode(bank: Bank) -> bytes:
    """JSON with one line for a text or a variant, so that a change to a question is a change of a few lines."""
    data = msgspec.to_builtins(bank)
    lines = ["{"]
    for key in ("unit", "mode", "salt", "students"):
        lines.append(f' "{key}": {_json(data[key])},')
    lines += [' "texts": [', ",\n".join(f"  {_json(text)}" for text in data["texts"]), " ],", ' "questions": [']
    lines += [",\n".join(_entry(entry) for entry in data["questions"]), " ]", "}"]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _entry(entry: dict[str, Any]) -> str:
    parts = [
        f'  {{"heading": {_json(entry["heading"])},',
        f'   "variants": [{", ".join(map(_json, entry["variants"]))}],',
    ]
    sealed = ",\n".join(f"    {_json(text)}" for text in entry["sealed"])
    return "\n".join([*parts, f'   "sealed": [{chr(10) + sealed if sealed else ""}]}}'])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _texts(shown: Shown) -> list[str]:
    return [shown.text, *shown.options, *shown.items, shown.code]


def _variant(shown: Shown, places: dict[str, int]) -> Variant:
    return Variant(
        places[shown.text],
        [places[option] for option in shown.options],
        [places[item] for item in shown.items],
        places[shown.code],
    )
