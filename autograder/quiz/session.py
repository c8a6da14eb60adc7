"""What a running notebook knows of its quiz: the questions, the student's name, and what has been answered so far.

A cell that has been run in this kernel counts as it was run; of the others, what the saved notebook says.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from autograder.course import UNIT_NAME, CourseError
from autograder.quiz.bank import FILE, Bank, decode
from autograder.quiz.forms import FormError, is_open, understood
from autograder.quiz.kinds import Answer, Heading, Shown
from autograder.selfcheck.notebook import notebook_folder


@dataclass
class Session:
    """One kernel's quiz. `given` maps a question to the literal value of its answer, as it was last run or clicked."""

    folder: Path
    bank: Bank
    student: str = ""
    given: dict[str, object] = field(default_factory=dict)
    runs: dict[str, tuple[int | None, str]] = field(default_factory=dict)
    """In which run of a cell a question was last answered, and how."""
    _read: dict[str, object] = field(default_factory=dict)
    _read_at: tuple[int, int] | None = None

    def heading(self, question: object) -> Heading:
        """Raises CourseError for what is no question of this quiz."""
        headings = self.bank.headings
        if not isinstance(question, str) or question not in headings:
            known = ", ".join(headings)
            raise CourseError(f"There is no question {question!r} in this quiz: its questions are {known}.")
        return headings[question]

    def shown(self, question: str) -> Shown:
        return self.bank.shown(question, self.student)

    def value(self, question: str) -> object:
        """What is written to a question; three dots where nothing is."""
        return self.given[question] if question in self.given else self._saved().get(question, ...)

    def answer(self, question: str) -> Answer | None:
        """The answer to a question, if there is one that can be read."""
        value = self.value(question)
        if not self.student or is_open(value):
            return None
        try:
            return understood(self.heading(question), self.shown(question), value)
        except FormError:
            return None

    def take_saved_name(self) -> bool:
        """After a restart the name is taken from the saved notebook, if its cell has not been run yet; False if there is none."""
        if not self.student:
            name = self.value("")
            self.student = name if isinstance(name, str) and name.strip() else ""
        return bool(self.student)

    def open_questions(self) -> list[int]:
        """The numbers of the questions without an answer that can be read, from 1."""
        return [number for number, name in enumerate(self.bank.headings, 1) if self.answer(name) is None]

    def what_is_open(self) -> str:
        """A sentence on which questions are open."""
        questions = len(self.bank.questions)
        left = self.open_questions()
        if not left:
            return f"All {questions} questions are answered."
        numbers = ", ".join(map(str, left))
        return f"{len(left)} of {questions} questions {'is' if len(left) == 1 else 'are'} open: {numbers}."

    def _saved(self) -> dict[str, object]:
        from autograder.submission import Found, read_submission  # takes a moment, and is seldom needed

        named = UNIT_NAME.match(self.folder.name)
        notebook = self.folder / f"{named['slug'] if named else self.folder.name}.ipynb"
        try:
            status = notebook.stat()
        except OSError:
            return {}
        if self._read_at != (status.st_mtime_ns, status.st_size):
            written = read_submission(Found("you", self.folder.name, str(notebook)), []).quiz
            best = sorted(written, key=lambda each: -each.rank)
            self._read = {each.question: ast.literal_eval(each.literal) for each in best if not each.problem}
            self._read_at = (status.st_mtime_ns, status.st_size)
        return self._read


_sessions: dict[Path, Session] = {}


def session() -> Session:
    """The session of this kernel's notebook. Raises CourseError where its quiz cannot be found or read."""
    folder = notebook_folder()
    file = _bank_file(folder)
    try:
        bank = decode(file.read_bytes())
    except OSError:
        raise CourseError(f"{file} is missing: put it back from a fresh copy of the course.") from None
    except msgspec.MsgspecError as error:
        raise CourseError(f"{file} is damaged ({error}): put it back from a fresh copy of the course.") from None
    known = _sessions.setdefault(folder, Session(folder, bank))
    known.bank = bank
    return known


def _bank_file(folder: Path) -> Path:
    """Beside the notebook; the source notebook, in the course's secret half, uses the release's."""
    beside = folder / FILE
    released = folder.parent.parent / "exercises" / folder.name / FILE
    return released if folder.parent.name == "solutions" and not beside.is_file() else beside
