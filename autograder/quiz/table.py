"""A quiz in a class's table: one column for all of its questions, as they would not fit; everywhere else they stand apart."""

from __future__ import annotations

from autograder.quiz.names import PREFIX
from autograder.results import ExerciseResult, Verdict, gravest

COLUMN = "quiz"


def with_quiz_in_one(exercises: list[ExerciseResult]) -> list[ExerciseResult]:
    """The exercises, and in place of the questions of the quiz, if there are any, one that has all their points."""
    questions = [exercise for exercise in exercises if exercise.name.startswith(PREFIX)]
    if not questions:
        return exercises
    tests = [test for question in questions for test in question.tests]
    quiz = ExerciseResult(
        COLUMN,
        _verdict({question.verdict for question in questions}),
        sum(question.points for question in questions),
        sum(question.max_points for question in questions),
        tests,
    )
    return [*(exercise for exercise in exercises if not exercise.name.startswith(PREFIX)), quiz]


def _verdict(questions: set[Verdict]) -> Verdict:
    """A quiz in which something is answered is not unanswered because something else is: what is wrong counts, if anything is.

    The questions' own verdicts are asked: a student who is shown points only has no tests to ask.
    """
    answered = questions - {Verdict.UNANSWERED}
    wrong = gravest(answered) if answered else Verdict.PASSED
    return gravest(questions) if wrong is Verdict.PASSED else wrong
