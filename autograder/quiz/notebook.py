"""What a student's notebook calls: `quiz.student("ada")`, `quiz.ask("question")`, `quiz.answer("question", "B")`, `quiz.progress()`.

None of them raises for what a student writes, so that a notebook runs from top to bottom with questions still open.
"""

from __future__ import annotations

import os
from typing import Any

from autograder.course import CourseError
from autograder.quiz.forms import FormError, is_open, literal, understood
from autograder.quiz.kinds import Heading, Shown
from autograder.quiz.session import Session, session
from autograder.quiz.settings import Mode
from autograder.quiz.showing import markdown, text
from autograder.quiz.texts import plain


class Said:
    """A few lines for the student: Markdown in a notebook, plain text elsewhere."""

    def __init__(self, lines: str) -> None:
        self.lines = lines

    def __repr__(self) -> str:
        return plain(self.lines)

    def _repr_markdown_(self) -> str:
        return self.lines


class AskedQuestion:
    """A question that is shown where it is asked, with something to click on where ipywidgets is installed."""

    def __init__(self, session: Session, heading: Heading, shown: Shown) -> None:
        self.session = session
        self.heading = heading
        self.shown = shown

    def __repr__(self) -> str:
        return text(self.heading, self.shown)

    def _repr_markdown_(self) -> str:
        return markdown(self.heading, self.shown)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({"text/markdown": self._repr_markdown_(), "text/plain": repr(self)}, raw=True)
        try:
            from autograder.quiz.clicks import clickable
        except ImportError:  # no ipywidgets: the answer is typed
            return
        display(clickable(self.session, self.heading, self.shown))


def student(name: Any = ...) -> Said:
    """Say who you are: what is asked is drawn from your name. Write it as your work is handed in under."""
    try:
        here = session()
    except CourseError as error:
        return Said(str(error))
    if not isinstance(name, str) or not name.strip():
        here.student = ""
        user = os.environ.get("JUPYTERHUB_USER", "")
        example = (
            f'`quiz.student("{user}")`, if that is how your work is handed in' if user else '`quiz.student("ada")`'
        )
        return Said(f"Write your name in place of the dots, in quotes: {example}. Then run this cell again.")
    here.student = name
    if not here.bank.knows(name):
        return Said(
            f"**There is nobody called “{name}” in this course.** Write your name as your work is handed in under; ask if "
            "you do not know it. Other names get other questions."
        )
    return Said(f"The questions are drawn for **{name}**. {here.what_is_open()}")


def ask(question: Any) -> AskedQuestion | Said:
    """Show the question that is yours."""
    try:
        here = session()
        heading = here.heading(question)
    except CourseError as error:
        return Said(str(error))
    if not here.take_saved_name():
        return Said("Write your name in the first cell of the quiz and run that cell: the question is drawn from it.")
    return AskedQuestion(here, heading, here.shown(question))


def answer(question: Any, value: Any = ...) -> Said:
    """Check the form of an answer; in a practice quiz, also whether it is right.

    Args:
        question: its name, as it stands in the cell.
        value: a literal. What counts is what stands in the saved notebook: it is read, and never computed.
    """
    try:
        here = session()
        heading = here.heading(question)
    except CourseError as error:
        return Said(str(error))
    here.given[question] = value
    if not here.take_saved_name():
        return Said("Your name is missing in the first cell of the quiz: write it there and run that cell first.")
    shown = here.shown(question)
    if is_open(value):
        return Said(f"Not answered when this cell ran. {here.what_is_open()}")
    try:
        understood_answer = understood(heading, shown, value)
    except FormError as error:
        return Said(f"**This cannot be read as an answer.** {error}")
    written = literal(heading.kind, understood_answer)
    noted = f"Noted: `{written}`. {_two_answers(here, heading.name, written)}{here.what_is_open()}"
    if here.bank.mode is Mode.PRACTICE:
        from autograder.quiz.sealed import opened

        return Said(f"{opened(here.bank, heading, shown, understood_answer)}\n\n{here.what_is_open()}")
    return Said(noted)


def _two_answers(here: Session, question: str, written: str) -> str:
    """What to say where one run of a cell answers a question twice; outside of IPython runs are not counted."""
    from IPython.core.getipython import get_ipython  # slow to import, and not needed for grading

    shell = get_ipython()
    run = shell.execution_count if shell is not None else None
    last_run, last = here.runs.get(question, (None, written))
    here.runs[question] = (run, written)
    if run is None or run != last_run or last == written:
        return ""
    return f"**This cell gives two answers**: the last one counts, not `{last}`. "


def progress() -> Said:
    """Say which questions are still open."""
    try:
        here = session()
    except CourseError as error:
        return Said(str(error))
    here.take_saved_name()
    # Answers that are clicked later do not run this cell again: what stands below it is of the moment when it ran.
    return Said(
        f"{here.what_is_open()} So it was when this cell ran: run it again after more answers. "
        "Save the notebook: what stands in its cells is what counts."
    )
