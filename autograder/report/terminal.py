"""The terminal form: one submission in detail, or a class as tables; faults of ours and missing confinement last."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from autograder.report.class_table import print_table
from autograder.report.classroom import InternalFault, internal_faults, to_settle, unconfined, unit_tables
from autograder.report.presentable import presentable_result
from autograder.report.speaking import STYLES, encodable, say, speaks
from autograder.report.text import WIDTH, Line, Weight, exercise_lines
from autograder.report.words import (
    NO_MARKS,
    NOT_CONFINED,
    NOT_CONFINED_MEANS,
    Tone,
    counted,
    points_of,
    share,
    ungraded,
)
from autograder.results import Report, Result

_WEIGHTS = {Weight.STRONG: "bold", Weight.PLAIN: "", Weight.QUIET: "dim"}
_BAR = 24


def print_report(report: Report, console: Console) -> None:
    """Print one submission's results with all that is known about each fault, or those of several as a table per unit.

    Colours only where `console` has them; the words say everything without.
    """
    results = [presentable_result(result) for result in report.results]
    if not results:
        say(console, "No submissions were graded.")
    elif len({result.submission for result in report.results}) == 1:
        for result in results:
            _print_result(result, console)
    else:
        for table in unit_tables(results, [""] * len(results)):
            print_table(table, console)
        for who, text in to_settle(results):
            say(console, f"{who}: {text}")
    _print_internal_faults(results, console)
    _print_unconfined(results, console)


def _print_result(result: Result, console: Console) -> None:
    say(console)
    heading = Text(f"{result.submission} · {result.unit}", style="bold")
    if ungraded(result):
        heading.append("  ").append(NO_MARKS, style=STYLES[Tone.INTERNAL])
    else:
        heading.append(f"  {points_of(result.points, result.max_points)}  ")
        heading.append_text(_bar(share(result.points, result.max_points), console))
    say(console, heading)
    for notice in result.notices:
        say(console, f"note: {notice}")
    say(console)
    for exercise in result.exercises:
        for line in exercise_lines(exercise, min(console.width, WIDTH)):
            say(console, _styled(line))
        say(console)


def _styled(line: Line) -> Text:
    """The line in colour: its label, or, where it has none, its text, in the colour of its tone."""
    label = Text(line.label)
    colour = STYLES[line.tone] if line.tone else ""
    label.stylize(colour, len(line.label) - len(line.label.lstrip()), len(line.label.rstrip()))
    for piece in line.text:
        label.append(piece.text, style=f"{_WEIGHTS[line.weight]} {'' if line.label else colour}".strip())
        if piece.differs:
            label.stylize(f"bold {STYLES[Tone.WRONG]}", len(label) - len(piece.text))
    return label


def _bar(part: float, console: Console) -> Text:
    """As many filled places as were reached; full only at full marks, empty only at none."""
    filled = round(part * _BAR) if part in (0, 1) else min(_BAR - 1, max(1, round(part * _BAR)))
    full, empty = ("━", "─") if speaks(console, "━─") else ("#", ".")
    return Text.assemble((full * filled, "green"), (empty * (_BAR - filled), "bright_black"))


def _print_internal_faults(results: list[Result], console: Console) -> None:
    faults = internal_faults(results)
    if not faults:
        return
    body = Text("\n").join(Text(encodable(_fault(fault), console)) for fault in faults)
    body.append("\n\nThese have no marks. Mend the cause, then grade them again.", style="bold")
    count = counted(len(faults), "exercise", "exercises")
    title = Text(f" NOT GRADED: OUR FAULT ({count}) ", style=STYLES[Tone.INTERNAL])
    heavy = box.HEAVY if speaks(console, "┏") else box.ASCII
    panel = Panel(body, title=title, title_align="left", border_style="red", box=heavy)
    say(console)
    console.print(panel, emoji=False, markup=False, highlight=False)


def _fault(fault: InternalFault) -> str:
    where = f"{fault.submission} · {fault.unit} · {fault.exercise}"
    return "\n    ".join([where, *(message.replace("\n", "\n    ") for message in fault.messages)])


def _print_unconfined(results: list[Result], console: Console) -> None:
    loose = unconfined(results)
    if not loose:
        return
    concerned = f" ({len(loose)} of {counted(len(results), 'result', 'results')})" if len(results) > 1 else ""
    say(console)
    say(console, Text(f"WARNING: {NOT_CONFINED.lower()}{concerned}. {NOT_CONFINED_MEANS}", style="bold yellow"))
