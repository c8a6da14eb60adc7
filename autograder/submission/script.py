"""The text of a .py file -> its cells.

A module that is valid Python is one cell. One that is not is split where editors and notebook exports mark cells (`#
%%`, `# In[3]:`), so that a broken cell costs only its own exercise. The file's own line numbers are kept.
"""

from __future__ import annotations

import re

from autograder.submission.cells import MAX_CODE, MAX_FILE, Cell, CellKind, UnreadableError
from autograder.submission.notebook import decoded
from autograder.submission.statements import parses

MARKER = re.compile(r"^#[ ]?(?:%%(?P<text>[^\n]*\[(?:markdown|md|raw)\])?|In\s?\[[ \d]*\]:)")


def script_cells(data: bytes, origin: str) -> tuple[list[Cell], list[str]]:
    """The cells of the module or percent script called `origin`, and notices about it.

    Raises UnreadableError for a file that is empty or too large.
    """
    notices: list[str] = []
    if len(data) > MAX_FILE:
        raise UnreadableError(f"{origin} has more than {MAX_FILE // 2**20} MiB: take data out of it.")
    text = decoded(data, notices).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UnreadableError(f"{origin} is empty ({len(data)} bytes): save your work and hand it in again.")
    if len(text) > MAX_CODE:
        raise UnreadableError(f"{origin} holds more than {MAX_CODE // 1024} KiB of code: take data out of it.")
    return cells_of_module(text, origin), notices


def cells_of_module(text: str, origin: str) -> list[Cell]:
    if parses(text):
        return [Cell(origin, CellKind.CODE, text)]
    lines = text.split("\n")
    starts = [0] + [number for number, line in enumerate(lines) if number and MARKER.match(line)]
    return [
        Cell(origin, _kind(lines[start]), "\n".join(lines[start:end]), line=start + 1)
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
    ]


def _kind(first_line: str) -> CellKind:
    marker = MARKER.match(first_line)
    return CellKind.TEXT if marker and marker["text"] else CellKind.CODE
