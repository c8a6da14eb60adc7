"""`autograder record`: a class into nbgrader's gradebook."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from autograder.cli.errors import one_line
from autograder.cli.grade import Grading, graded_with_progress, keeping, kept_results
from autograder.course import Course, CourseError, Unit, find_course
from autograder.grading.batch import default_jobs
from autograder.judge.layers import Isolation
from autograder.report import print_report
from autograder.results import Report, Result
from autograder.submission import Found

if TYPE_CHECKING:
    from autograder.gradebook.recording import Recording


@click.command(short_help="Grade a class into nbgrader's gradebook.")
@click.argument("units", nargs=-1, metavar="[UNIT]…")
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
def record(units: tuple[str, ...], regrade: bool, jobs: int | None, isolation: str, course: Path | None) -> None:
    """Grade what was handed in for each UNIT (submitted/STUDENT/UNIT/) and record it in nbgrader's gradebook.

    Without UNIT: everything that was handed in. The same marks as `nbgrader autograde UNIT` gives, sooner. Comments and
    marks given by hand are kept. Exit status 1 when the gradebook does not have what the judge gave.
    """
    with one_line(), ExitStack() as ending:
        home = find_course(course)
        if not home.has_solutions:
            raise CourseError(f"{home.root} is a student's copy of the course: a gradebook needs its solutions/.")
        if find_spec("nbgrader") is None:
            raise CourseError("nbgrader is not installed: pip install nbgrader.")
        from autograder.gradebook import class_run
        from autograder.gradebook.recording import REGRADE, Recording
        from autograder.gradebook.waiting import WaitingNbgrader

        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="ready-")))
        nbgrader = ending.enter_context(WaitingNbgrader(home))  # it gets ready while we do
        chosen = [home.unit(name) for name in units] or class_run.units_handed_in(home)
        for unit in chosen:
            for sentence in class_run.put_in_place(home, unit):
                click.echo(f"autograder: {sentence}", err=True)
        if not units:  # nobody asked for one that only has folders without notebooks
            chosen = [unit for unit in chosen if class_run.has_notebooks(home, unit)]
        found = {unit.name: class_run.handed_in(home, unit) for unit in chosen}
        mode = Isolation(isolation)
        options = (REGRADE,) if regrade else ()
        recording = Recording(home, found, mode, folder, nbgrader, *options)
        everything = [one for those in found.values() for one in those]
        grading = _recorded_as_they_come(keeping(kept_results(home, mode)), recording)
        results = graded_with_progress(everything, home, mode, jobs or default_jobs(), Console(stderr=True), grading)
        print_report(Report(results), Console())
        wrong = False
        for unit in chosen:
            of_unit = [result for result in results if result.unit == unit.name]
            with _status(f"Recording {unit.name} in the gradebook"):
                problems = _problems(home, unit, of_unit, recording)
            for sentence in problems:
                click.echo(f"autograder: {sentence}", err=True)
            right = max(len(of_unit) - len(problems), 0)
            click.echo(f"{right} of {len(of_unit)} submissions of {unit.name} are in the gradebook.")
            wrong |= bool(problems)
    raise SystemExit(1 if wrong else 0)


def _recorded_as_they_come(grading: Grading, recording: Recording) -> Grading:
    def recorded(found: list[Found], course: Course, isolation: Isolation, jobs: int) -> Iterator[Result]:
        for result in grading(found, course, isolation, jobs):
            recording.take(result)
            yield result

    return recorded


def _status(text: str) -> AbstractContextManager[object]:
    console = Console(stderr=True)
    return console.status(text) if console.is_terminal else nullcontext()


def _problems(course: Course, unit: Unit, results: list[Result], recording: Recording) -> list[str]:
    """A sentence for each submission of `unit` whose marks nbgrader did not record as they are."""
    from autograder.gradebook import class_run

    try:
        unrecorded = recording.unrecorded(unit)
    except CourseError as error:  # the next unit may go better
        return [str(error)]
    again = f"autograder record {unit.name} --regrade"  # nbgrader passes over what it finds in autograded/
    problems = [
        f"{student}: no score was recorded. To have all of them recorded again: {again}" for student in unrecorded
    ]
    known = [result for result in results if result.submission not in unrecorded]
    return problems + class_run.differences(course, unit, known)
