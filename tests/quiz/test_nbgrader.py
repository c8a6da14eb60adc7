"""A quiz through the real nbgrader: the questions are grade cells, partial marks arrive, and students' feedback explains."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.gradebook import register

from .course import answered, drawn_for, released, write_course

REPOSITORY = Path(__file__).parents[2]
POINTS = {
    "check-double": 4, "check-quiz-largest": 1, "check-quiz-rings": 2, "check-quiz-total": 3, "check-quiz-shape": 1,
    "check-quiz-outwards": 1, "check-quiz-moons": 1, "check-quiz-wrong_line": 1, "check-quiz-printed": 1,
}  # fmt: skip


def nbgrader(course: Course, *arguments: str) -> None:
    home = course.root.parent / "home"
    home.mkdir(exist_ok=True)
    places = {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(home), "JUPYTER_DATA_DIR": str(home)}
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    environment = {**os.environ, **places, "PATH": path, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    ended = subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """Three students: ada has everything right, bela half of several and nothing else of the quiz, chen has not begun."""
    course = write_course(tmp_path_factory.mktemp("nbgrader") / "course")
    shutil.copy(REPOSITORY / "nbgrader_config.py", course.root)
    register(course)
    first, _ = drawn_for(course, "rings", "bela").key.right
    half = released(course)
    for cell in half.cells:
        cell.source = {
            "quiz-your-name": 'quiz.student("bela")',
            "quiz-rings": f'quiz.answer("rings", "{"ABCD"[first]}")',
        }.get(cell.id, cell.source)
    for student, notebook in {"ada": answered(course, "ada"), "bela": half, "chen": released(course)}.items():
        path = course.root / "submitted" / student / "01_steps" / "steps.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook))
    nbgrader(course, "autograde", "01_steps")
    nbgrader(course, "generate_feedback", "01_steps")
    return course


def scores(course: Course, student: str) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission("01_steps", student)
        return {grade.name: grade.auto_score for notebook in submission.notebooks for grade in notebook.grades}


def test_right_answers_get_the_points_of_their_questions(course):
    assert scores(course, "ada") == {**POINTS, "check-double": 0}


def test_half_of_the_right_ones_gets_half_of_the_points(course):
    assert scores(course, "bela") == {**dict.fromkeys(POINTS, 0.0), "check-quiz-rings": 1.0}


def test_an_untouched_quiz_gets_nothing(course):
    assert set(scores(course, "chen").values()) == {0.0}


def test_the_feedback_explains(course):
    page = (course.root / "feedback" / "bela" / "01_steps" / "steps.html").read_text("utf-8")
    assert "not marked, but right" in page
    assert "not answered yet" in page


def test_nothing_of_the_quizs_key_is_left_beside_the_graded_notebooks(course):
    files = [path.name for path in (course.root / "autograded").rglob("*") if path.is_file()]
    assert "quiz.py" not in files


@pytest.mark.slow
def test_plain_nbgrader_releases_the_quiz_as_a_build_does(tmp_path):
    course = write_course(tmp_path / "course")
    shutil.copy(REPOSITORY / "nbgrader_config.py", course.root)
    folder = course.root / "exercises" / "01_steps"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert "quiz.json" in before
    nbgrader(course, "generate_assignment", "01_steps", "--force")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
