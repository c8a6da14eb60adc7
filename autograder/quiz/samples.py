"""Answers of made-up students, right and wrong: for the sample class, and for submissions that are to earn all points."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from autograder.course import Course, Unit
from autograder.quiz.bank import variant_of
from autograder.quiz.drawn import Drawn
from autograder.quiz.forms import literal
from autograder.quiz.kinds import Answer, Kind
from autograder.quiz.names import NAME_CELL, answer_cell
from autograder.quiz.secret import VARIANTS, quiz_of
from autograder.quiz.writing import public_salt
from autograder.submission.model import Written


class Diligence(Enum):
    """How a made-up student answers a quiz: right, wrong or not at all, question after question, again from the start."""

    ALL = "right"
    MOST = "right right wrong right open"
    HALF = "right open"
    HASTY = "right wrong"


def sample_answers(course: Course, unit: Unit, student: str, diligence: Diligence = Diligence.ALL) -> dict[str, str]:
    """The source of each cell of the quiz that `student` has written, by the cell's id; empty for a unit without a quiz."""
    drawn = dict(_drawn(course, unit, student))
    if not drawn:
        return {}
    cells = {NAME_CELL: f"quiz.student({student!r})"}
    ways = diligence.value.split()
    for place, (name, question) in enumerate(drawn.items()):
        way = ways[place % len(ways)]
        if way != "open":
            answer = question.key.right if way == "right" else wrong_answer(question)
            cells[answer_cell(name)] = f'quiz.answer("{name}", {literal(question.kind, answer)})'
    return cells


def right_answers(course: Course, unit: Unit, student: str) -> list[Written]:
    """What a reading of `student`'s notebook yields when all questions are answered right."""
    answers = [
        Written(name, "the quiz", 0, literal(drawn.kind, drawn.key.right))
        for name, drawn in _drawn(course, unit, student)
    ]
    return [Written("", "the quiz", 0, repr(student)), *answers] if answers else []


def wrong_answer(drawn: Drawn) -> Answer:
    """A wrong answer of the question's form: one that a slip leads to, where the question has one."""
    right = drawn.key.right
    if drawn.kind in (Kind.NUMBER, Kind.SHAPE, Kind.OUTPUT) and drawn.key.slips:
        return drawn.key.slips[0][0]
    match drawn.kind, right:
        case Kind.CHOICE, int():
            return (right + 1) % len(drawn.shown.options)
        case Kind.LISTING, int():
            return (right + 1) % len(drawn.shown.lines)
        case Kind.SEVERAL, tuple():
            return tuple(place for place in range(len(drawn.shown.options)) if place not in right)
        case ((Kind.ORDERING | Kind.SHAPE), tuple()):
            return (*right[1:], right[0]) if len(set(right)) > 1 else (*right, 1)
        case Kind.MATCHING, tuple():
            return tuple((place + 1) % len(drawn.shown.options) for place in right)
        case _, str():
            return f"{right} {right}"
        case _, int() | float():
            return float(right + 1)
    raise AssertionError(f"no kind of answer: {right!r}")


def _drawn(course: Course, unit: Unit, student: str) -> Iterator[tuple[str, Drawn]]:
    """The questions that `student` gets, by name."""
    quiz = quiz_of(course, unit)
    salt = public_salt(course.secret_seed)
    for name, question in (quiz.questions if quiz else {}).items():
        yield name, question.variant(variant_of(student, salt, unit.name, name, VARIANTS))
