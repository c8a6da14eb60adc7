"""What a student is told is the instructor's choice; what a student earned is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import CourseError, find_course
from autograder.report import Feedback, feedback_of, html_exercise, html_result, limited, text_exercise, write_reports
from autograder.results import Argument, Counterexample, ExerciseResult, Report, Result, TestResult, Verdict

FOUND = Counterexample("softmax(x)", [Argument("x", "[1234.5]")], "nan", "[1.0]")
TESTS = [
    TestResult("test_a", "Agrees", Verdict.PASSED, 2.0, 2.0),
    TestResult("test_b", "Survives", Verdict.FAILED, 0.0, 1.0, "It overflows.", FOUND, "The maximum stays."),
]
EXERCISE = ExerciseResult("softmax", Verdict.FAILED, 2.0, 3.0, TESTS, ["There are 2 cells of `softmax`."])
NOTHING = ExerciseResult(
    "norm", Verdict.MISSING, 0.0, 1.0, [TestResult("t", "T", Verdict.MISSING, 0.0, 1.0, "`norm` is not written yet.")]
)
RESULT = Result("ada", "02_softmax", 2.0, 4.0, "confined", [EXERCISE, NOTHING])
SECRET = {"It overflows.", "1234.5", "The maximum stays."}


def told(level: Feedback) -> list[str]:
    shown = limited(RESULT, level)
    return [html_result(shown), *map(html_exercise, shown.exercises), "\n".join(map(text_exercise, shown.exercises))]


def test_everything_is_told_at_full():
    assert all(text in told(Feedback.FULL)[0] for text in SECRET)


@pytest.mark.parametrize("level", [Feedback.CATEGORY, Feedback.SCORE])
def test_no_message_input_or_mistake_of_a_hidden_test_is_told_below_full(level):
    for page in told(level):
        assert not [text for text in SECRET if text in page]


def test_categories_are_the_titles_with_their_points():
    page = told(Feedback.CATEGORY)[-1]
    assert "Agrees" in page
    assert "Survives (0 of 1 point" in page
    assert "`norm` is not written yet." in page


def test_a_score_has_no_titles_but_points_verdict_and_what_concerns_the_submission():
    page = told(Feedback.SCORE)[-1]
    assert "Agrees" not in page
    assert "Survives" not in page
    assert "2 of 3 points" in page
    assert "There are 2 cells of `softmax`." in page


@pytest.mark.parametrize("level", Feedback)
def test_points_and_verdicts_are_the_same_at_every_level(level):
    shown = limited(RESULT, level)
    assert (shown.points, shown.max_points) == (2.0, 4.0)
    assert [(e.points, e.max_points, e.verdict) for e in shown.exercises] == [
        (2.0, 3.0, Verdict.FAILED),
        (0.0, 1.0, Verdict.MISSING),
    ]


def test_the_students_page_is_limited_and_the_class_page_is_not(tmp_path):
    index, page = write_reports(Report([RESULT]), tmp_path, Feedback.SCORE)
    assert "The maximum stays." in index.read_text()
    assert "The maximum stays." not in page.read_text()


def course_with(tmp_path: Path, text: str):
    (tmp_path / "solutions" / "01_a").mkdir(parents=True)
    (tmp_path / "solutions" / "course.toml").write_text(text)
    return find_course(tmp_path)


def test_the_course_says_how_much(tmp_path):
    assert feedback_of(course_with(tmp_path, 'feedback = "score"')) is Feedback.SCORE


def test_a_course_that_says_nothing_tells_everything(tmp_path):
    assert feedback_of(course_with(tmp_path, "")) is Feedback.FULL


def test_a_word_that_is_no_level_stops_the_command(tmp_path):
    with pytest.raises(CourseError, match="write one of full, category, score"):
        feedback_of(course_with(tmp_path, 'feedback = "some"'))
