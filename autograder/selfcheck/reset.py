"""Begin an exercise, or a unit, again: its stub is put back, and the notebook as it was is kept in a backup."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.course import Course, CourseError, Unit
from autograder.quiz.names import PREFIX
from autograder.release.stubs import stubs_of
from autograder.results import write_atomically

BACKUPS = "backups"


@dataclass(frozen=True)
class Reset:
    """What was begun again, in which notebook, and where the notebook as it was has been kept."""

    exercises: list[str]
    notebook: Path
    backup: Path


def reset(course: Course, name: str) -> Reset:
    """Put the stub of an exercise back, or those of all exercises of a unit. Cells that a student added stay.

    Args:
        name: an exercise, `softmax`, `02_softmax/softmax` where several units have it; or a unit, `02_softmax` or `02`.

    Raises:
        CourseError: nothing has that name, several units have it, or the notebook cannot be read. Nothing is changed then.
    """
    unit, exercises = _meant(course, name)
    notebook = _read(unit)
    stubs = stubs_of(notebook)
    if not stubs:
        raise CourseError(
            f"{unit.notebook} has lost its stubs: get a fresh copy of the notebook, and keep yours under another name."
        )
    unknown = [exercise for exercise in exercises if exercise not in stubs]
    if unknown:
        exercises_of_it = ", ".join(name for name in stubs if not name.startswith(PREFIX))
        raise CourseError(f"{unit.name} has no exercise {unknown[0]!r}: it has {exercises_of_it}.")
    chosen = exercises or list(stubs)
    for exercise in chosen:
        _put_back(notebook, exercise, stubs[exercise])
    backup = _backup(unit)
    write_atomically(unit.notebook, (nbformat.writes(notebook).rstrip("\n") + "\n").encode("utf-8"))
    return Reset(chosen, unit.notebook, backup)


def _meant(course: Course, name: str) -> tuple[Unit, list[str]]:
    """The unit, and the exercises in it that are named; none for the whole unit."""
    unit_name, slash, exercise = name.rpartition("/")
    if slash:
        return course.unit(unit_name), [exercise]
    having = [unit for unit in course.units.values() if unit.notebook.is_file() and name in stubs_of(_read(unit))]
    units = [unit for unit in course.units.values() if name in (unit.name, unit.name[:2])]
    if len(having) == 1 and not units:
        return having[0], [name]
    if len(having) > 1 and not units:
        choices = ", ".join(f"{unit.name}/{name}" for unit in having)
        raise CourseError(f"Several units have an exercise `{name}`: say which, {choices}.")
    if units:
        return units[0], []
    raise CourseError(
        f"Nothing is called {name!r}: name an exercise, such as log_softmax, or a unit: {', '.join(course.units)}."
    )


def _read(unit: Unit) -> NotebookNode:
    try:
        return nbformat.read(unit.notebook, as_version=4)
    except FileNotFoundError:
        raise CourseError(f"{unit.notebook} is missing: get a fresh copy of the course.") from None
    except (OSError, ValueError, KeyError, nbformat.reader.NotJSONError):
        raise CourseError(
            f"{unit.notebook} is damaged: get a fresh copy of the notebook, and keep yours under another name."
        ) from None


def _put_back(notebook: NotebookNode, exercise: str, stub: str) -> None:
    """In the exercise's own cell; in a new one above its check, or at the end, where that is gone."""
    for cell in notebook.cells:
        if cell.get("id") == exercise and cell.cell_type == "code":
            cell.source, cell.outputs, cell.execution_count = stub, [], None
            return
    marks = {
        "schema_version": 3,
        "grade_id": exercise,
        "grade": False,
        "solution": True,
        "locked": False,
        "task": False,
    }
    checks = [index for index, cell in enumerate(notebook.cells) if cell.get("id") == f"check-{exercise}"]
    notebook.cells.insert(
        checks[0] if checks else len(notebook.cells), new_code_cell(stub, id=exercise, metadata={"nbgrader": marks})
    )


def _backup(unit: Unit) -> Path:
    """A copy of the notebook beside its unit's others, under the next free number."""
    folder = unit.course_root / BACKUPS / unit.name
    folder.mkdir(parents=True, exist_ok=True)
    taken = [path.stem.rpartition("-")[2] for path in folder.glob(f"{unit.slug}-*.ipynb")]
    number = max((int(text) for text in taken if text.isdecimal()), default=0) + 1
    copy = folder / f"{unit.slug}-{number:03d}.ipynb"
    shutil.copy2(unit.notebook, copy)
    return copy
