"""A class graded by the real `nbgrader autograde`: what the judge says is what the gradebook has."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.course_units import exercise_names
from autograder.gradebook import register
from autograder.grading import Grader
from autograder.submission import find_submissions, read_submission

from .course import RIGHT, cell_of, edited, filled, hand_in, write_course
from .nbgrader_runs import feedback, gradebook_url, nbgrader, needs_review, scores

ABSOLUTE = {**RIGHT, "double": "def double(x):\n    return abs(2.0 * x)\n"}
HOSTILE = {
    "double": "import os\n\ndef double(x):\n    os._exit(0)\n",
    "triple": "def triple(x):\n    while True:\n        pass\n",
}


def claims_full_marks(notebook: Any) -> None:
    """Outputs and points as if nbgrader had been there already."""
    for name in ("check-double", "check-triple"):
        cell = cell_of(notebook, name)
        cell.outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": "300.0"}, execution_count=1)]
        cell.metadata.nbgrader.points = 300


def loses_its_check_cells(notebook: Any) -> None:
    notebook.cells = [cell for cell in notebook.cells if not cell.id.startswith("check-")]


def loses_a_solution_cell(notebook: Any) -> None:
    notebook.cells = [cell for cell in notebook.cells if cell.id != "double"]


def has_a_pasted_copy(notebook: Any) -> None:
    copy = nbformat.from_dict(
        {**cell_of(notebook, "double"), "id": "a1b2c3d4", "source": "def double(x):\n    return 0.0\n"}
    )
    notebook.cells.insert(0, copy)


def has_ruined_metadata(notebook: Any) -> None:
    cell_of(notebook, "double").metadata.nbgrader = "solution"
    cell_of(notebook, "triple").metadata.nbgrader.schema_version = 99
    cell_of(notebook, "check-double").metadata.nbgrader = {"grade": False, "points": float("nan")}
    notebook.metadata = {"kernelspec": {"name": "no such kernel"}}


def has_turned_its_answer_to_text(notebook: Any) -> None:
    cell_of(notebook, "triple").cell_type = "markdown"


def has_notes_with_a_script(notebook: Any) -> None:
    notebook.cells.append(nbformat.v4.new_markdown_cell("My notes <script>alert('notes')</script> ```"))
    notebook.cells.append(nbformat.v4.new_code_cell("print('<script>alert(1)</script>')"))


CLASS: dict[str, tuple[Any, dict[str, float]]] = {
    "right": (lambda course: filled(course, RIGHT), {"check-double": 3.0, "check-triple": 2.0}),
    "partly": (lambda course: filled(course, ABSOLUTE), {"check-double": 2.5, "check-triple": 2.0}),
    "untouched": (lambda course: filled(course, {}), {"check-double": 0.0, "check-triple": 0.0}),
    "hostile": (lambda course: filled(course, HOSTILE), {"check-double": 0.0, "check-triple": 0.0}),
    "cut-off": (lambda course: json.dumps(filled(course, RIGHT)).encode()[:900], {"check-double": 0.0, "check-triple": 0.0}),
    "empty-file": (lambda course: b"", {"check-double": 0.0, "check-triple": 0.0}),
    "no-utf8": (lambda course: b"\xff\xfe\x00\xd8", {"check-double": 0.0, "check-triple": 0.0}),
    "claims": (lambda course: edited(course, {}, claims_full_marks), {"check-double": 0.0, "check-triple": 0.0}),
    "no-checks": (lambda course: edited(course, ABSOLUTE, loses_its_check_cells), {"check-double": 2.5, "check-triple": 2.0}),
    "no-double": (lambda course: edited(course, RIGHT, loses_a_solution_cell), {"check-double": 0.0, "check-triple": 2.0}),
    "pasted": (lambda course: edited(course, RIGHT, has_a_pasted_copy), {"check-double": 3.0, "check-triple": 2.0}),
    "ruined": (lambda course: edited(course, RIGHT, has_ruined_metadata), {"check-double": 3.0, "check-triple": 2.0}),
    "as-text": (lambda course: edited(course, RIGHT, has_turned_its_answer_to_text), {"check-double": 3.0, "check-triple": 0.0}),
    "notes": (lambda course: edited(course, RIGHT, has_notes_with_a_script), {"check-double": 3.0, "check-triple": 2.0}),
}  # fmt: skip


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class, handed in and graded; feedback made."""
    course = write_course(tmp_path_factory.mktemp("nbgrader") / "course")
    register(course)
    for student, (notebook, _) in CLASS.items():
        hand_in(course, student, notebook(course))
    for command in ("autograde", "generate_feedback"):
        ended = nbgrader(course, command, "01_numbers")
        assert ended.returncode == 0, ended.stderr[-3000:]
    return course


