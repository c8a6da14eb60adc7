"""Enter the course in nbgrader's gradebook: units as assignments, exercises as grade cells with their points.

`autograder build` makes the release without a gradebook; nbgrader makes both with one command, which deletes the old
release first.
"""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.course import Course
from autograder.release.fresh import units_with_sources
from autograder.release.generate import released_notebooks
from autograder.release.source import source_notebook


def register(course: Course, db_url: str | None = None) -> list[str]:
    """Enter every unit of `course`, or bring it up to date.

    Args:
        course: a whole course, with its solutions/.
        db_url: the gradebook; gradebook.db in the course's folder if None.

    Returns:
        The units' names.

    Raises:
        CourseError: an author's mistake, or a change that nbgrader refuses because submissions have been graded.
    """
    url = db_url or f"sqlite:///{(course.root / 'gradebook.db').as_posix()}?timeout=60"
    sources = {unit.name: (unit.slug, source_notebook(unit.script)) for unit in units_with_sources(course)}
    with scripts_on_path():
        released_notebooks(sources, gradebook=url)
    return list(sources)


@contextmanager
def scripts_on_path() -> Iterator[None]:
    """nbgrader starts `alembic` by name for a new gradebook: it has to be found without an activated environment."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before
