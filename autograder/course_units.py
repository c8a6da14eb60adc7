"""What a unit consists of, read from its files without running them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from autograder.course import CourseError, Unit, units_beside

EARLIER = re.compile(r"\bearlier\(([^()]*)\)")
QUOTED = re.compile(r"""["'](\w+)["']""")
SOLUTION_CELL = re.compile(r"""^# %%[^\n]*?\bsolution=["'](?P<name>\w+)["']""", re.MULTILINE)


def exercise_names(unit: Unit) -> list[str]:
    """The unit's exercises in the order of the lesson: from the percent script, else from the released notebook.

    Raises CourseError when the unit has neither, or the notebook is damaged.
    """
    if unit.script.is_file():
        return list(dict.fromkeys(SOLUTION_CELL.findall(read_text(unit.script))))
    if unit.notebook.is_file():
        return _released_names(unit)
    raise CourseError(
        f"Unit {unit.name} has no {unit.notebook}: get a fresh copy of the course, or run `autograder build`."
    )


def built_on(unit: Unit) -> list[str]:
    """The exercises of earlier units that the unit's own text asks for with `earlier("…")`: from the script, else from the release."""
    try:
        if unit.script.is_file():
            sources = [unit.script.read_text("utf-8")]
        else:
            cells = json.loads(unit.notebook.read_text("utf-8"))["cells"]
            sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
    asked = [QUOTED.findall(arguments) for source in sources for arguments in EARLIER.findall(source)]
    return list(dict.fromkeys(name for names in asked for name in names))


def earlier_stand_ins(unit: Unit) -> list[str]:
    """The text of each earlier unit's ready-made versions, in the order of the course. Raises CourseError for what is not UTF-8."""
    before = [each for name, each in units_beside(unit).items() if name < unit.name]
    files = [each.stand_ins if each.stand_ins.is_file() else each.released_stand_ins for each in before]
    return [read_text(file) for file in files if file.is_file()]


def read_text(path: Path) -> str:
    """The text of a file of the course. Raises CourseError when it is missing or is not UTF-8."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise CourseError(f"{path} is missing: write it, or take its unit's folder out of solutions/.") from None
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is not UTF-8 (byte {error.start}): save it as UTF-8.") from None


def _released_names(unit: Unit) -> list[str]:
    """A released notebook is in students' hands, so a damaged one is to be expected."""
    try:
        cells = json.loads(unit.notebook.read_text("utf-8"))["cells"]
        metadata = [cell["metadata"].get("nbgrader", {}) for cell in cells]
        names = [
            entry["grade_id"] for entry in metadata if entry.get("solution") is True and entry.get("grade") is not True
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CourseError(
            f"{unit.notebook} is damaged: put a fresh copy of the released notebook in its place."
        ) from None
    return list(dict.fromkeys(str(name) for name in names if str(name).isidentifier()))  # the others are the quiz's
