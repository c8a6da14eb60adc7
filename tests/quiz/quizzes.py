"""The quizzes of the course, for tests that look at all of them."""

from __future__ import annotations

from pathlib import Path

from autograder.course import Course, find_course
from autograder.quiz.secret import Question, Quiz, load_quiz, quiz_path

COURSE: Course = find_course(Path(__file__).parent)
UNITS = [unit for unit in COURSE.units.values() if quiz_path(unit).is_file()]


def quiz_named(unit: str, secret: str = "a seed for the tests") -> Quiz:
    where = COURSE.unit(unit)
    return load_quiz(quiz_path(where), where.name, secret)


QUESTIONS: list[Question] = [question for unit in UNITS for question in quiz_named(unit.name).questions.values()]
IDS = [f"{question.seed[1]}-{question.heading.name}" for question in QUESTIONS]
