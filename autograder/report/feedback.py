"""How much a student is told about hidden tests: the instructor's choice, `feedback = "category"` in solutions/course.toml.

What is said about the submission itself (a cell that is gone, code that is not written, a question that is not answered) is told at
every level.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec.structs import replace

from autograder.course import Course, CourseError
from autograder.results import ExerciseResult, Result, TestResult, Verdict

FEEDBACK_HELP = "How much students are told about hidden tests.  [default: `feedback` in solutions/course.toml]"


class Feedback(StrEnum):
    FULL = "full"
    """Everything: titles, messages, smallest inputs, the likely mistake."""
    CATEGORY = "category"
    """Which tests passed and which did not, with their points."""
    SCORE = "score"
    """Each exercise's points and verdict."""


def feedback_of(course: Course) -> Feedback:
    """The course's setting, full where there is none. Raises CourseError for a word that is no level."""
    word = course.settings.get("feedback", Feedback.FULL.value)
    try:
        return Feedback(str(word))
    except ValueError:
        levels = ", ".join(level.value for level in Feedback)
        raise CourseError(f'feedback = "{word}" in solutions/course.toml is no level: write one of {levels}.') from None


def limited(result: Result, level: Feedback) -> Result:
    """`result` as its student may see it. Points and verdicts are untouched."""
    return replace(result, exercises=[limited_exercise(exercise, level) for exercise in result.exercises])


def limited_exercise(exercise: ExerciseResult, level: Feedback) -> ExerciseResult:
    match level:
        case Feedback.FULL:
            return exercise
        case Feedback.CATEGORY:
            return replace(exercise, tests=[_title_only(test) for test in exercise.tests])
        case Feedback.SCORE:
            return replace(exercise, tests=[])


def _title_only(test: TestResult) -> TestResult:
    told = test.message if test.verdict in (Verdict.MISSING, Verdict.UNANSWERED, Verdict.UNVERIFIED) else ""
    return replace(test, message=told, counterexample=None, mistake=None)
