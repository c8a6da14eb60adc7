"""A whole release in memory: every file that a student gets, and no other.

Files come from an allow-list. What an author adds to a unit's folder stays secret until a line is added here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course, CourseError, Unit
from autograder.percent_script import Script, read_page, read_python, read_script
from autograder.quiz.writing import released_quiz
from autograder.release.agreement import check_agreement
from autograder.release.generate import canonical, released_notebooks
from autograder.release.source import notebook_of

START_PAGE = "start.py"
"""`solutions/start.py`, a percent script without exercises, is released as the start page, `exercises/start.ipynb`."""


@dataclass(frozen=True)
class Fresh:
    """What a build would write. `files` and `sources` map paths, relative to exercises/ and solutions/, to contents."""

    units: tuple[str, ...]
    files: dict[str, bytes]
    sources: dict[str, bytes]


def make_release(course: Course) -> Fresh:
    """Make the release of `course` without writing anything.

    Raises:
        CourseError: there are no solutions to build from, or an author's mistake in one of them.
    """
    units = units_with_sources(course)
    scripts = {unit.name: _checked_script(unit) for unit in units}
    sources = {unit.name: (unit.slug, notebook_of(scripts[unit.name])) for unit in units}
    notebooks = released_notebooks(sources)
    files = {}
    for unit in units:
        files[f"{unit.name}/{unit.slug}.ipynb"] = notebooks[unit.name]
        for path in released_as_they_are(unit):
            files[f"{unit.name}/{path.name}"] = read_python(path).encode("utf-8")
        files |= {f"{unit.name}/{name}": data for name, data in released_quiz(course, unit).items()}
    start_page = course.root / "solutions" / START_PAGE
    if start_page.is_file():
        files["start.ipynb"] = canonical(notebook_of(read_page(start_page)))
    return Fresh(
        units=tuple(unit.name for unit in units),
        files=dict(sorted(files.items())),
        sources={f"{name}/{slug}.ipynb": canonical(source) for name, (slug, source) in sources.items()},
    )


def units_with_sources(course: Course) -> list[Unit]:
    """The units of `course` that have a folder under solutions/. Raises CourseError when there is none."""
    if not course.has_solutions:
        raise CourseError(
            f"{course.root} has no solutions/: this is a student's copy, and only the whole course can be built."
        )
    units = [unit for unit in course.units.values() if unit.secret.is_dir()]
    if not units:
        raise CourseError(f"{course.root / 'solutions'} has no units: add a folder such as 01_name with name.py in it.")
    return units


def released_as_they_are(unit: Unit) -> list[Path]:
    """What is copied from a unit's secret folder: the visible checks, and the stand-ins if there are any."""
    checks = unit.secret / f"test_{unit.slug}.py"
    return [checks, unit.stand_ins] if unit.stand_ins.is_file() else [checks]


def _checked_script(unit: Unit) -> Script:
    script = read_script(unit.script)
    check_agreement(unit, script)
    return script
