"""A quiz in JupyterLab: every kind of question clicked by one student and typed by another, then graded in both ways."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.gradebook import register
from autograder.quiz.drawn import Drawn
from autograder.quiz.forms import literal
from autograder.quiz.kinds import LETTERS, Answer, Kind

from ..quiz.course import drawn_for, questions, write_course
from ..quiz.test_nbgrader import nbgrader
from .jupyter import REPOSITORY, Desk, Server, jupyterlab

pytestmark = pytest.mark.slow

UNIT = "01_steps"
MOUSE, KEYBOARD = "ada", "bela"
EARNS = {
    "largest": 1.0,  # right
    "rings": 1.0,  # one of two right ones marked, of 2 points
    "total": 3.0,  # right
    "shape": 0.0,  # the shape before it is transposed
    "outwards": 0.5,  # two neighbours exchanged
    "moons": 0.5,  # one of three wrong: two hits, the first of which any letter written everywhere would give
    "wrong_line": 1.0,  # right
    "printed": 1.0,  # right
}


def answer_to(question: str, drawn: Drawn) -> Answer:
    """What both students answer to their own variant: right, wrong or in part, as `EARNS` says."""
    right = drawn.key.right
    match question:
        case "rings":
            return right[:1]
        case "shape":
            return drawn.key.slips[0][0]
        case "outwards":
            return (right[1], right[0], *right[2:])
        case "moons":
            (belongs_to_none,) = set(range(len(drawn.shown.options))) - set(right)
            return (belongs_to_none, *right[1:])
        case _:
            return right


@dataclass(frozen=True)
class HandedIn:
    course: Course
    submissions: dict[str, Path]


@pytest.fixture(scope="module")
def course(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = write_course(tmp_path_factory.mktemp("instructor") / "course")
    shutil.copy(REPOSITORY / "nbgrader_config.py", course.root)
    register(course)
    return course


@pytest.fixture(scope="module")
def server(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab on the copies of two students."""
    home = tmp_path_factory.mktemp("students")
    for student in (MOUSE, KEYBOARD):
        shutil.copytree(course.root / "exercises", home / "work" / student)
    with jupyterlab(home / "work", home / "home") as server:
        yield server


@pytest.fixture(scope="module")
def handed_in(browser: Any, course: Course, server: Server, shots: Path) -> HandedIn:
    """Both students answer all questions, save, and hand in."""
    for student, work in ((MOUSE, answer_by_mouse), (KEYBOARD, answer_by_keyboard)):
        context = browser.new_context(viewport={"width": 1360, "height": 1000})
        desk = Desk(context.new_page(), server, shots)
        desk.open(f"{student}/{UNIT}/steps.ipynb")
        try:
            work(desk, course, student)
        finally:
            desk.shot(f"quiz-end-{student}")
            context.close()
    submissions = {}
    for student in (MOUSE, KEYBOARD):
        path = course.root / "submitted" / student / UNIT / "steps.ipynb"
        path.parent.mkdir(parents=True)
        shutil.copy(server.root / student / UNIT / "steps.ipynb", path)
        submissions[student] = path
    return HandedIn(course, submissions)


def answer_by_mouse(desk: Desk, course: Course, student: str) -> None:
    """Answers are clicked, in the dark theme; only a name, a number, a shape and a line of output are typed, into their fields."""
    desk.menu("Settings", "Theme", "JupyterLab Dark")
    desk.write(desk.cell("quiz.student("), f'quiz.student("{student}")')
    desk.menu("Run", "Run All Cells")
    desk.cell("quiz.progress()").locator(".jp-InputPrompt", has_text=re.compile(r"\[\d+\]")).wait_for()
    for question in questions(course):
        drawn = drawn_for(course, question, student)
        asked = desk.cell(f'quiz.ask("{question}")').locator(".jp-Cell-outputArea")
        click(asked, drawn, answer_to(question, drawn))
        asked.get_by_text("Written below; save the notebook to keep it").wait_for()
        stale = desk.cell(f'quiz.answer("{question}"').get_by_text("Not answered when this cell ran")
        assert not stale.is_visible()
        desk.shot(f"quiz-mouse-{question}")
    assert "All 8 questions are answered." in asked.inner_text()
    desk.page.get_by_role("button", name="Save", exact=False).first.click()
    desk.saved()


