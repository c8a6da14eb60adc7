"""`autograder`: build the release, grade submissions, show a sample class."""

from __future__ import annotations

import atexit
import gc
import importlib
import sys

import click

COMMANDS = (
    "doctor", "lab", "reset", "grade", "export", "gradescope", "build", "matrix", "mutants", "register", "record", "demo",
)  # fmt: skip
"""In the order in which a newcomer needs them. Each is a function of that name in a module of that name."""
MODULES = {"gradescope": "export"}
"""But for those that stand in another's."""
BEGIN_WITH = "If something does not work as it should, begin with `autograder doctor`."


class Commands(click.Group):
    """Its commands are imported when they are asked for: each needs libraries that the others do without."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"autograder.cli.{MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = getattr(module, cmd_name)
        command.epilog = BEGIN_WITH
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="transformer-autograder", prog_name="autograder")
def main() -> None:
    """Exercises that build the Transformer: check, release and grade them.

    `autograder doctor` first, if something does not work as it should. Students: `autograder lab` opens the course,
    `pytest exercises` checks all of it.
    """
    # jsonschema would compile a grammar for international addresses: two seconds for what no notebook needs.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # the documented way to hide a module
    atexit.register(gc.freeze)  # Python would look through all that libraries have made before it ends
