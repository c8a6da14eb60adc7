"""How often an exercise was checked until it passed: counted beside the course, for the student's own eyes.

Nothing is handed in with a submission, and nothing depends on it: a file that is gone or damaged is begun again.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from autograder.course import Unit
from autograder.results import write_atomically

FILE = ".attempts.json"


class Count(msgspec.Struct):
    """Checks of one exercise up to the first that passed."""

    attempts: int = 0
    passed: bool = False


_Counts = dict[str, dict[str, Count]]
"""Unit to exercise to count."""


def note(folder: Path, exercise: str, passed: bool) -> None:
    """One more check of `exercise`, in the unit's `folder`. After the first that passed nothing is counted any more.

    A unit that lies by itself, outside a copy of the course, is not counted; neither is anything where it cannot be written.
    """
    if folder.parent.name != "exercises":
        return
    path = folder.parent.parent / FILE
    counts = _read(path)
    count = counts.setdefault(folder.name, {}).setdefault(exercise, Count())
    if count.passed:
        return
    count.attempts, count.passed = count.attempts + 1, passed
    try:
        write_atomically(path, msgspec.json.encode(counts))
    except OSError:
        return


def attempts_of(unit: Unit) -> int:
    """Checks in `unit` until its exercises passed, or so far."""
    counts = _read(unit.course_root / FILE)
    return sum(count.attempts for count in counts.get(unit.name, {}).values())


def _read(path: Path) -> _Counts:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Counts)
    except (OSError, msgspec.MsgspecError):
        return {}
