"""A unit's percent script, read cell by cell.

    # %% [markdown]                      text
    # %%                                 plain code
    # %% solution="softmax"              the stub and its reference, between solution markers
    # %% check="softmax" points=4        the locked cell that is scored

The script is parsed and never run. Every complaint names the file and the line.
"""

from __future__ import annotations

import ast
import io
import math
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from autograder.course import CourseError
from autograder.course_units import read_text
from autograder.percent_cells import PercentCell, percent_cells

BEGIN = "BEGIN SOLUTION"
END = "END SOLUTION"

_CELL_MARKER = re.compile(r"#\s*%%(?:\s|$)")
_LAYOUT_OPTIONS = {"lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker", "title"}
"""What jupytext notes for itself about a cell; anything else on a marker line is the author's."""


class CellKind(StrEnum):
    TEXT = "text"
    CODE = "code"
    SOLUTION = "solution"
    CHECK = "check"


@dataclass(frozen=True)
class Cell:
    """One cell. `line` is its marker's; `name` the exercise of a solution or check cell; `points` a check cell's."""

    kind: CellKind
    source: str
    line: int
    name: str = ""
    points: int | float = 0


@dataclass(frozen=True)
class Script:
    path: Path
    cells: tuple[Cell, ...]

    @property
    def exercises(self) -> dict[str, Cell]:
        """The check cell, with its points, of each exercise in the script's order."""
        return {cell.name: cell for cell in self.cells if cell.kind is CellKind.CHECK}

    @property
    def solutions(self) -> dict[str, Cell]:
        return {cell.name: cell for cell in self.cells if cell.kind is CellKind.SOLUTION}


def read_script(path: Path) -> Script:
    """The cells of the percent script at `path`.

    Raises:
        CourseError: it is missing, is not valid Python, or its cells break the conventions above.
    """
    script = read_page(path)
    _check_structure(script)
    return script


def read_page(path: Path) -> Script:
    """The cells of a percent script that need not have exercises. Raises CourseError as `read_script` does."""
    text = read_python(path)
    lines = [number for number, comment in _comments(text) if _CELL_MARKER.match(comment)]
    cells = percent_cells(path, text)
    if len(cells) == len(lines) + 1:  # text above the first marker is a cell of its own
        lines.insert(0, 1)
    if len(cells) != len(lines):
        raise CourseError(
            f"{path}: {len(lines)} `# %%` lines, but {len(cells)} cells: give each cell one `# %%` at the line's start."
        )
    return Script(path, tuple(_cell(path, line, cell) for line, cell in zip(lines, cells, strict=True)))


def read_python(path: Path) -> str:
    """The text of a Python file of the course. Raises CourseError when it is missing or would not compile."""
    text = read_text(path)
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise CourseError(f"{path}:{error.lineno or 1}: not valid Python ({error.msg}): mend that line.") from None
    except ValueError as error:
        raise CourseError(f"{path}: not valid Python ({error}): mend it.") from None
    return text


def solution_regions(source: str) -> list[tuple[int, int]]:
    """The (first, last) line numbers, from 0, of the marker pairs in a cell: what nbgrader replaces by the stub.

    Raises ValueError, with the line number and a reason, where the markers do not pair up.
    """
    regions: list[tuple[int, int]] = []
    begun: int | None = None
    for number, line in enumerate(source.split("\n")):
        if BEGIN in line:
            if begun is not None:
                raise ValueError(number, f"a second {BEGIN} before the {END}")
            begun = number
        elif END in line:
            if begun is None:
                raise ValueError(number, f"{END} without a {BEGIN} above it")
            regions.append((begun, number))
            begun = None
    if begun is not None:
        raise ValueError(begun, f"{BEGIN} without an {END} below it")
    return regions


def without_markers(source: str) -> str:
    """A solution cell as a reader should see it."""
    return "\n".join(line for line in source.split("\n") if BEGIN not in line and END not in line)


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Comments that have a line to themselves, with its number: a `# %%` inside a string is no cell."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and token.line.strip() == token.string.strip():
            yield token.start[0], token.string


