"""The stubs of a released notebook, kept in its metadata: an exercise can be begun again even where its cell is gone."""

from __future__ import annotations

from nbformat.notebooknode import NotebookNode

KEY = "autograder"


def stubs_of(notebook: NotebookNode) -> dict[str, str]:
    """Exercise to the source of its cell as it was released; empty for a notebook that says nothing, or nonsense."""
    kept = notebook.metadata.get(KEY)
    stubs = kept.get("stubs") if isinstance(kept, dict) else None
    if not isinstance(stubs, dict):
        return {}
    return {name: source for name, source in stubs.items() if isinstance(source, str)}


def keep_stubs(notebook: NotebookNode) -> None:
    """Note the source of every solution cell, which nbgrader has cleared."""
    marked = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    notebook.metadata[KEY] = {"stubs": {cell.metadata.nbgrader.grade_id: cell.source for cell in marked}}
