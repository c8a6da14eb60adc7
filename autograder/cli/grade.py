"""`autograder grade`: submissions in, a table, reports and JSON out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from autograder.cli.errors import one_line
from autograder.course import Course, CourseError, find_course
from autograder.grading.batch import default_jobs, grade_all, in_order
from autograder.grading.kept import KeptResults, grade_the_rest
from autograder.judge.layers import Isolation
from autograder.report import FEEDBACK_HELP, Feedback, feedback_of, print_report, references_of, write_reports
from autograder.results import Report, Result, encode, write_atomically
from autograder.submission import Found, find_submissions

Grading: TypeAlias = Callable[[list[Found], Course, Isolation, int], Iterator[Result]]
"""What gives the Results of submissions, as `grade_all` does."""


@click.command(short_help="Grade one student's work, or a whole class's.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--unit", help="Grade this unit (02_softmax, softmax or 02); otherwise each file says which unit it is.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write all results as JSON; - for standard output.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write an HTML page per submission and one for the class.",
)
@click.option("--feedback", type=click.Choice([level.value for level in Feedback]), help=FEEDBACK_HELP)
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
@click.option("--again", is_flag=True, help="Grade everything, also what has not changed since it was graded.")
def grade(
    paths: tuple[Path, ...],
    unit: str | None,
    json_file: Path | None,
    out: Path | None,
    feedback: str | None,
    jobs: int | None,
    isolation: str,
    course: Path | None,
    again: bool,
) -> None:
    """Grade notebooks, .py files, folders or zips: one student's or a whole class's.

    What was graded before and has not changed is not graded again: results are kept in the course's results/ folder.

    Exit status 0 when grading ran, whatever the marks; 2 when the input cannot be used.
    """
    with one_line():
        home = _course(course, paths)
        found = find_submissions(list(paths), home, unit)
        _writable(json_file, out)
        level = Feedback(feedback) if feedback else feedback_of(home)
        references = references_of(home)
        console = Console(stderr=str(json_file) == "-")
        mode = Isolation(isolation)
        kept = kept_results(home, mode)
        if again:
            kept.forget(found)
        grading = keeping(kept)
        results = graded_with_progress(found, home, mode, jobs or default_jobs(), Console(stderr=True), grading)
        report = Report(results)
        print_report(report, console)
        _write(report, json_file)
        if out is not None:
            pages = write_reports(report, out, level, references)
            console.print(f"Reports: {pages[0]}", highlight=False, soft_wrap=True)


def graded_with_progress(
    found: list[Found],
    course: Course,
    isolation: Isolation,
    jobs: int,
    console: Console,
    grading: Grading = grade_all,
) -> list[Result]:
    """All the Results, with a progress bar on `console` while they come in, if there are several and somebody is looking."""
    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    results = []
    with Progress(*columns, console=console, transient=True, disable=len(found) < 2 or not console.is_terminal) as bar:
        task = bar.add_task("grading", total=len(found))
        for result in grading(found, course, isolation, jobs):
            results.append(result)
            bar.advance(task)
    return in_order(results)


def kept_results(course: Course, isolation: Isolation) -> KeptResults:
    """Where Results are kept; when there is no room, that is said in a line."""

    def cannot_keep(error: OSError) -> None:
        click.echo(
            f"autograder: Results cannot be kept in {kept.folder} ({error.strerror}): "
            "grading goes on, but could not be continued after an interruption.",
            err=True,
        )

    kept = KeptResults(course, isolation, cannot_keep)
    return kept


def keeping(kept: KeptResults) -> Grading:
    """`grade_all` that keeps what it has graded, and grades only what it has not. Interrupted, it says so in a line."""

    def grading(found: list[Found], course: Course, isolation: Isolation, jobs: int) -> Iterator[Result]:
        done = 0
        try:
            for result in grade_the_rest(found, course, isolation, jobs, kept):
                done += 1
                yield result
        except KeyboardInterrupt:
            raise Interrupted(
                f"Interrupted: {done} of {len(found)} submissions are graded. Run the same command again to go on from there."
            ) from None

    return grading


class Interrupted(click.ClickException):
    exit_code = 130  # what shells say for Ctrl-C

    def show(self, file: object = None) -> None:
        click.echo(f"autograder: {self.format_message()}", err=True)


def _course(named: Path | None, paths: tuple[Path, ...]) -> Course:
    """The course that was named, or the one around the working folder, or around the first path."""
    if named is not None:
        return find_course(named)
    try:
        return find_course()
    except CourseError:
        first = paths[0]
        if not first.exists():
            raise CourseError(
                f"{first} does not exist: name a notebook, a .py file, a zip or a folder of submissions."
            ) from None
        return find_course(first if first.is_dir() else first.parent)


def _writable(json_file: Path | None, out: Path | None) -> None:
    """Better to learn it before an hour of grading than after."""
    if json_file is not None and str(json_file) != "-" and json_file.is_dir():
        raise CourseError(f"{json_file} is a folder: name a file for --json.")
    if out is not None and out.exists() and not out.is_dir():
        raise CourseError(f"{out} is a file: name a folder for --out.")
    for wanted in (json_file, out):
        if wanted is not None and str(wanted) != "-":
            around = next(folder for folder in wanted.absolute().parents if folder.exists())
            if not around.is_dir():
                raise CourseError(f"{around} is a file, so {wanted} cannot be written: name another place.")
            if not os.access(around, os.W_OK):
                raise CourseError(f"{around} may not be written to by you, so {wanted} cannot be: name another place.")


def _write(report: Report, json_file: Path | None) -> None:
    if json_file is not None:
        if str(json_file) == "-":
            sys.stdout.write(encode(report).decode())
        else:
            write_atomically(json_file, encode(report))
