"""The course's own units through the real nbgrader: references get full marks, and every score is the judge's."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from autograder.course import Course, find_course
from autograder.course_units import exercise_names
from autograder.gradebook import register
from autograder.grading import Grader
from autograder.quiz.secret import quiz_of
from autograder.release import build, source_notebook
from autograder.submission import find_submissions, read_submission

from .course import REPOSITORY, cell_of, hand_in, released
from .nbgrader_runs import nbgrader, scores

UNIT = "02_softmax"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A copy of the course with one unit, which four students have handed in."""
    root = tmp_path_factory.mktemp("real") / "course"
    shutil.copytree(REPOSITORY / "solutions" / UNIT, root / "solutions" / UNIT)
    shutil.copy(REPOSITORY / "solutions" / "course.toml", root / "solutions")
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    course = find_course(root)
    build(course)
    register(course)
    reference = with_references(course)
    hand_in(course, "right", reference, UNIT)
    partly = with_references(course)
    cell_of(partly, "softmax_backward").source = "def softmax_backward(y, dy, axis=-1):\n    return y * dy\n"
    hand_in(course, "partly", partly, UNIT)
    hand_in(course, "untouched", released(course, UNIT), UNIT)
    hand_in(course, "damaged", b'{"cells": [{"cell_type": "code", "source', UNIT)
    ended = nbgrader(course, "autograde", UNIT)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return course


def with_references(course: Course) -> Any:
    """The released notebook with every reference written in: a perfect submission."""
    notebook = released(course, UNIT)
    for cell in source_notebook(course.unit(UNIT).script).cells:
        if cell.metadata.nbgrader.solution:
            cell_of(notebook, cell.id).source = cell.source
    return notebook


def test_references_get_full_marks(course: Course) -> None:
    points = {
        cell.id: cell.metadata.nbgrader.points
        for cell in released(course, UNIT).cells
        if "points" in cell.metadata.nbgrader
    }
    quiz = quiz_of(course, course.unit(UNIT))
    assert len(points) == len(exercise_names(course.unit(UNIT))) + len(quiz.questions if quiz else {})
    assert scores(course, "right", UNIT) == points


def test_one_wrong_exercise_costs_its_own_points_only(course: Course) -> None:
    right, partly = scores(course, "right", UNIT), scores(course, "partly", UNIT)
    assert right is not None
    assert partly is not None
    assert [name for name in right if partly[name] != right[name]] == ["check-softmax_backward"]


@pytest.mark.parametrize("student", ["untouched", "damaged"])
def test_nothing_gets_nothing(course: Course, student: str) -> None:
    assert set(scores(course, student, UNIT).values()) == {0.0}  # type: ignore[union-attr]


def test_the_scores_are_the_judges(course: Course) -> None:
    (found,) = find_submissions([Path(course.root, "submitted", "partly")], course)
    with Grader(course) as grader:
        result = grader.grade(read_submission(found, exercise_names(course.unit(UNIT))))
    assert scores(course, "partly", UNIT) == {f"check-{e.name}": e.points for e in result.exercises}
