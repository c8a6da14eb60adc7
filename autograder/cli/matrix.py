"""`autograder matrix`: for authors, what a unit's grader refuses and what it accepts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from autograder.cli.errors import one_line
from autograder.course import CourseError, Unit, find_course
from autograder.grading.grade import Grader
from autograder.grading.matrix import Matrix, Row, matrices, rows
from autograder.grading.variants import alternatives_of, mistakes_of
from autograder.results import Verdict


@click.command(short_help="Which test of a unit refuses which known mistake.")
@click.argument("unit")
@click.argument("exercises", nargs=-1)
@click.option(
    "--course",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The course; otherwise the one this folder lies in.",
)
def matrix(unit: str, exercises: tuple[str, ...], course: Path | None) -> None:
    """Grade every known mistake and every right alternative of UNIT, or of some of its EXERCISES.

    Prints which test refuses which mistake, and which tests refuse nothing that another does not. Exit status 1 when the reference or
    a right alternative is refused, when a mistake survives, or when it is not refused by the test that was meant for it.
    """
    console = Console()
    with one_line():
        home = find_course(course)
        chosen = home.unit(unit)
        with Grader(home, units=[chosen.name]) as grader:
            wanted = wanted_exercises(grader, chosen, exercises)
            total = sum(v.exercise in wanted for v in [*mistakes_of(chosen), *alternatives_of(chosen)]) + len(wanted)
            graded = track(
                rows(grader, chosen, wanted),
                "Grading",
                total,
                console=console,
                transient=True,
                disable=not console.is_terminal,
            )
            found = matrices(iter(graded))
    for one in found:
        _print(one, console)
    raise SystemExit(0 if all(one.complete for one in found) else 1)


def wanted_exercises(grader: Grader, unit: Unit, named: Sequence[str]) -> list[str]:
    """Those that were named, or all of the unit's.

    Raises:
        CourseError: none of them has that name, the unit's files do not agree with each other, or a variant is of no exercise.
    """
    from autograder.release.agreement import check_agreement  # it brings the build with it

    script = grader.reference(unit).script
    names = list(script.solutions)
    check_agreement(unit, script)
    for variant in [*mistakes_of(unit), *alternatives_of(unit)]:
        if variant.exercise not in names:
            raise CourseError(
                f"{unit.secret}: {variant.name} is meant for {variant.exercise!r}, which {unit.name} does not have: "
                f"its exercises are {', '.join(names)}."
            )
    unknown = [name for name in named if name not in names]
    if unknown:
        raise CourseError(f"{unit.name} has no exercise {unknown[0]!r}: it has {', '.join(names)}.")
    return list(named) or names


def _print(found: Matrix, console: Console) -> None:
    tests = found.tests
    table = Table(title=f"{found.exercise}: {len(found.mistakes)} mistakes × {len(tests)} tests", title_justify="left")
    table.add_column("mistake", overflow="fold")
    for number in range(1, len(tests) + 1):
        table.add_column(str(number), justify="center")
    table.add_column("named", justify="center")
    for row in found.mistakes:
        marks = ["●" if test == row.variant.caught_by else "×" for test in tests]
        cells = [mark if test in row.killers else "" for test, mark in zip(tests, marks, strict=True)]
        table.add_row(row.variant.name, *cells, "yes" if row.named == row.variant.says else "")
    console.print(table)
    for number, test in enumerate(tests, start=1):
        console.print(f"  {number:2}  {test}", highlight=False)
    ungraded = found.reference.notices if found.reference.verdict is Verdict.INTERNAL else []
    _complain(console, "the reference could not be graded", ungraded)
    _complain(console, "the reference does not pass", found.failed_by_the_reference)
    _complain(console, "survives", _names(found.survivors))
    _complain(console, "is not refused by the test meant for it", _names(found.missed))
    _complain(console, "there is no such test", found.unknown_tests)
    _complain(
        console, "is right and refused", [f"{row.variant.name} ({', '.join(row.killers)})" for row in found.refused]
    )
    _complain(console, "refuses nothing that another test does not", found.idle)
    accepted = len(found.alternatives) - len(found.refused)
    console.print(f"  {accepted} of {len(found.alternatives)} right alternatives accepted\n", highlight=False)


def _names(found: Iterable[Row]) -> list[str]:
    return [row.variant.name for row in found]


def _complain(console: Console, what: str, names: list[str]) -> None:
    for name in names:
        console.print(f"  [bold red]{what}:[/] {name}", highlight=False, soft_wrap=True)
