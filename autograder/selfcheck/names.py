"""Which exercises a unit's visible checks are about, read from their file without running it, and what they are worth.

A student's notebook is no place to ask which there are: its cells may be gone.
"""

from __future__ import annotations

import json
import re

from autograder.course import Unit

MARK = re.compile(r"""^@exercise\(\s*["'](?P<name>\w+)["']""", re.MULTILINE)


def checked_exercises(unit: Unit) -> list[str]:
    """Their names in the order of the file; none where there is no readable file."""
    try:
        text = unit.checks.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    return list(dict.fromkeys(MARK.findall(text)))


def points_of(unit: Unit) -> dict[str, float]:
    """What each exercise is worth, as the check cells of the unit's notebook say; none where it cannot be read."""
    worth: dict[str, float] = {}
    exercises = checked_exercises(unit)
    try:
        for cell in json.loads(unit.notebook.read_text("utf-8"))["cells"]:
            mark = cell["metadata"].get("nbgrader", {})
            name = str(mark.get("grade_id", "")).removeprefix("check-")
            if name in exercises and name != mark["grade_id"]:
                worth[name] = float(mark["points"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return worth
