"""`autograder demo`: a sample class, graded."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
from rich.console import Console

from autograder.cli.errors import one_line
from autograder.cli.grade import graded_with_progress
from autograder.course import CourseError, find_course
from autograder.grading.batch import default_jobs
from autograder.judge.layers import Isolation
from autograder.report import print_report, write_reports
from autograder.results import Report, encode, write_atomically
from autograder.submission import find_submissions

UNITS = 2


@click.command(short_help="Grade a sample class of a dozen students.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("build/demo"), show_default=True, metavar="DIR")
@click.option(
    "--jobs", type=click.IntRange(1), default=None, help="Processes to grade with.  [default: one per processor]"
)
def demo(out: Path, jobs: int | None) -> None:
    """Write a sample class of a dozen students into DIR, grade it, and say where the reports are."""
    from autograder.sample_class import write_class

    with one_line():
        course = find_course()
        if not course.has_solutions:
            raise CourseError(f"{course.root} is a student's copy of the course: the demo needs its solutions/ folder.")
        console = Console()
        submissions = out / "class"
        shutil.rmtree(submissions, ignore_errors=True)
        units = list(course.units.values())[:UNITS]
        students = write_class(course, submissions, units)
        console.print(
            f"A class of {len(students)} students in {submissions}, for {', '.join(unit.name for unit in units)}.",
            highlight=False,
        )
        found = find_submissions([submissions], course)
        report = Report(graded_with_progress(found, course, Isolation.CONFINED, jobs or default_jobs(), console))
        print_report(report, console)
        write_atomically(out / "results.json", encode(report))
        pages = write_reports(report, out / "reports")
        console.print(f"Reports: {pages[0]}\nResults: {out / 'results.json'}", highlight=False, soft_wrap=True)
