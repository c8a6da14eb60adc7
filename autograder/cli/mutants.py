"""`autograder mutants`: for authors, which small changes of a unit's references its grader does not see."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from autograder.cli.errors import one_line
from autograder.cli.matrix import wanted_exercises
from autograder.course import find_course
from autograder.grading.grade import Grader
from autograder.grading.mutants import mutants_of
from autograder.grading.survivors import Judged, judge


@click.command(short_help="Which small changes of a unit's references are accepted.")
@click.argument("unit")
@click.argument("exercises", nargs=-1)
@click.option(
    "--course",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The course; otherwise the one this folder lies in.",
)
def mutants(unit: str, exercises: tuple[str, ...], course: Path | None) -> None:
    """Grade every mutant of the references of UNIT, or of some of its EXERCISES: one thing changed at a time.

    A mutant that is accepted shows a test that is missing, or it is right: then it stands in the unit's
    equivalent.toml with its reason. Exit status 1 when one is accepted and not listed, or listed and refused.
    """
    console = Console()
    with one_line():
        home = find_course(course)
        chosen = home.unit(unit)
        with Grader(home, units=[chosen.name]) as grader:
            reference = grader.reference(chosen)
            complete = True
            for name in wanted_exercises(grader, chosen, exercises):
                made = mutants_of(reference, name)
                quiet = not console.is_terminal
                found = judge(grader, chosen, track(made, name, console=console, transient=True, disable=quiet))
                _print(name, found, console)
                complete = complete and found.complete
    raise SystemExit(0 if complete else 1)


def _print(exercise: str, found: Judged, console: Console) -> None:
    console.print(f"{exercise}: {len(found.refused)} refused, {len(found.right)} listed as right", highlight=False)
    told = [("is accepted", mutant.change, "") for mutant in found.accepted]
    told += [
        ("is listed as right, and refused", mutant.change, f" ({test.name})") for mutant, test in found.wrongly_listed
    ]
    told += [("could not be judged", mutant.change, f" ({test.name})") for mutant, test in found.unjudged]
    for what, change, by in told:
        console.print(f"  {what}: {change}{by}", highlight=False, markup=False, soft_wrap=True)
