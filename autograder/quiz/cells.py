"""The cells of a quiz at the end of a unit's notebook: the same for every student, since a question is shown when its cell runs.

    ### Question 2 · Only differences count       locked text
    quiz.ask("only_differences")                  locked; shows the question that is the student's; nbgrader's grade cell
    quiz.answer("only_differences", ...)          the student's: a literal in place of the dots

In the source notebook the answers of a student called `reference` stand between the solution markers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.course import find_course
from autograder.percent_script import BEGIN, END
from autograder.quiz.bank import variant_of
from autograder.quiz.forms import literal
from autograder.quiz.names import (
    CLOSING,
    IMPORT_CELL,
    INTRODUCTION,
    NAME_CELL,
    answer_cell,
    question_cell,
    question_of,
    title_cell,
)
from autograder.quiz.secret import VARIANTS, Question, Quiz, quiz_of
from autograder.quiz.settings import Mode
from autograder.quiz.writing import public_salt

REFERENCE = "reference"
NAME_STUB = 'quiz.student(...)  # your name, in quotes, as your work is handed in: quiz.student("ada")'

_TEXT = """\
## Quiz

{questions} close this unit. What is asked is drawn for you, by your name: write it in the first cell and run that. Then, for each
question, run its cell, and put your answer in place of the dots in the cell below it, or click on it. The next line says
whether the answer can be read, {then}. What counts is what stands in the cells when you save: your answers are read, not run.

Buttons live as long as the kernel: where “Error displaying widget” stands below a question, run its cell again.
"""
_THEN = {
    Mode.GRADED: "not whether it is right: that comes with your marks",
    Mode.PRACTICE: "and whether it is right, with the reason; try as often as you like, it gives no marks",
}


def quiz_cells(script: Path) -> list[NotebookNode]:
    """The cells to put at the end of the source notebook that `script` makes; none without a quiz.py beside it.

    Raises CourseError where the quiz cannot be drawn.
    """
    if not script.with_name("quiz.py").is_file():
        return []
    course = find_course(script.parent)
    quiz = quiz_of(course, course.unit(script.parent.name))
    return [] if quiz is None else list(_cells(quiz, course.secret_seed))


def put_stubs(notebook: NotebookNode) -> None:
    """Put the dots where nbgrader has taken the reference's answers out of a released notebook."""
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name == NAME_CELL:
            cell.source = NAME_STUB
        elif question_of(name):
            cell.source = answer_stub(question_of(name))


def answer_stub(question: str) -> str:
    return f'quiz.answer("{question}", ...)'


def question_source(question: str) -> str:
    return f'quiz.ask("{question}")'


def _cells(quiz: Quiz, secret: str) -> Iterator[NotebookNode]:
    count = len(quiz.questions)
    yield _text(INTRODUCTION, _TEXT.format(questions=f"{count} questions", then=_THEN[quiz.mode]).strip())
    yield _code(IMPORT_CELL, "from autograder import quiz", locked=True)
    yield _solution(NAME_CELL, f'quiz.student("{REFERENCE}")')
    for number, (name, question) in enumerate(quiz.questions.items(), 1):
        heading = question.heading
        points = "" if quiz.mode is Mode.PRACTICE else f" · {heading.points:g} point{'s' * (heading.points != 1)}"
        yield _text(title_cell(name), f"### Question {number} · {heading.title}{points}")
        yield _question(name, heading.points if quiz.mode is Mode.GRADED else None)
        yield _solution(answer_cell(name), f'quiz.answer("{name}", {_right(question, quiz.unit, secret)})')
    yield _code(CLOSING, "quiz.progress()", locked=True)


def _right(question: Question, unit: str, secret: str) -> str:
    """The answer of the student called `reference`."""
    name = question.heading.name
    variant = question.variant(variant_of(REFERENCE, public_salt(secret), unit, name, VARIANTS))
    return literal(question.heading.kind, variant.key.right)


def _question(name: str, points: float | None) -> NotebookNode:
    cell = _code(question_cell(name), question_source(name), locked=True)
    if points is not None:
        cell.metadata.nbgrader.update(grade=True, points=points)
    return cell


def _solution(grade_id: str, source: str) -> NotebookNode:
    cell = _code(grade_id, f"### {BEGIN}\n{source}\n### {END}", locked=False)
    cell.metadata.nbgrader.solution = True
    return cell


def _text(grade_id: str, source: str) -> NotebookNode:
    return new_markdown_cell(source, id=grade_id, metadata={"nbgrader": _marks(grade_id, locked=True)})


def _code(grade_id: str, source: str, *, locked: bool) -> NotebookNode:
    return new_code_cell(source, id=grade_id, metadata={"nbgrader": _marks(grade_id, locked=locked)})


def _marks(grade_id: str, *, locked: bool) -> dict[str, object]:
    return {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": False,
        "solution": False,
        "locked": locked,
        "task": False,
    }
