"""What `earlier` gives a student: their own work from the unit's saved notebook where it passes its checks, else what is ready-made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.course import CourseError, Unit, unit_in, units_beside
from autograder.course_units import earlier_stand_ins
from autograder.judge.stand_ins import StandIns
from autograder.pytest_plugin import PROVIDER
from autograder.quiet import run_quietly
from autograder.results import Verdict, exercise_verdict
from autograder.selfcheck.names import checked_exercises
from autograder.selfcheck.notebook import notebook_folder
from autograder.selfcheck.saved import SavedProvider

_checked: dict[tuple[Path, int, str], Any] = {}
"""What a saved notebook's exercise came to; a notebook that is saved again is looked at again."""


class OwnWork:
    """Gives what earlier units built.

    Args:
        unit: the unit that builds on them.
        tell: is told, name by name, whose work it is.
    """

    def __init__(self, unit: Unit, tell: Callable[[str], object] = lambda _: None) -> None:
        self.unit = unit
        self.tell = tell
        self.ready_made = StandIns(earlier_stand_ins(unit))

    def __call__(self, name: str) -> Any:
        """Raises CourseError when no earlier unit has an exercise of that name."""
        for unit in reversed(list(units_beside(self.unit).values())):
            if unit.name < self.unit.name and name in checked_exercises(unit):
                return self._of(unit, name)
        raise CourseError(f"No unit before {self.unit.name} has an exercise called `{name}`: check the name.")

    def _of(self, unit: Unit, name: str) -> Any:
        own = _own(unit, name)
        if own is None:
            self.tell(f"{name}: ready-made, until yours passes its checks in unit {unit.name}.")
            return self.ready_made(name)
        self.tell(f"{name}: your own, from unit {unit.name}.")
        return own


def in_this_notebook() -> OwnWork:
    """For the unit of the running notebook. Raises CourseError when it lies in no unit's folder."""
    folder = notebook_folder()
    unit = unit_in(folder)
    if unit is None:
        raise CourseError(
            f"{folder} is not a unit's folder. Run `%cd` with the folder that this notebook is in, then this cell again."
        )
    return OwnWork(unit, print)


def _own(unit: Unit, name: str) -> Any:
    """The student's own function or class, None where it is missing or does not pass its checks."""
    if not unit.notebook.is_file():
        return None
    key = (unit.notebook, unit.notebook.stat().st_mtime_ns, name)
    if key not in _checked:
        run = _OwnChecks(unit, name)
        run_quietly([unit.checks], run)
        _checked[key] = run.own()
    return _checked[key]


class _OwnChecks(SavedProvider):
    """The visible checks of one exercise on a saved notebook; a pytest plugin that lets only those run."""

    def __init__(self, unit: Unit, name: str) -> None:
        super().__init__(unit)
        self.name = name
        self.student_at_work: Any = None

    def pytest_configure(self, config: Any) -> None:
        config.stash[PROVIDER] = self

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        from autograder.toolkit.marks import exercise_of

        marks = [(item, exercise_of(getattr(item, "cls", None))) for item in items]
        items[:] = [item for item, mark in marks if mark is not None and mark.name == self.name]

    def student(self, mark: Any) -> Any:
        self.student_at_work = super().student(mark)
        return self.student_at_work

    def own(self) -> Any:
        results = self.results.get(self.name)
        if not results or exercise_verdict(results) is not Verdict.PASSED:
            return None
        session = getattr(self.student_at_work.transport, "session", None)
        return session.namespace.get(self.name) if session is not None else None
