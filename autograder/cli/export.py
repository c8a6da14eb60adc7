"""`autograder export` and `autograder gradescope`: results, and graders, for other systems."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from autograder.cli.errors import one_line
from autograder.course import CourseError, find_course
from autograder.export import canvas_table, gradescope_zip, moodle_table, results_json, spreadsheet
from autograder.report import FEEDBACK_HELP, Feedback, feedback_of, references_of
from autograder.results import Report, decode_report, write_atomically

TABLES: dict[str, Callable[[Report], str]] = {"csv": spreadsheet, "canvas": canvas_table, "moodle": moodle_table}


@click.command(short_help="Write results for a spreadsheet, Canvas, Moodle or Gradescope.")
@click.argument("results", type=click.Path(path_type=Path), metavar="RESULTS.json")
@click.option("--to", "system", type=click.Choice([*TABLES, "gradescope"]), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Otherwise standard output.")
@click.option("--feedback", type=click.Choice([level.value for level in Feedback]), help=FEEDBACK_HELP)
def export(results: Path, system: str, out: Path | None, feedback: str | None) -> None:
    """Write the results of `autograder grade --json RESULTS.json` for a spreadsheet or another system.

    `gradescope` takes the results of one submission and writes Gradescope's results.json.
    """
    with one_line():
        report = _read(results)
        data = _gradescope(report, feedback) if system == "gradescope" else TABLES[system](report).encode("utf-8")
        for result in report.results:
            if result.internal:
                name = f"{result.submission}, {result.unit}"
                click.echo(f"{name}: not graded, our fault, so without points: grade it again.", err=True)
        if out is None:
            sys.stdout.write(data.decode("utf-8"))
        else:
            write_atomically(out, data)


@click.command()
@click.argument("unit")
@click.option("--out", type=click.Path(path_type=Path), metavar="ZIP", help="Otherwise UNIT-gradescope.zip.")
def gradescope(unit: str, out: Path | None) -> None:
    """Make the autograder zip of UNIT for Gradescope. It holds the solutions: upload it, and give it to nobody."""
    with one_line():
        course = find_course()
        data = gradescope_zip(course, unit)
        path = out or Path(f"{course.unit(unit).name}-gradescope.zip")
        write_atomically(path, data)
        click.echo(
            f"{path}: upload it as the assignment's autograder, with a base image that has Python 3.11 or later."
        )


def _read(path: Path) -> Report:
    try:
        return decode_report(path.read_bytes())
    except FileNotFoundError:
        raise CourseError(f"{path} does not exist: make it with `autograder grade … --json {path}`.") from None
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise CourseError(f"{path} is not what `autograder grade --json` writes ({error}).") from None


def _gradescope(report: Report, feedback: str | None) -> bytes:
    if len(report.results) != 1:
        raise CourseError(f"Gradescope's file is about one submission, and there are {len(report.results)} results.")
    (result,) = report.results
    try:
        course = find_course()
    except CourseError:
        if feedback is None:
            raise CourseError(
                "How much is the student to be told? Run this in the course's folder, or say --feedback."
            ) from None
        return results_json(result, Feedback(feedback))
    level = Feedback(feedback) if feedback else feedback_of(course)
    return results_json(result, level, references_of(course)(result))
