"""A submission as nbgrader should see it: the release's notebook with the student's work in it.

Only the text of a student's cells is taken. Every id, flag and number of points, the locked cells and their order come
from the release, so nothing that was deleted, copied, moved or edited in the notebook's data reaches nbgrader. What is
graded is not this notebook but the file that was handed in; this is what people see.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from textwrap import fill

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.submission.cells import Cell, CellKind

GONE = "# The cell of `{name}` is not in the submission."


def rebuild(release: NotebookNode, cells: Sequence[Cell], notices: Sequence[str] = ()) -> NotebookNode:
    """The notebook of `release` with the work in `cells`.

    Args:
        release: the released notebook; it is not changed.
        cells: the cells that were handed in, in order; none when the file could not be read.
        notices: what was odd about the file: shown in a cell at the top.
    """
    notebook = copy.deepcopy(release)
    template = {cell.id: cell for cell in notebook.cells}
    solutions = {name for name, cell in template.items() if cell.metadata.nbgrader.solution}
    chosen = _chosen(cells, template)
    extras: dict[str, list[Cell]] = {}
    anchor = ""
    for position, cell in enumerate(cells):
        name = chosen.get(position)
        if name is None:
            known = cell.source in {other.source for other in template.values()}
            if cell.source.strip() and not known:
                extras.setdefault(anchor, []).append(cell)
            continue
        anchor = name
        if name in solutions:
            template[name].source = cell.source
    for name in solutions - set(chosen.values()):
        template[name].source = GONE.format(name=name)
    notebook.cells = _assembled(notebook.cells, extras)
    if notices:
        notebook.cells.insert(0, _verbatim("\n".join(fill(notice, 100) for notice in notices), "about-this-file"))
    return notebook


def _chosen(cells: Sequence[Cell], template: dict[str, NotebookNode]) -> dict[int, str]:
    """Position in the submission to the id of the released cell that it is.

    Jupyter gives a pasted copy a new cell id but leaves its grade_id: the cell that has both is the original.
    """
    best: dict[str, tuple[int, int]] = {}
    for position, cell in enumerate(cells):
        for name in (cell.grade_id, cell.cell_id):
            if name is not None and name in template:
                rank = 2 * (cell.cell_id == name) + (cell.grade_id == name)
                if rank > best.get(name, (0, 0))[0]:
                    best[name] = (rank, position)
                break
    return {position: name for name, (_, position) in best.items()}


def _assembled(cells: list[NotebookNode], extras: dict[str, list[Cell]]) -> list[NotebookNode]:
    """The released cells, each followed by what the student added below it."""
    assembled: list[NotebookNode] = []
    count = 0
    for anchor in ("", *(cell.id for cell in cells)):
        assembled += [cell for cell in cells if cell.id == anchor]
        for extra in extras.get(anchor, []):
            count += 1
            assembled.append(_extra(extra, f"extra-{count:03d}"))
    return assembled


def _extra(cell: Cell, cell_id: str) -> NotebookNode:
    if cell.kind is CellKind.TEXT:
        return _verbatim(cell.source, cell_id)
    return new_code_cell(cell.source, id=cell_id)


def _verbatim(text: str, cell_id: str) -> NotebookNode:
    """Shown as it was written: rendered, a student's HTML would run in the browser of whoever grades."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return new_markdown_cell(f"{fence}text\n{text}\n{fence}", id=cell_id)
