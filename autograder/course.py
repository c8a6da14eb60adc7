"""Where a course keeps its things.

    course/
      exercises/<unit>/<slug>.ipynb, test_<slug>.py, stand_ins.py          what students get
      solutions/course.toml                                                title and secret seed; secret
      solutions/<unit>/<slug>.py, test_<slug>.py, stand_ins.py,            the sources; secret
                       grade_<slug>.py, mistakes.py, alternatives.py

A unit's folder is `NN_slug`. A student's copy has no `solutions/`. Nothing here imports or runs any of these files.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

SETTINGS = ("title", "seed", "feedback", "references", "quiz")
"""What solutions/course.toml may set."""
COURSE_TOML = "solutions/course.toml"
UNIT_NAME = re.compile(r"^(?P<number>\d\d)_(?P<slug>[a-z][a-z0-9_]*)$")


class CourseError(Exception):
    """Something about the course or the command's input that a person has to mend. The text is one line that says what to do."""

    def _render_traceback_(self) -> list[str]:
        """What Jupyter shows: the line, without our frames."""
        return [str(self)]


@dataclass(frozen=True)
class Unit:
    """One unit, `02_softmax`, with the paths of its files (which need not exist in a student's copy)."""

    name: str
    course_root: Path

    @property
    def slug(self) -> str:
        return self.name.split("_", 1)[1]

    @property
    def secret(self) -> Path:
        return self.course_root / "solutions" / self.name

    @property
    def released(self) -> Path:
        return self.course_root / "exercises" / self.name

    @property
    def script(self) -> Path:
        """The percent script: text, stubs and references in one."""
        return self.secret / f"{self.slug}.py"

    @property
    def grader(self) -> Path:
        return self.secret / f"grade_{self.slug}.py"

    @property
    def mistakes(self) -> Path:
        return self.secret / "mistakes.py"

    @property
    def alternatives(self) -> Path:
        """Differently written right solutions: what a grader must accept."""
        return self.secret / "alternatives.py"

    @property
    def stand_ins(self) -> Path:
        """Public implementations built on libraries, used in place of a student's earlier work where that is wrong."""
        return self.secret / "stand_ins.py"

    @property
    def released_stand_ins(self) -> Path:
        return self.released / "stand_ins.py"

    @property
    def notebook(self) -> Path:
        return self.released / f"{self.slug}.ipynb"

    @property
    def checks(self) -> Path:
        return self.released / f"test_{self.slug}.py"


@dataclass(frozen=True)
class FetchedUnit(Unit):
    """A unit as nbgrader fetches it: its folder lies in the student's own, without an `exercises` around it."""

    @property
    def released(self) -> Path:
        return self.course_root / self.name


def unit_in(folder: Path) -> Unit | None:
    """The unit whose folder this is: in `exercises/` or `solutions/`, or fetched by itself; None for any other folder."""
    if not UNIT_NAME.match(folder.name):
        return None
    if folder.parent.name in ("exercises", "solutions"):
        return Unit(folder.name, folder.parent.parent)
    fetched = FetchedUnit(folder.name, folder.parent)
    return fetched if fetched.notebook.is_file() and fetched.checks.is_file() else None


def units_beside(unit: Unit) -> dict[str, Unit]:
    """All units of the unit's course by name, itself among them; of a fetched one, those that were fetched to the same place."""
    if not isinstance(unit, FetchedUnit):
        return find_course(unit.course_root).units
    found = [unit_in(folder) for folder in sorted(unit.course_root.iterdir())]
    return {each.name: each for each in found if isinstance(each, FetchedUnit)}


@dataclass(frozen=True)
class Course:
    root: Path
    units: dict[str, Unit] = field(default_factory=dict)

    @property
    def has_solutions(self) -> bool:
        return (self.root / "solutions").is_dir()

    @cached_property
    def settings(self) -> dict[str, object]:
        path = self.root / "solutions" / "course.toml"
        if not path.is_file():
            return {}
        try:
            found = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CourseError(f"{path} is not valid TOML ({error}): mend it, then run the command again.") from None
        refuse_unknown(found, SETTINGS, COURSE_TOML)
        return found

    @property
    def secret_seed(self) -> str:
        return str(self.settings.get("seed", ""))

    def unit(self, name: str) -> Unit:
        """The unit called `name`, `02_softmax`, or by its slug, `softmax`, or number, `02`. Raises CourseError for others."""
        for unit in self.units.values():
            if name in (unit.name, unit.slug, unit.name.split("_", 1)[0]):
                return unit
        raise CourseError(f"There is no unit {name!r} in {self.root}: the units are {', '.join(self.units) or 'none'}.")


def require_solutions(course: Course) -> None:
    """Raises CourseError for a student's copy of a course."""
    if not course.has_solutions:
        raise CourseError(
            f"{course.root} is a student's copy of the course: grading needs its solutions/ folder. "
            "To check your own work: pytest exercises"
        )


def refuse_unknown(table: Iterable[str], known: Collection[str], where: str) -> None:
    """Raises CourseError for a name in `table` that is not known: what is misspelt would be passed over in silence."""
    for name in table:
        if name not in known:
            raise CourseError(f"{name!r} is no setting of {where}: it has {', '.join(known)}. Mend or remove the line.")


def find_course(start: Path | None = None) -> Course:
    """The course that `start` (the working folder if None) lies in: the nearest folder upwards with exercises/ or solutions/ units.

    Raises CourseError when there is none, or no `start`.
    """
    origin = (start or Path.cwd()).resolve()
    if not origin.exists():
        raise CourseError(f"{origin} does not exist: name the course's folder, the one that has exercises/ in it.")
    for folder in (origin, *origin.parents):
        units = _units(folder)
        if units:
            return Course(folder, units)
    raise CourseError(
        f"No course at {origin} or above: run this in the course's folder, the one that has exercises/ in it."
    )


def _units(root: Path) -> dict[str, Unit]:
    names: set[str] = set()
    for side in ("solutions", "exercises"):
        folder = root / side
        if folder.is_dir():
            names.update(entry.name for entry in folder.iterdir() if entry.is_dir() and UNIT_NAME.match(entry.name))
    return {name: Unit(name, root) for name in sorted(names)}
