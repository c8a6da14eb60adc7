"""Percent script to source notebook: the cells with nbgrader's metadata, and nothing that a second run would change."""

from __future__ import annotations

from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.percent_script import Cell, CellKind, Script, read_script
from autograder.quiz.cells import quiz_cells


def source_notebook(script: Path) -> NotebookNode:
    """The source notebook of the percent script at `script`, references included.

    A cell's id is its grade_id: `softmax` for the solution, `check-softmax` for its check, `text-001`, `code-001` for
    the others in the script's order. So a student's notebook can be matched when its metadata is lost. The cells of the
    unit's quiz follow.

    Raises:
        CourseError: the script is missing or breaks the conventions.
    """
    return notebook_of(read_script(script))


def notebook_of(script: Script) -> NotebookNode:
    """The source notebook of a script that has been read."""
    counts = {CellKind.TEXT: 0, CellKind.CODE: 0}
    cells = []
    for cell in script.cells:
        if cell.kind in counts:
            counts[cell.kind] += 1
            cells.append(_node(cell, f"{cell.kind}-{counts[cell.kind]:03d}"))
        else:
            cells.append(_node(cell, cell.name if cell.kind is CellKind.SOLUTION else f"check-{cell.name}"))
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    cells += quiz_cells(script.path)
    notebook = new_notebook(cells=cells, metadata=metadata)
    notebook.nbformat, notebook.nbformat_minor = (
        4,
        5,
    )  # the first with cell ids; a later default would change every release
    return notebook


def _node(cell: Cell, grade_id: str) -> NotebookNode:
    nbgrader: dict[str, object] = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": cell.kind is CellKind.CHECK,
        "solution": cell.kind is CellKind.SOLUTION,
        "locked": cell.kind is not CellKind.SOLUTION,
        "task": False,
    }
    if cell.kind is CellKind.CHECK:
        nbgrader["points"] = cell.points
    new_cell = new_markdown_cell if cell.kind is CellKind.TEXT else new_code_cell
    return new_cell(cell.source, id=grade_id, metadata={"nbgrader": nbgrader})
