"""`autograder record`: a class into nbgrader's gradebook."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from autograder.cli.errors import one_line
from autograder.cli.grade import graded_with_progress, keeping, kept_results
from autograder.course import CourseError, find_course
from autograder.grading.batch import default_jobs
from autograder.judge.layers import Isolation
from autograder.report import print_report
from autograder.results import Report


@click.command()
@click.argument("unit")
@click.option("--regrade", is_flag=True, help="Also what nbgrader has graded before: after a mended grader.")
@click.option(
    "--jobs", type=click.IntRange(1), default=None, help="Processes to grade with.  [default: one per processor]"
)
@click.option(
    "--isolation",
    type=click.Choice([mode.value for mode in Isolation]),
    default=Isolation.CONFINED.value,
    show_default=True,
    help="`process` grades without confinement, only for code you trust, and marks every result.",
)
@click.option(
    "--course",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The course; otherwise the one this folder lies in.",
)
def record(unit: str, regrade: bool, jobs: int | None, isolation: str, course: Path | None) -> None:
    """Grade what was handed in for UNIT (submitted/STUDENT/UNIT/) and record it in nbgrader's gradebook.

    The same marks as `nbgrader autograde UNIT` gives, sooner. Comments and marks given by hand are kept. Exit status 1
    when the gradebook does not have what the judge gave.
    """
    with one_line():
        home = find_course(course)
        if not home.has_solutions:
            raise CourseError(f"{home.root} is a student's copy of the course: a gradebook needs its solutions/.")
        try:
            from autograder.gradebook import class_run
        except ModuleNotFoundError:
            raise CourseError("nbgrader is not installed: pip install 'transformer-autograder[instructor]'.") from None
        chosen = home.unit(unit)
        found = class_run.handed_in(home, chosen)
        keys = class_run.keys_of(home, found)
        console = Console()
        mode = Isolation(isolation)
        grading = keeping(kept_results(home, mode))
        results = graded_with_progress(found, home, mode, jobs or default_jobs(), Console(stderr=True), grading)
        print_report(Report(results), console)
        options = (class_run.REGRADE,) if regrade else ()
        unrecorded = class_run.record(home, chosen, results, keys, mode, *options)
        problems = [f"{student}: no score was recorded; grade it again." for student in unrecorded]
        known = [result for result in results if result.submission not in unrecorded]
        problems += class_run.differences(home, chosen, known)
    for problem in problems:
        click.echo(f"autograder: {problem}", err=True)
    click.echo(f"{len(results) - len(problems)} of {len(results)} submissions of {chosen.name} are in the gradebook.")
    raise SystemExit(1 if problems else 0)