@pytest.mark.parametrize("student", CLASS)
def test_the_gradebook_has_the_score_that_a_person_would_give(course: Course, student: str) -> None:
    assert scores(course, student) == CLASS[student][1]
    assert not needs_review(course, student)


def test_the_gradebook_agrees_with_the_judges_results(course: Course) -> None:
    found = find_submissions([course.root / "submitted"], course)
    assert len(found) == len(CLASS)
    with Grader(course) as grader:
        for submission in found:
            result = grader.grade(read_submission(submission, exercise_names(course.unit("numbers"))))
            given = {f"check-{exercise.name}": exercise.points for exercise in result.exercises}
            assert scores(course, submission.student) == given


def test_totals_and_maxima_are_the_courses(course: Course) -> None:
    with Gradebook(gradebook_url(course)) as gradebook:
        assert gradebook.find_assignment("01_numbers").max_score == 5.0
        assert gradebook.find_submission("01_numbers", "partly").score == 4.5


def test_no_kernel_was_started(course: Course) -> None:
    """A kernel would have written what it printed, and counted the cells that it ran."""
    path = course.root / "autograded" / "notes" / "01_numbers" / "numbers.ipynb"
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.id for cell in cells if cell.outputs] == ["check-double", "check-triple"]
    assert all(cell.execution_count is None for cell in cells)


def test_feedback_shows_our_report_for_each_exercise(course: Course) -> None:
    page = feedback(course, "partly")
    assert "wrong answer" in page
    assert "Doubles a negative number" in page
    assert "-7.0" in page
    assert "Score: 4.5 / 5.0" in page


def test_feedback_says_why_nothing_could_be_read(course: Course) -> None:
    page = feedback(course, "cut-off")
    assert "not valid JSON" in page
    assert "The cell of `double` is not in the submission" in page


@pytest.mark.parametrize("student", CLASS)
def test_feedback_shows_no_hidden_source(course: Course, student: str) -> None:
    page = feedback(course, student)
    assert "hidden_number" not in page
    assert "reference.double" not in page
    assert "Traceback (most recent" not in page


def test_a_students_notes_are_shown_and_not_run(course: Course) -> None:
    page = feedback(course, "notes")
    assert "My notes" in page
    assert "<script>alert(" not in page


def test_nothing_secret_is_beside_the_feedback(course: Course) -> None:
    for folder in ("autograded", "feedback"):
        names = {path.name for path in (course.root / folder).rglob("*") if path.is_file()}
        assert names <= {"numbers.ipynb", "numbers.html", "test_numbers.py"}


# Failing closed


def test_a_fault_of_the_grader_gives_no_score_and_asks_for_review(course: Course) -> None:
    register(course)
    hand_in(course, "right", b"{}", "broken")
    ended = nbgrader(course, "autograde", "02_broken")
    assert ended.returncode != 0
    assert "a fault of the grader, not of the submission" in ended.stderr
    assert scores(course, "right", "02_broken") == {"check-square": None}
    assert needs_review(course, "right", "02_broken")
    assert scores(course, "right") == CLASS["right"][1]
