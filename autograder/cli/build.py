"""`autograder build`: make the students' release from the secret sources."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.cli.errors import one_line
from autograder.course import CourseError, find_course


@click.command(short_help="Make exercises/ from solutions/.")
@click.option(
    "--check", is_flag=True, help="Write nothing; exit status 1 when exercises/ is not what a build would make."
)
@click.option("--backup", is_flag=True, help="Move files that were changed in exercises/ to .course-backup/ first.")
@click.option(
    "--course",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The course; otherwise the one this folder lies in.",
)
def build(check: bool, backup: bool, course: Path | None) -> None:
    """Make exercises/ from solutions/: notebooks with stubs, visible checks, nothing secret.

    A file in exercises/ that was changed since the last build is never overwritten: the build stops and names it.
    """
    from autograder.release import build as build_release
    from autograder.release import stale

    with one_line():
        home = find_course(course)
        if not home.has_solutions:
            raise CourseError(f"{home.root} is a student's copy of the course: there is no solutions/ to build from.")
        if check:
            differences = stale(home)
            for line in differences:
                click.echo(line)
            raise SystemExit(1 if differences else 0)
        report = build_release(home, keep=home.root / ".course-backup" if backup else None)
        for original, copy in report.kept.items():
            click.echo(f"moved exercises/{original} to {copy.relative_to(home.root)}")
        click.echo(
            f"{len(report.units)} units built: {len(report.written)} files written, {len(report.unchanged)} as they were."
        )