def click(asked: Any, drawn: Drawn, answer: Answer) -> None:
    def press(name: str) -> None:
        asked.get_by_role("button", name=name, exact=True).click()

    match drawn.kind:
        case Kind.CHOICE:
            press(LETTERS[answer])
        case Kind.LISTING:
            press(str(answer + 1))
        case Kind.SEVERAL | Kind.ORDERING:
            for place in answer:
                press(LETTERS[place])
        case Kind.MATCHING:
            for item, place in enumerate(answer):
                asked.locator("select").nth(item).select_option(LETTERS[place])
        case _:
            field = asked.locator("input[type=text]")
            field.click()
            field.press_sequentially(literal(drawn.kind, answer))
            press("Write it")


def answer_by_keyboard(desk: Desk, course: Course, student: str) -> None:
    """From the first cell to the last with Shift+Enter, and into a cell with Enter: the mouse is not touched."""
    desk.go_on_to("quiz.student(")
    desk.type_over_the_dots(f'"{student}"')
    for question in questions(course):
        drawn = drawn_for(course, question, student)
        desk.go_on_to(f'quiz.answer("{question}",')
        desk.type_over_the_dots(literal(drawn.kind, answer_to(question, drawn)))
        told = desk.run_and_go_on()
        desk.shot(f"quiz-keyboard-{question}")
        assert "Noted: " in told
    desk.save()


def written(path: Path) -> dict[str, str]:
    """Each question's cell in a saved notebook, blanks apart."""
    cells = nbformat.read(path, as_version=4).cells
    return {cell.id.removeprefix("quiz-"): cell.source.strip() for cell in cells if cell.id.startswith("quiz-")}


@pytest.mark.parametrize("student", [MOUSE, KEYBOARD])
def test_what_was_clicked_or_typed_stands_in_the_saved_notebook(handed_in, student):
    saved = written(handed_in.submissions[student])
    for question in questions(handed_in.course):
        drawn = drawn_for(handed_in.course, question, student)
        assert saved[question] == f'quiz.answer("{question}", {literal(drawn.kind, answer_to(question, drawn))})'


def test_every_kind_was_answered(handed_in):
    asked = questions(handed_in.course)
    assert {question.heading.kind for question in asked.values()} == set(Kind)
    assert list(asked) == list(EARNS)


def test_nbgrader_and_the_command_give_both_students_the_same_marks(handed_in):
    course = handed_in.course
    nbgrader(course, "autograde", UNIT)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        booked = {
            student: {
                grade.name.removeprefix("check-quiz-"): grade.auto_score
                for notebook in gradebook.find_submission(UNIT, student).notebooks
                for grade in notebook.grades
                if grade.name.startswith("check-quiz-")
            }
            for student in (MOUSE, KEYBOARD)
        }
    assert booked == {MOUSE: EARNS, KEYBOARD: EARNS}
    assert by_the_command(course) == booked


def by_the_command(course: Course) -> dict[str, dict[str, float]]:
    """The points of each question, by `autograder grade --json`."""
    command = [
        sys.executable, "-c", "from autograder.cli import main; main()", "grade", str(course.root / "submitted"),
        "--course", str(course.root), "--json", "-", "--jobs", "1",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    ended = subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    return {
        result["submission"]: {
            exercise["name"].removeprefix("quiz-"): exercise["points"]
            for exercise in result["exercises"]
            if exercise["name"].startswith("quiz-")
        }
        for result in json.loads(ended.stdout)["results"]
    }
