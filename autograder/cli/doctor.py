"""`autograder doctor`: can this machine grade for the record, and what is missing?"""

from __future__ import annotations

import click
import msgspec

from autograder.doctor import Diagnosis, examine

NOT_READY = 1


@click.command(short_help="What this machine can do, and what to do about what is missing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead.")
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Look at this machine: layers of confinement, devices, versions, and what to do about what is missing.

    Exit status 0 when it can grade for the record, 1 when it cannot. Self-checks run in either case.
    """
    diagnosis = examine()
    click.echo(msgspec.json.format(msgspec.json.encode(diagnosis), indent=2).decode() if as_json else told(diagnosis))
    if not diagnosis.ready:
        context.exit(NOT_READY)


def told(diagnosis: Diagnosis) -> str:
    """The diagnosis as plain text."""
    verdict = "can grade for the record" if diagnosis.ready else "cannot grade for the record"
    parts = [f"This machine {verdict} ({diagnosis.system})."]
    for title, table in (
        ("Layers of confinement", diagnosis.layers),
        ("Devices", diagnosis.devices),
        ("Versions", diagnosis.versions),
    ):
        width = max((len(name) for name in table), default=0)
        parts.append("\n".join([title, *(f"  {name:<{width}}  {state}" for name, state in table.items())]))
    if diagnosis.advice:
        parts.append("\n".join(["What to do", *(f"  - {line}" for line in diagnosis.advice)]))
    return "\n\n".join(parts)
