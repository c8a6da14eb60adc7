"""The script, the hidden grader and the visible checks of a unit name the same exercises for the same points."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course, CourseError
from autograder.release import build

from .course import replace_in, tree, write_course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return write_course(tmp_path / "course")


def refusal(course: Course) -> str:
    with pytest.raises(CourseError) as raised:
        build(course)
    assert not (course.root / "exercises").exists()
    return str(raised.value)


def test_points_that_differ_are_named_with_both_places(course: Course) -> None:
    replace_in(course.unit("double").grader, '"double", points=4', '"double", points=3')
    said = refusal(course)
    assert "grade_double.py:4: double is worth 3 here and 4 in double.py:17" in said


def test_points_of_several_classes_of_an_exercise_are_added(course: Course) -> None:
    replace_in(course.unit("double").grader, "points=0.5", "points=1.5")
    assert "halve is worth 3.5 here and 2.5" in refusal(course)


def test_an_exercise_without_a_hidden_class_is_named(course: Course) -> None:
    replace_in(course.unit("triple").grader, '@autograder.exercise("triple", points=1)\n', "")
    assert "grade_triple.py: no class for triple (triple.py:11)" in refusal(course)


def test_an_exercise_without_a_visible_class_is_named(course: Course) -> None:
    replace_in(course.unit("double").secret / "test_double.py", '@exercise("halve")\n', "")
    assert "test_double.py: no class for halve" in refusal(course)


def test_a_class_for_an_unknown_exercise_is_named(course: Course) -> None:
    replace_in(course.unit("triple").grader, '"triple", points', '"tripel", points')
    assert "grade_triple.py:4: there is no exercise tripel in triple.py" in refusal(course)


def test_points_that_are_no_literal_are_refused(course: Course) -> None:
    replace_in(course.unit("triple").grader, "points=1", "points=1 + 0")
    assert "grade_triple.py:4: write the points of triple as a literal number" in refusal(course)


def test_a_hidden_class_without_points_is_refused(course: Course) -> None:
    replace_in(course.unit("triple").grader, '"triple", points=1', '"triple"')
    assert "grade_triple.py:4: @exercise of triple has no points" in refusal(course)


def test_a_name_that_is_no_literal_is_refused(course: Course) -> None:
    replace_in(course.unit("triple").grader, '"triple", points=1', "NAME, points=1")
    assert "grade_triple.py:4: name the exercise with a literal string" in refusal(course)


def test_a_missing_grader_is_named(course: Course) -> None:
    course.unit("triple").grader.unlink()
    assert "grade_triple.py is missing" in refusal(course)


def test_tests_that_do_not_add_up_to_their_class_are_named(course: Course) -> None:
    replace_in(course.unit("double").grader, "@points(4)", "@points(3)")
    assert "grade_double.py:4: the tests of double are worth 3 together, and their class 4:" in refusal(course)


def test_a_test_without_points_counts_nothing(course: Course) -> None:
    replace_in(course.unit("triple").grader, "    @autograder.points(1)\n", "")
    assert "grade_triple.py:4: the tests of triple are worth 0 together, and their class 1:" in refusal(course)


def test_graders_are_not_run(course: Course, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    grader = course.unit("triple").grader
    grader.write_text(f"open({str(trace)!r}, 'w')\n" + grader.read_text("utf-8"), "utf-8")
    build(course)
    assert not trace.exists()
    assert ".release.json" in tree(course.root / "exercises")
