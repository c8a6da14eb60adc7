"""`autograder`: build the release, grade submissions, show a sample class."""

from __future__ import annotations

import atexit
import gc
import sys

import click

from autograder.cli.build import build
from autograder.cli.demo import demo
from autograder.cli.doctor import doctor
from autograder.cli.export import export, gradescope
from autograder.cli.grade import grade
from autograder.cli.lab import lab
from autograder.cli.matrix import matrix
from autograder.cli.mutants import mutants
from autograder.cli.record import record
from autograder.cli.register import register
from autograder.cli.reset import reset

BEGIN_WITH = "If something does not work as it should, begin with `autograder doctor`."


class InOrder(click.Group):
    """Lists its commands in the order in which a newcomer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="transformer-autograder", prog_name="autograder")
def main() -> None:
    """Exercises that build the Transformer: check, release and grade them.

    `autograder doctor` first, if something does not work as it should. Students: `autograder lab` opens the course,
    `pytest exercises` checks all of it.
    """
    # jsonschema would compile a grammar for international addresses: two seconds for what no notebook needs.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # the documented way to hide a module
    atexit.register(gc.freeze)  # Python would look through all that libraries have made before it ends


for command in (doctor, lab, reset, grade, export, gradescope, build, matrix, mutants, register, record, demo):
    command.epilog = BEGIN_WITH
    main.add_command(command)
