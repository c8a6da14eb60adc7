"""How a quiz's cells and results are called. Questions are Python names, so a name with a hyphen is never one of theirs."""

from __future__ import annotations

PREFIX = "quiz-"
INTRODUCTION = "quiz-the-quiz"
IMPORT_CELL = "quiz-its-import"
NAME_CELL = "quiz-your-name"
CLOSING = "quiz-what-is-open"


def result_name(question: str) -> str:
    """The name of a question in results and tables; also the id of the cell that holds its answer."""
    return PREFIX + question


def answer_cell(question: str) -> str:
    return PREFIX + question


def question_cell(question: str) -> str:
    """The locked cell that shows a question, and takes its score when a graded quiz is graded."""
    return f"check-{PREFIX}{question}"


def question_asked_in(cell: str | None) -> str:
    """The question that the cell of this id shows; empty for other cells."""
    name = (cell or "").removeprefix(f"check-{PREFIX}")
    return name if cell != name and name.isidentifier() else ""


def title_cell(question: str) -> str:
    return f"quiz-title-of-{question}"


def question_of(cell: str | None) -> str:
    """The question whose answer stands in the cell of this id; empty for other cells."""
    name = (cell or "").removeprefix(PREFIX)
    return name if cell != name and name.isidentifier() else ""
