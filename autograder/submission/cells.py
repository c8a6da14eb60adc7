"""A submission's file as a list of cells, whatever kind of file it was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

MAX_FILE = 64 * 2**20
"""Bytes of one file, and of all files of a zip together. Notebooks with many figures reach a tenth of it."""

MAX_CODE = 128 * 2**10
"""Characters of code in one file: several times a long notebook. Python's compiler takes time in the square of some texts,
ten thousand equal functions for one; at this size the worst that is known takes three seconds."""

LONGEST_QUOTE = 50
"""Characters of a line that a message quotes."""


class CellKind(Enum):
    CODE = "code"
    TEXT = "text"
    """Markdown and raw cells: never run."""
    CHECK = "check"
    """The locked cells that call the checks: code, but not the student's."""


@dataclass(frozen=True)
class Cell:
    """One cell. `origin` is how messages call it ("cell 5", counted from 1); `line` is its first line there.

    `names` are its nbgrader id and its cell id, in this order, either of them None where it has none.
    """

    origin: str
    kind: CellKind
    source: str
    line: int = 1
    grade_id: str | None = None
    cell_id: str | None = None

    def is_meant_for(self, exercise: str) -> bool:
        """True for the cell in which the release had the exercise's stub, and for copies of it."""
        return exercise in (self.grade_id, self.cell_id)

    def place_of(self, name: str) -> str:
        """`origin` and the line where `name` stands, to search for: Jupyter's prompts, [5], count runs and not cells."""
        line = re.search(rf"^[^#\n]*\b{re.escape(name)}\b.*", self.source, re.MULTILINE)
        return self._quoted(line[0]) if line else self.origin

    @property
    def place(self) -> str:
        """`origin` and the first line that is written there."""
        first = next((line for line in self.source.split("\n") if line.strip()), "")
        return self._quoted(first) if first else self.origin

    def _quoted(self, line: str) -> str:
        quote = printable(line.strip().replace("`", "'"))
        return f"{self.origin}, `{quote if len(quote) <= LONGEST_QUOTE else f'{quote[:LONGEST_QUOTE]} …'}`"


def printable(text: str) -> str:
    """`text` for a message, without what would move a terminal's cursor or fits no encoding."""
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


class UnreadableError(Exception):
    """A student's file that cannot be read. The text says what was found and what the student can do."""
