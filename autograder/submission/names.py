"""What the names of files and folders say: which unit, whose work, what to pass over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from autograder.course import Course, Unit

COPY_SUFFIX = re.compile(r"(?:[-_ ]*(?:copy(?:[-_ ]\d+|\d*)|\(\d+\)))+$", re.IGNORECASE)
"""What Jupyter ("-Copy1"), browsers (" (1)") and file managers (" - Copy") append to a second file of the same name."""

MOODLE_SUFFIX = re.compile(r"_\d+_assignsubmission_.*$")
"""The folder of one student in a download from Moodle: "Ann Lee_4711_assignsubmission_file"."""

NOBODY = "submission"
"""The student of a file whose name and folders name none."""

GENERIC = frozenset(
    [
        *("", ".", "/", "class", "course", "desktop", "documents", "downloads", "exercises", "home", "homework"),
        *("notebooks", "release", "root", "solutions", "source", "src", "submission", "submissions", "submitted"),
        *("tmp", "users", "work"),
    ]
)
"""Folders that are nobody's name."""

NOT_SUBMITTED = re.compile(r"^(?:test_\w+|grade_\w+|conftest|stand_ins|setup|__init__)\.py$")
"""Files of the course that lie beside a student's, and are never read as answers."""

KNOWN_EXTRAS = re.compile(r"^(?:timestamp\.txt|readme(?:\.\w+)?|thumbs\.db|desktop\.ini|.*\.pyc)$", re.IGNORECASE)


def is_hidden(name: str) -> bool:
    """Folders and files that programs keep for themselves."""
    return name.startswith(".") or name in ("__MACOSX", "__pycache__")


def stem_of(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return stem if dot and suffix.lower() in ("ipynb", "py", "zip") else name


def without_copy_suffix(stem: str) -> str:
    return COPY_SUFFIX.sub("", stem) or stem


def unit_called(name: str, course: Course) -> Unit | None:
    """The unit that a file or folder is named after, by its name or slug; a copy's suffix does not matter."""
    plain = re.sub(r"[-\s]+", "_", without_copy_suffix(stem_of(name)).strip().lower())
    return next((unit for unit in course.units.values() if plain in (unit.name, unit.slug)), None)


def student_called(folders: Sequence[str], above: Iterable[str], course: Course) -> str:
    """Whose work lies in `folders` (outermost first) of a search that began in the folders `above` (innermost first).

    The outermost folder that is named after a person, that is: neither after a unit nor after what such folders hold.
    """
    for folder in folders:
        if folder.lower() not in GENERIC and unit_called(folder, course) is None:
            return tidy(folder)
    for folder in above:
        if unit_called(folder, course) is None:
            return NOBODY if folder.lower() in GENERIC else tidy(folder)
    return NOBODY


def tidy(name: str) -> str:
    return MOODLE_SUFFIX.sub("", name).strip() or name
