"""`autograder register`: enter the units in nbgrader's gradebook."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.cli.errors import one_line
from autograder.course import CourseError, find_course


@click.command()
@click.option(
    "--course",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The course; otherwise the one this folder lies in.",
)
def register(course: Path | None) -> None:
    """Enter the units and their points in nbgrader's gradebook.

    Once before `nbgrader autograde`, and again after points have changed.
    """
    with one_line():
        home = find_course(course)
        if not home.has_solutions:
            raise CourseError(f"{home.root} is a student's copy of the course: a gradebook needs its solutions/.")
        try:
            from autograder.gradebook.register import register as register_units
        except ModuleNotFoundError:
            raise CourseError("nbgrader is not installed: pip install nbgrader.") from None
        units = register_units(home)
        click.echo(f"{len(units)} units in {home.root / 'gradebook.db'}: {', '.join(units)}.")
