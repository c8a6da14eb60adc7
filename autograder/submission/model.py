"""What reading a submission yields: plain data, all of it safe to keep, compare and send."""

from __future__ import annotations

import msgspec


class Fragment(msgspec.Struct, frozen=True):
    """One top-level statement, decorators included, to be run as a whole.

    `source` is valid Python on its own; `line` is its first line in `origin` ("cell 5", "softmax.py"), counted from 1.
    """

    source: str
    origin: str
    line: int


class Program(msgspec.Struct, frozen=True):
    """What a worker runs for one exercise, or why there is nothing to run: `fault` or `missing`, without fragments.

    Fragments stand in document order; a `from __future__` import, if any, is the first and holds for all that follow.
    """

    exercise: str
    fragments: list[Fragment]
    fault: str | None = None
    """The code cannot be read: "SyntaxError in cell 5, line 3: …". The verdict is `error`."""
    missing: str | None = None
    """There is no code: the cell is gone, or still the stub. The verdict is `missing`."""
    notices: list[str] = []
    """For the student, about this exercise: which of two cells counted, what was left out."""


class Written(msgspec.Struct, frozen=True):
    """What was written, at one place, as the answer to a question of the quiz, or as the student's name (`question` is "")."""

    question: str
    origin: str
    """Where: "cell 31"."""
    rank: int
    """0 in the question's own cell, 1 in a copy of it, 2 elsewhere."""
    literal: str = "..."
    """A Python literal, as it was written; three dots where nothing has been."""
    problem: str = ""
    """Why there is no literal to read."""
    notices: list[str] = []
    place: str = ""
    """`origin`, and the line as it stands there, to search for."""


class Submission(msgspec.Struct, frozen=True):
    """One student's work on one unit: a program for every exercise that was asked for."""

    student: str
    unit: str
    source: str
    """What was read, as a relative name: "ann/02_softmax/softmax.ipynb"."""
    programs: dict[str, Program]
    notices: list[str] = []
    """About the whole file: damaged metadata, ignored cells and files."""
    quiz: list[Written] = []
    """Every answer to a question of the unit's quiz, in the order of the file."""


class Found(msgspec.Struct, frozen=True):
    """A file that holds one student's work on one unit; `member` is its name inside the zip at `path`."""

    student: str
    unit: str
    path: str
    member: str | None = None
    source: str = ""
    """The name to show, relative to where the search began; empty: the file's own name."""
    notices: list[str] = []
    """What was seen on the way: files of the same student that were ignored."""
