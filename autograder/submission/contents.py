"""Which unit a file belongs to, by the exercises it holds: the last resort, where no name tells."""

from __future__ import annotations

from functools import cached_property

from autograder.course import Course, CourseError
from autograder.course_units import exercise_names
from autograder.submission.cells import Cell, CellKind, UnreadableError
from autograder.submission.choice import seemingly_defined
from autograder.submission.model import Found
from autograder.submission.notebook import notebook_cells
from autograder.submission.read import content_of
from autograder.submission.script import script_cells
from autograder.submission.search import Candidate
from autograder.submission.statements import ParsedCell


class Contents:
    """Looks into files; reads the course's exercise names once, and only when they are asked for."""

    def __init__(self, course: Course) -> None:
        self._course = course

    def units_in(self, candidate: Candidate) -> list[str]:
        """Units of which the file holds most exercises: several if they tie, none if it holds none or is damaged."""
        try:
            cells = _cells(candidate)
        except UnreadableError:
            return []
        held: set[str] = set()
        for cell in cells:
            held.update(name for name in (cell.grade_id, cell.cell_id) if name is not None)
            if cell.kind is CellKind.CODE:
                held |= seemingly_defined(ParsedCell(cell))
        counts = {unit: len(held & names) for unit, names in self._exercises.items()}
        most = max(counts.values(), default=0)
        return [unit for unit, count in counts.items() if count == most > 0]

    @cached_property
    def _exercises(self) -> dict[str, set[str]]:
        exercises: dict[str, set[str]] = {}
        for unit in self._course.units.values():
            try:
                exercises[unit.name] = set(exercise_names(unit))
            except CourseError:  # a unit without its files claims nothing; grading it says what is wrong
                exercises[unit.name] = set()
        return exercises


def _cells(candidate: Candidate) -> list[Cell]:
    data = content_of(Found("", "", str(candidate.path), candidate.member))
    if candidate.kind == ".ipynb":
        return notebook_cells(data)[0]
    return script_cells(data, candidate.name)[0]
