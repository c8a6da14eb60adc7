"""What lies beside a unit's source notebook and must not be copied.

nbgrader copies every file that it is not told to ignore: into the release, and into what it has graded.
"""

from __future__ import annotations

import glob
from pathlib import Path

from autograder.course import Course, CourseError, Unit, find_course
from autograder.release.fresh import released_as_they_are

_BY_CONVENTION = ["grade_*.py", "mistakes.py", "alternatives.py", "quiz*.py", "course.toml", "equivalent.toml"]


def secret_patterns(root: Path) -> list[str]:
    """Patterns for `CourseDirectory.ignore`: our conventions, and the name of everything else in the secret folders."""
    try:
        course = find_course(root)
    except CourseError:  # nothing there yet, or a folder for tests: the conventions still hold
        return list(_BY_CONVENTION)
    return [*_BY_CONVENTION, *sorted(glob.escape(name) for name in secret_names(course) if not _is_covered(name))]


def secret_names(course: Course) -> set[str]:
    """The names of files and folders in the units' secret folders that are not released, notebooks apart."""
    names = set()
    for unit in course.units.values():
        if unit.secret.is_dir():
            public = {path.name for path in released_as_they_are(unit)}
            names |= {entry.name for entry in unit.secret.iterdir()} - public
    return {name for name in names if not name.endswith(".ipynb")}


def refuse_secrets(course: Course, unit: Unit, folder: Path) -> None:
    """Raises CourseError when nbgrader has copied something secret to `folder`.

    The patterns are made when nbgrader starts; a file that an author added to solutions/ since is caught here.
    """
    for name in sorted(secret_names(course) - {"__pycache__", ".ipynb_checkpoints"}):
        if (folder / name).exists():
            raise CourseError(
                f"{folder / name} has the name of a secret file of {unit.name}: restart nbgrader, so that it knows."
            )


def _is_covered(name: str) -> bool:
    return any(Path(name).match(pattern) for pattern in _BY_CONVENTION)
