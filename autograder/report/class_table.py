"""A unit of a class in the terminal: students and exercises, or, where that is too wide, what did not pass."""

from __future__ import annotations

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.report.classroom import Row, UnitTable
from autograder.report.speaking import STYLES, encodable, say
from autograder.report.words import (
    NO_MARKS,
    Tone,
    counted,
    name_parts,
    number,
    points_of,
    short_words,
    shown_verdict,
    tone,
    ungraded,
)
from autograder.results import ExerciseResult, Result, Verdict

_WIDEST_HEADING = 12
_NARROWEST_CELL = len("10/10 wrong")
"""What should stay together of a cell when its column is narrow."""
_NARROWEST_NAME = 14
_WIDEST_NAME = 28
"""Beyond this the other columns have a better use for the room."""
_NARROWEST_TOTAL = len("points")
_GAP = 2
"""What rich puts between two columns, and about the table."""


def print_table(table: UnitTable, console: Console) -> None:
    """Print the table of one unit, in the widest form that the console has room for, and one line that sums it up."""
    shown = _full_table(table, console)
    if not _fitted(shown, console.width):
        shown = _short_table(table, console)
    say(console)
    console.print(shown, emoji=False, markup=False, highlight=False)
    say(console, _summary(table))


def _full_table(table: UnitTable, console: Console) -> Table:
    shown = _empty_table(table, console)
    shown.show_footer = bool(table.graded)
    shown.columns[0].footer = Text("mean", style="dim")
    for place, exercise in enumerate(table.exercises):
        heading = Text(encodable(_broken(exercise), console))
        widest = max(_NARROWEST_CELL, *map(len, heading.plain.split("\n")))
        cells = [row.cells[place] for row in table.rows]
        mean = Text(_mean([cell for cell in cells if cell]), style="dim")
        shown.add_column(heading, footer=mean, overflow="fold", min_width=widest)
    mean = Text(_mean([row.result for row in table.rows]), style="dim")
    shown.add_column("points", justify="right", footer=mean, min_width=_widest_total(table))
    for row in table.rows:
        shown.add_row(_student(row, console), *(_cell(cell) for cell in row.cells), _total(row))
    return shown


def _short_table(table: UnitTable, console: Console) -> Table:
    shown = _empty_table(table, console)
    shown.columns[0].max_width = max(_NARROWEST_NAME, console.width * 2 // 5)
    shown.add_column("points", justify="right", width=_widest_total(table))
    shown.add_column("not passed", overflow="fold")
    for row in table.rows:
        shown.add_row(_student(row, console), _total(row), _not_passed(row, console))
    return shown


def _empty_table(table: UnitTable, console: Console) -> Table:
    title = Text(encodable(table.unit, console), style="bold")
    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    shown.add_column("student", overflow="fold", min_width=_NARROWEST_NAME)
    return shown


def _fitted(shown: Table, width: int) -> bool:
    """True when `shown` has room in `width`, with its columns set so that it takes no more.

    Left to itself, rich narrows every column alike, also those that then lose a word or the last digit of a total.
    """
    gaps = _GAP * (len(shown.columns) + 1)
    natural = [max(cell_len(line) for cell in column.cells for line in _lines(cell)) for column in shown.columns]
    if gaps + sum(natural) <= width:
        return True
    spare = width - gaps - sum(column.min_width or 0 for column in shown.columns)
    if spare < 0:
        return False
    for column, wanted in zip(shown.columns, [min(natural[0], _WIDEST_NAME), *natural[1:]], strict=True):
        least = column.min_width or 0
        column.width = least + min(spare, max(0, wanted - least))
        spare -= column.width - least
    return True


def _lines(cell: object) -> list[str]:
    return str(cell).split("\n")


def _student(row: Row, console: Console) -> Text:
    return Text(encodable(row.result.submission, console))


def _total(row: Row) -> Text:
    if ungraded(row.result):
        return Text(NO_MARKS, style=STYLES[Tone.INTERNAL])
    return Text(f"{number(row.result.points)} / {number(row.result.max_points)}", style="bold", no_wrap=True)


def _widest_total(table: UnitTable) -> int:
    return max(_NARROWEST_TOTAL, *(cell_len(_total(row).plain) for row in table.rows))


def _cell(exercise: ExerciseResult | None) -> Text:
    if exercise is None:
        return Text("-", style="dim")
    verdict = shown_verdict(exercise)
    words = Text(short_words(verdict), style=STYLES[tone(verdict)])
    if ungraded(exercise):
        return words
    # `14 wrong answer` would read as a count of wrong answers.
    most = f"/{number(exercise.max_points)}" if exercise.max_points > 0 else ""
    return Text.assemble(f"{number(exercise.points)}{most} ", words)


def _not_passed(row: Row, console: Console) -> Text:
    """The exercises that did not pass, one a line; if all of them ended alike, the verdict once."""
    present = [cell for cell in row.cells if cell is not None]
    verdicts = {shown_verdict(cell) for cell in present}
    if len(verdicts) == 1 and len(present) > 1:
        verdict = verdicts.pop()
        return Text(f"all {short_words(verdict)}", style="dim" if verdict is Verdict.PASSED else STYLES[tone(verdict)])
    return Text("\n").join(
        Text.assemble(encodable(cell.name, console), ": ", _cell(cell))
        for cell in present
        if shown_verdict(cell) is not Verdict.PASSED
    )


def _mean(parts: list[ExerciseResult] | list[Result]) -> str:
    graded = [part.points for part in parts if not ungraded(part)]
    return number(sum(graded) / len(graded)) if graded else "-"


def _summary(table: UnitTable) -> str:
    parts = [counted(len(table.rows), "submission", "submissions")]
    if table.median_points is not None:
        parts.append(f"median {points_of(table.median_points, table.max_points)}")
        parts.append(f"{table.full_marks} with full marks")
    waiting = len(table.rows) - table.graded
    if waiting:
        parts.append(f"{waiting} without marks: our fault, to be graded again")
    return ", ".join(parts) + "."


def _broken(name: str) -> str:
    """A long name cut where its words meet, so that a heading is no wider than its column."""
    lines = [""]
    for word in name_parts(name):
        if lines[-1] and len(lines[-1]) + len(word) > _WIDEST_HEADING:
            lines.append("")
        lines[-1] += word
    return "\n".join(lines)
