"""What must not be in a release of a quiz, and what of a quiz.py is in it by design. For the release's own search for leaks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from nbformat.v4 import new_notebook

from autograder.course import Course, CourseError
from autograder.quiz.bank import FILE, decode
from autograder.quiz.cells import NAME_STUB, answer_stub, put_stubs, quiz_cells
from autograder.quiz.names import NAME_CELL, question_of
from autograder.quiz.secret import VARIANTS, quiz_of, variants
from autograder.quiz.settings import Mode
from autograder.quiz.writing import encode, made_bank

_SENTENCE = re.compile(r"(?<=[.:;?!]) +")


def public_texts(course: Course) -> list[str]:
    """What students get of the quizzes: each file and each text. Of a quiz that cannot be drawn, nothing is excused."""
    texts = []
    for unit in course.units.values():
        try:
            bank = made_bank(course, unit)
        except CourseError:
            continue
        if bank is not None:
            texts += [encode(bank).decode("utf-8"), *bank.texts]
    return texts


def cell_texts(course: Course) -> list[str]:
    """What the released notebooks have of the quizzes: the text of their cells, with dots for answers."""
    texts = []
    for unit in course.units.values():
        try:
            notebook = new_notebook(cells=quiz_cells(unit.script))
        except CourseError:
            continue
        put_stubs(notebook)
        texts += [cell.source for cell in notebook.cells]
    return texts


def explanations(course: Course) -> Iterator[tuple[str, str]]:
    """Every explanation of every variant, whole and sentence by sentence, with the file that it is from."""
    for unit in course.units.values():
        try:
            quiz = quiz_of(course, unit)
        except CourseError:
            continue
        for question in quiz.questions.values() if quiz else ():
            texts: set[str] = set()
            for drawn in variants(question, VARIANTS):
                texts |= {drawn.key.because, *drawn.key.remarks, *(says for _, says in drawn.key.slips)}
            parts = {
                part for text in texts for part in (text, *_SENTENCE.split(text))
            }  # many are the same in all variants
            yield from ((part, f"an explanation in solutions/{unit.name}/quiz.py") for part in sorted(parts - {""}))


def quiz_faults(files: Mapping[str, bytes]) -> Iterator[str]:
    """A sentence for each quiz.json that holds more than a quiz without answers, and each answer in a released notebook."""
    for name, data in files.items():
        if name.rsplit("/", 1)[-1] == FILE:
            try:
                bank = decode(data)
                if encode(bank) != data or (bank.mode is Mode.GRADED and any(entry.sealed for entry in bank.questions)):
                    yield f"{name} holds more than the questions of a quiz."
            except msgspec.MsgspecError as error:
                yield f"{name} holds something else than the questions of a quiz ({error})."
        elif name.endswith(".ipynb"):
            for cell in _cells(data):
                stub = NAME_STUB if cell.get("id") == NAME_CELL else answer_stub(question_of(cell.get("id")))
                source = "".join(cell.get("source", []))
                if (cell.get("id") == NAME_CELL or question_of(cell.get("id"))) and source != stub:
                    yield f"{name} has an answer in the cell {cell['id']}: a release has `{stub}` there."


def _cells(data: bytes) -> list[dict[str, Any]]:
    try:
        cells = json.loads(data)["cells"]
        return [cell for cell in cells if isinstance(cell, dict)]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
