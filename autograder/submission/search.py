"""A path on the command line -> every file below it that may be a submission, folders and zips alike."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course import CourseError
from autograder.submission.archive import member_names, parts_of
from autograder.submission.cells import UnreadableError
from autograder.submission.names import NOT_SUBMITTED, is_hidden, stem_of

KINDS = (".ipynb", ".py", ".zip")
"""What can be a submission, the better kind first."""


@dataclass(frozen=True)
class Candidate:
    """A file that may be a submission.

    `folders` lie between where the search began and the file, outermost first, a zip counting as a folder; `above` are
    the names of the folders where it began and upwards, innermost first. `kind` is "" for files that only lie beside
    submissions. `given` files were named on the command line.
    """

    path: Path
    member: str | None
    folders: tuple[str, ...]
    name: str
    above: tuple[str, ...]
    source: str
    kind: str
    given: bool = False


def candidates(path: Path) -> list[Candidate]:
    """Raises CourseError when `path` does not exist, is of no kind that can be read, or is a damaged zip."""
    root = Path(os.path.abspath(path))
    above = tuple(reversed(root.parts))
    if root.is_dir():
        return list(_in_folder(root, above))
    if not root.exists():
        raise CourseError(f"{path} does not exist: name a notebook, a .py file, a zip or a folder of submissions.")
    kind = _kind(root.name)
    if kind not in KINDS or not root.is_file():
        raise CourseError(f"{path} is no submission: name a notebook (.ipynb), a .py file, a zip or a folder of them.")
    if kind == ".zip":
        try:
            return list(_in_zip(root, (), (stem_of(root.name), *above[1:]), ""))
        except UnreadableError as error:
            raise CourseError(str(error)) from None
    return [Candidate(root, None, (), root.name, above[1:], root.name, kind, given=True)]


def _in_folder(root: Path, above: tuple[str, ...]) -> Iterator[Candidate]:
    inside = root.resolve()
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = sorted(name for name in subfolders if not is_hidden(name))
        folders = Path(folder).relative_to(root).parts
        for name in sorted(names):
            path = Path(folder, name)
            if is_hidden(name) or not os.path.isfile(path):
                continue
            source = "/".join([*folders, name])
            leads_out = path.is_symlink() and not path.resolve().is_relative_to(inside)
            kind = "" if leads_out or NOT_SUBMITTED.match(name) else _kind(name)
            if kind == ".zip":
                yield from _in_student_zip(path, folders, above, source)
            else:
                yield Candidate(path, None, folders, name, above, source, kind)


def _in_student_zip(path: Path, folders: tuple[str, ...], above: tuple[str, ...], source: str) -> Iterator[Candidate]:
    """A zip among others never stops the batch: a damaged or useless one stands for itself, to be reported."""
    try:
        inside = list(_in_zip(path, (*folders, stem_of(path.name)), above, source + "/"))
    except UnreadableError:
        inside = []
    if any(candidate.kind for candidate in inside):
        yield from inside
    else:
        yield Candidate(path, None, folders, path.name, above, source, ".zip")


def _in_zip(path: Path, folders: tuple[str, ...], above: tuple[str, ...], prefix: str) -> Iterator[Candidate]:
    for member in member_names(path):
        parts = parts_of(member)
        if any(map(is_hidden, parts)):
            continue
        kind = "" if NOT_SUBMITTED.match(parts[-1]) or _kind(parts[-1]) == ".zip" else _kind(parts[-1])
        yield Candidate(path, member, (*folders, *parts[:-1]), parts[-1], above, prefix + "/".join(parts), kind)


def _kind(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return suffix if suffix in KINDS else ""
