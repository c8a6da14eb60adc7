"""A whole class into nbgrader's gradebook: what was handed in, and what the gradebook has of it.

nbgrader is imported where a gradebook is opened: it takes most of a second, and the judges do not wait for it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from autograder.course import Course, CourseError, Unit
from autograder.gradebook.ready import key_of
from autograder.gradebook.register import register
from autograder.results import Result
from autograder.submission import Found, find_submissions


def units_handed_in(course: Course) -> list[Unit]:
    """The units for which nbgrader has collected something. Raises CourseError when there are none."""
    units = [unit for unit in course.units.values() if _folders(course, unit)]
    if not units:
        raise CourseError(f"Nobody has handed in anything: there is no {course.root / 'submitted'}/STUDENT/UNIT/.")
    return units


def put_in_place(course: Course, unit: Unit) -> list[str]:
    """Copy a notebook of another name to the one that nbgrader looks for: it would pass the student over. Nothing is overwritten.

    Returns:
        A sentence for each such copy, and for each student who has handed in no notebook.
    """
    told = []
    for folder in _folders(course, unit):
        student, place = folder.parent.name, folder / f"{unit.slug}.ipynb"
        if place.exists():
            continue
        others = [
            one for one in _found_in(course, unit, folder) if Path(one.path).suffix == ".ipynb" and not one.member
        ]
        if others and not Path(others[0].path).is_symlink():
            shutil.copyfile(others[0].path, place)
            told.append(f"{student}: {Path(others[0].path).name} is graded as {place.name}, the name of the notebook.")
        else:
            told.append(f"{student} has handed in no notebook for {unit.name}: there is nothing to grade.")
    return told


def has_notebooks(course: Course, unit: Unit) -> bool:
    return any((folder / f"{unit.slug}.ipynb").is_file() for folder in _folders(course, unit))


def handed_in(course: Course, unit: Unit) -> list[Found]:
    """The notebooks of `unit` that nbgrader has collected. Raises CourseError when there are none."""
    submitted = course.root / "submitted"
    if not has_notebooks(course, unit):
        raise CourseError(
            f"Nobody has handed in {unit.name}: there is no {submitted}/STUDENT/{unit.name}/{unit.slug}.ipynb."
        )
    # A notebook of this unit that lies in another unit's folder is none that nbgrader would take for this one.
    return [one for one in find_submissions([submitted], course, unit.name) if _file_of(course, unit, one).is_file()]


def keys_of(course: Course, found: Iterable[Found]) -> dict[str, str]:
    """Student to the key of the file as it is now. Taken before the judge reads it: one that changes later is judged again."""
    keys = {}
    for one in found:
        file = _file_of(course, course.unit(one.unit), one)
        if file.is_file():
            keys[one.student] = key_of(one.student, one.unit, file.read_bytes())
    return keys


def differences(course: Course, unit: Unit, results: Iterable[Result]) -> list[str]:
    """A sentence for each score in the gradebook that is not the Result's. None, if all is well."""
    recorded = recorded_scores(course, unit)
    found = []
    for result in results:
        if result.internal:
            continue
        given = {f"check-{exercise.name}": exercise.points for exercise in result.exercises}
        kept = recorded.get(result.submission)
        if kept != given:
            found.append(f"{result.submission}: the gradebook has {kept}, the judge gave {given}.")
    return found


def register_if_new(course: Course, unit: Unit) -> None:
    """Enter the course in the gradebook where that has not been done yet."""
    if not (course.root / "gradebook.db").is_file():
        register(course)
        return
    from nbgrader.api import Gradebook, MissingEntry

    with Gradebook(_url(course)) as gradebook:
        try:
            gradebook.find_assignment(unit.name)
            return
        except MissingEntry:
            pass
    register(course)


def _folders(course: Course, unit: Unit) -> list[Path]:
    """Where students' work for `unit` lies."""
    return sorted(folder for folder in (course.root / "submitted").glob(f"*/{unit.name}") if folder.is_dir())


def _found_in(course: Course, unit: Unit, folder: Path) -> list[Found]:
    try:
        return find_submissions([folder], course, unit.name)
    except CourseError:  # nothing of this unit
        return []


def _file_of(course: Course, unit: Unit, one: Found) -> Path:
    return course.root / "submitted" / one.student / unit.name / f"{unit.slug}.ipynb"


def recorded_scores(course: Course, unit: Unit) -> dict[str, dict[str, float]]:
    """Of each student, the automatic score of each check cell; without those who wait for review."""
    from nbgrader.api import Gradebook, MissingEntry

    recorded = {}
    with Gradebook(_url(course)) as gradebook:
        try:
            notebooks = gradebook.notebook_submissions(unit.slug, unit.name)
        except MissingEntry:
            return {}
        for notebook in notebooks:
            scores = {grade.name: grade.auto_score for grade in notebook.grades}
            if None not in scores.values():
                recorded[notebook.student.id] = scores
    return recorded


def _url(course: Course) -> str:
    return f"sqlite:///{(course.root / 'gradebook.db').as_posix()}?timeout=60"
