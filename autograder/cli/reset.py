"""`autograder reset`: begin an exercise or a unit again."""

from __future__ import annotations

import click

from autograder.cli.errors import one_line
from autograder.course import find_course
from autograder.quiz.names import PREFIX


@click.command(short_help="Begin an exercise or a unit again; a backup is kept.")
@click.argument("name")
def reset(name: str) -> None:
    """Put the stub of the exercise or unit NAME back into its notebook, and keep a backup of the notebook as it was.

    NAME is an exercise (log_softmax), an exercise of a unit (02_softmax/softmax), or a unit (02_softmax).
    """
    from autograder.selfcheck.reset import reset as begin_again

    with one_line():
        done = begin_again(find_course(), name)
        click.echo(f"Begun again: {', '.join(_with_quiz_in_one(done.exercises))}, in {done.notebook}.")
        click.echo(f"The notebook as it was: {done.backup}")
        click.echo("If it is open in JupyterLab: File > Reload Notebook from Disk.")


def _with_quiz_in_one(names: list[str]) -> list[str]:
    exercises = [name for name in names if not name.startswith(PREFIX)]
    return [*exercises, "the answers to the quiz"] if 0 < len(exercises) < len(names) else names
