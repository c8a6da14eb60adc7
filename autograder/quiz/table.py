"""A quiz in a class's table: one column for all of its questions, as they would not fit; everywhere else they stand apart."""

from __future__ import annotations

from autograder.quiz.names import PREFIX
from autograder.results import ExerciseResult, TestResult, Verdict, exercise_verdict

COLUMN = "quiz"


def with_quiz_in_one(exercises: list[ExerciseResult]) -> list[ExerciseResult]:
    """The exercises, and in place of the questions of the quiz, if there are any, one that has all their points."""
    questions = [exercise for exercise in exercises if exercise.name.startswith(PREFIX)]
    if not questions:
        return exercises
    tests = [test for question in questions for test in question.tests]
    quiz = ExerciseResult(
        COLUMN,
        _verdict(tests),
        sum(question.points for question in questions),
        sum(question.max_points for question in questions),
        tests,
    )
    return [*(exercise for exercise in exercises if not exercise.name.startswith(PREFIX)), quiz]


def _verdict(tests: list[TestResult]) -> Verdict:
    """A quiz in which something is answered is not unanswered because something else is: what is wrong counts, if anything is."""
    answered = [test for test in tests if test.verdict is not Verdict.UNANSWERED]
    wrong = exercise_verdict(answered) if answered else Verdict.PASSED
    return exercise_verdict(tests) if wrong is Verdict.PASSED else wrong
