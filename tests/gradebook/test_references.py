"""References are shown where the instructor allows it: in the feedback, by full marks or from a date, and nowhere before."""

from __future__ import annotations

from datetime import date

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.course import Course, CourseError, find_course
from autograder.gradebook.scores import write_scores
from autograder.report import Feedback, references_of, write_reports
from autograder.results import ExerciseResult, Report, Result, TestResult, Verdict

from .course import NUMBERS

THE_DAY = date(2026, 12, 24)
DOUBLE, TRIPLE = "return x + x if x else 0.0", "return x + x + x if x else 0.0"


def course_with(tmp_path, setting: str) -> Course:
    unit = tmp_path / "solutions" / "01_numbers"
    unit.mkdir(parents=True)
    (unit / "numbers.py").write_text(NUMBERS)
    (tmp_path / "solutions" / "course.toml").write_text(setting)
    return find_course(tmp_path)


def result(double: Verdict, triple: Verdict) -> Result:
    points = {Verdict.PASSED: 1.0, Verdict.FAILED: 0.5}
    exercises = [
        ExerciseResult(
            name, verdict, points.get(verdict, 0.0), 1.0, [TestResult("t", "T", verdict, points.get(verdict, 0.0), 1.0)]
        )
        for name, verdict in (("double", double), ("triple", triple))
    ]
    return Result("ada", "01_numbers", 0.0, 2.0, "confined", exercises)


HALF = result(Verdict.PASSED, Verdict.FAILED)


def shown(course: Course, of: Result = HALF, today: date = THE_DAY) -> list[str]:
    return sorted(references_of(course, today)(of))


@pytest.mark.parametrize("setting", ["", 'references = "never"'])
def test_none_is_shown_unless_the_instructor_says_so(tmp_path, setting):
    assert shown(course_with(tmp_path, setting), result(Verdict.PASSED, Verdict.PASSED)) == []


def test_after_passing_only_that_exercises_is_shown(tmp_path):
    course = course_with(tmp_path, 'references = "passed"')
    assert shown(course) == ["double"]
    (source,) = references_of(course)(HALF).values()
    assert DOUBLE in source
    assert "SOLUTION" not in source


def test_tests_that_all_passed_without_counting_are_no_full_marks(tmp_path):
    nothing = ExerciseResult("double", Verdict.PASSED, 0.0, 1.0, [TestResult("t", "T", Verdict.PASSED, 0.0, 1.0)])
    assert (
        shown(course_with(tmp_path, 'references = "passed"'), Result("a", "01_numbers", 0, 1, "confined", [nothing]))
        == []
    )


@pytest.mark.parametrize(("today", "names"), [(date(2026, 12, 23), []), (THE_DAY, ["double", "triple"])])
def test_from_a_date_on_all_are_shown(tmp_path, today, names):
    assert shown(course_with(tmp_path, "references = 2026-12-24"), today=today) == names


def test_what_is_to_be_graded_again_shows_none(tmp_path):
    waiting = result(Verdict.INTERNAL, Verdict.INTERNAL)
    assert shown(course_with(tmp_path, "references = 2026-12-24"), waiting) == []


@pytest.mark.parametrize("setting", ['"always"', "true", '"2026-12-24"', "2026-12-24T08:00:00"])
def test_any_other_setting_is_told(tmp_path, setting):
    with pytest.raises(CourseError, match="without quotes"):
        references_of(course_with(tmp_path, f"references = {setting}"))


def test_nbgraders_feedback_has_it_in_the_cell_of_the_exercise_that_passed(tmp_path):
    references = references_of(course_with(tmp_path, 'references = "passed"'))(HALF)
    cells = [
        new_code_cell("check", metadata={"nbgrader": {"grade_id": f"check-{name}", "grade": True, "points": 1.0}})
        for name in ("double", "triple")
    ]
    notebook = new_notebook(cells=cells)
    write_scores(notebook, HALF, Feedback.SCORE, references)
    double, triple = (cell.outputs[0].data["text/html"] for cell in notebook.cells)
    assert DOUBLE in double
    assert "reference solution" not in triple
    assert TRIPLE not in double + triple


def test_a_students_page_has_it_and_the_class_page_has_not(tmp_path):
    references = references_of(course_with(tmp_path, 'references = "passed"'))
    index, page = write_reports(Report([HALF]), tmp_path / "out", references=references)
    assert DOUBLE in page.read_text()
    assert TRIPLE not in page.read_text()
    assert DOUBLE not in index.read_text()
