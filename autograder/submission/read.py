"""A file that was found -> a `Submission`."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from autograder.submission.answers import answers_in
from autograder.submission.archive import member_names, parts_of, read_member
from autograder.submission.cells import MAX_FILE, Cell, CellKind, UnreadableError, printable
from autograder.submission.model import Found, Program, Submission, Written
from autograder.submission.notebook import notebook_cells
from autograder.submission.program import module_programs, notebook_programs
from autograder.submission.script import cells_of_module, script_cells
from autograder.submission.statements import ParsedCell, parse_cell

MAX_NOTICES = 20


def read_submission(found: Found, exercises: Sequence[str]) -> Submission:
    """The programs of `exercises` in the file that was found.

    Never raises for what a student's file can hold: an unreadable file is a `fault` of every exercise.
    """
    notices: list[str] = []
    quiz: list[Written] = []
    try:
        programs = _programs(found, exercises, notices, quiz)
    except UnreadableError as error:
        programs = {exercise: Program(exercise, [], fault=printable(str(error))) for exercise in exercises}
    if len(notices) > MAX_NOTICES:
        notices[MAX_NOTICES:] = [f"… and {len(notices) - MAX_NOTICES} more of the kind."]
    source = found.source or printable(_own_name(found))
    return Submission(found.student, found.unit, source, programs, [*found.notices, *notices], quiz)


def program_from_source(exercise: str, source: str, origin: str) -> Program:
    """The program of `exercise` in the text of a plain module that messages call `origin`."""
    cells = [parse_cell(cell) for cell in cells_of_module(source, origin)]
    return module_programs([exercise], cells)[exercise]


def _programs(found: Found, exercises: Sequence[str], notices: list[str], quiz: list[Written]) -> dict[str, Program]:
    data = content_of(found)
    name = PurePosixPath(_own_name(found)).name
    if name.lower().endswith(".ipynb"):
        cells, seen = notebook_cells(data)
        quiz += answers_in(cells)
        parsed = [parse_cell(_claimed(cell, exercises)) for cell in cells]
        notices += [*seen, *_notices_on_languages(parsed, exercises)]
        return notebook_programs(exercises, parsed)
    cells, seen = script_cells(data, name)
    notices += seen
    quiz += answers_in(cells)
    return module_programs(exercises, [parse_cell(cell) for cell in cells])


def _claimed(cell: Cell, exercises: Sequence[str]) -> Cell:
    """An exercise's cell is the student's, whatever its metadata says of grading."""
    is_own = cell.kind is CellKind.CHECK and any(cell.is_meant_for(exercise) for exercise in exercises)
    return replace(cell, kind=CellKind.CODE) if is_own else cell


def content_of(found: Found) -> bytes:
    """The bytes of the file. Raises UnreadableError where there are none to be had."""
    path = Path(found.path)
    if found.member is not None:
        return read_member(path, found.member)
    if path.suffix.lower() == ".zip":
        member_names(path)  # says what is wrong with a damaged archive
        raise UnreadableError(f"{path.name} holds no notebook or .py file of this unit: pack the notebook itself.")
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError(f"{path.name} is not a regular file.")
        if status.st_size > MAX_FILE:
            raise UnreadableError(
                f"{path.name} has {status.st_size // 2**20} MiB; at most {MAX_FILE // 2**20} are read: "
                "clear its outputs, save it, and hand it in again."
            )
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{path.name} cannot be opened: {error.strerror or type(error).__name__}.") from None


def _own_name(found: Found) -> str:
    return "/".join([Path(found.path).name, *parts_of(found.member or "")])


def _notices_on_languages(cells: list[ParsedCell], exercises: Sequence[str]) -> list[str]:
    return [
        f"{cell.cell.origin.capitalize()} starts with %%{cell.language}: it is not Python and was not run."
        for cell in cells
        if cell.language is not None and not any(cell.cell.is_meant_for(exercise) for exercise in exercises)
    ]