def _cell(path: Path, line: int, cell: PercentCell) -> Cell:
    source = cell.source
    options = {key: value for key, value in cell.options.items() if key not in _LAYOUT_OPTIONS}
    if cell.kind == "raw":
        raise _at(path, line, "a raw cell is shown to nobody: make it [markdown]")
    if cell.kind == "markdown" and options:
        raise _at(path, line, f"a markdown cell has no options, but this one has {_listed(options)}: take them out")
    if cell.kind == "markdown":
        return Cell(CellKind.TEXT, source, line)
    if not options:
        return Cell(CellKind.CODE, source, line)
    name = options.get("solution", options.get("check"))
    if set(options) == {"solution"} and _is_name(name):
        return Cell(CellKind.SOLUTION, source, line, str(name))
    points = options.get("points")
    if set(options) == {"check", "points"} and _is_name(name):
        if isinstance(points, bool) or not isinstance(points, int | float) or not 0 < points < math.inf:
            raise _at(path, line, f"points={points!r} is not a number above 0: write for example points=4")
        return Cell(CellKind.CHECK, source, line, str(name), points)
    raise _at(
        path, line, f'options {_listed(options)} are not understood: write solution="name" or check="name" points=4'
    )


def _check_structure(script: Script) -> None:
    seen: dict[tuple[CellKind, str], int] = {}
    for cell in script.cells:
        regions = _regions_of(script.path, cell)
        if cell.kind is not CellKind.SOLUTION:
            if regions:
                raise _at(script.path, cell.line, f'{BEGIN} outside a solution cell: give the cell solution="name"')
        elif not regions:
            raise _at(
                script.path,
                cell.line,
                f"no `### {BEGIN}` … `### {END}` in the cell of {cell.name}: it would be released as it is",
            )
        else:
            _check_stub(script.path, cell, regions)
        if cell.name:
            first = seen.setdefault((cell.kind, cell.name), cell.line)
            if first != cell.line:
                raise _at(
                    script.path,
                    cell.line,
                    f"a second {cell.kind} cell of {cell.name} (first in line {first}): rename one",
                )
            if cell.kind is CellKind.CHECK and (CellKind.SOLUTION, cell.name) not in seen:
                raise _at(
                    script.path,
                    cell.line,
                    f"no solution cell of {cell.name} above its check cell: add one, or rename it",
                )
    for name, cell in script.solutions.items():
        if name not in script.exercises:
            raise _at(script.path, cell.line, f'no check cell of {name}: add one, `# %% check="{name}" points=…`')
    if not script.exercises:
        raise CourseError(f'{script.path}: no exercise in it: add a cell `# %% solution="name"` and its check cell.')


def _regions_of(path: Path, cell: Cell) -> list[tuple[int, int]]:
    try:
        return solution_regions(cell.source)
    except ValueError as error:
        offset, reason = error.args
        raise _at(path, cell.line + 1 + offset, f"{reason}: each solution needs one of either") from None


def _check_stub(path: Path, cell: Cell, regions: list[tuple[int, int]]) -> None:
    """What is left for the student must be valid Python that defines the exercise's name."""
    lines = cell.source.split("\n")
    for begin, end in reversed(regions):
        if not any(line.strip() and not line.strip().startswith("#") for line in lines[begin + 1 : end]):
            raise _at(
                path, cell.line + 1 + begin, f"nothing between the markers of {cell.name}: put its reference there"
            )
        lines[begin : end + 1] = [
            lines[begin][: len(lines[begin]) - len(lines[begin].lstrip())] + "raise NotImplementedError"
        ]
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError as error:
        raise _at(
            path,
            cell.line + (error.lineno or 1),
            f"the stub of {cell.name} is not valid Python ({error.msg}): move its markers",
        ) from None
    definitions = (ast.FunctionDef, ast.ClassDef)
    if not any(isinstance(node, definitions) and node.name == cell.name for node in tree.body):
        raise _at(
            path,
            cell.line,
            f"the cell does not define {cell.name} outside its markers: keep the `def` or `class` line above them",
        )


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.isidentifier()


def _listed(options: Mapping[str, object]) -> str:
    return ", ".join(key if value is None else f"{key}={value!r}" for key, value in sorted(options.items()))


def _at(path: Path, line: int, message: str) -> CourseError:
    return CourseError(f"{path}:{line}: {message}.")
