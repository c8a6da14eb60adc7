"""nbgrader's own generate step: source notebooks with solutions cleared, cells locked and checksums made.

It runs in this process, in a temporary course, by default without a gradebook, and reads no configuration file: what
is released does not depend on who builds it or where.
"""

from __future__ import annotations

import ast
import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from autograder.course import CourseError

STUB = '# YOUR CODE HERE\nraise NotImplementedError("not written yet")'
"""What stands in a released cell where the reference was."""
GENERATE_STEPS = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
    "autograder.gradebook.keep_stubs.KeepStubs",
]
"""nbgrader's own list, and ours at the end."""


def released_notebooks(
    sources: Mapping[str, tuple[str, NotebookNode]], *, gradebook: str | None = None
) -> dict[str, bytes]:
    """The released notebook of each unit.

    Args:
        sources: unit name, `02_softmax`, to the notebook's name, `softmax`, and its source notebook.
        gradebook: the URL of a gradebook to enter the cells in; if None, there is none.

    Returns:
        Unit name to the bytes of its released notebook.

    Raises:
        CourseError: nbgrader is not installed, or refuses a notebook; the text says which and why.
    """
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        root = Path(folder).resolve()
        for unit, (slug, source) in sources.items():
            path = root / "source" / unit / f"{slug}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(nbformat.writes(source), "utf-8")
        return {unit: _generate(root, unit, slug, gradebook) for unit, (slug, _) in sources.items()}


def canonical(notebook: NotebookNode) -> bytes:
    """The one way in which we write a notebook: the same bytes for the same cells on every system."""
    text: str = nbformat.writes(notebook)
    return (text.rstrip("\n") + "\n").encode("utf-8")


def _generate(root: Path, unit: str, slug: str, gradebook: str | None) -> bytes:
    try:
        from nbgrader.converters import GenerateAssignment
        from nbgrader.converters.base import NbGraderException
        from nbgrader.coursedir import CourseDirectory
        from traitlets.config import Config
    except ImportError as error:
        raise CourseError(f"A build needs nbgrader ({error}): pip install nbgrader.") from None

    config = Config()
    config.ClearSolutions.code_stub = {"python": STUB}
    config.GenerateAssignment.preprocessors = GENERATE_STEPS
    config.SaveCells.enabled = gradebook is not None
    if gradebook is not None:
        config.CourseDirectory.db_url = gradebook
    directory = CourseDirectory(config=config, root=str(root), assignment_id=unit, notebook_id=slug)
    log, complaints = _quiet_log()
    try:
        GenerateAssignment(coursedir=directory, config=config, log=log, no_database=gradebook is None).start()
    except NbGraderException as error:
        reason = complaints.last or str(error)
        raise CourseError(f"nbgrader could not make the release of {unit}: {reason}") from None
    notebook = nbformat.read(root / "release" / unit / f"{slug}.ipynb", as_version=4)
    for cell in notebook.cells:
        _check_cell(unit, cell)
    return canonical(notebook)


def _check_cell(unit: str, cell: NotebookNode) -> None:
    if cell.get("outputs"):
        raise CourseError(
            f"The released notebook of {unit} has outputs in cell {cell.id}: this is a fault of the build."
        )
    if cell.metadata.nbgrader.solution:
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            raise CourseError(
                f"The stub of {cell.id} in {unit} is not valid Python ({error.msg}): move its markers."
            ) from None


class _Complaints(logging.Handler):
    """Keeps the last line of nbgrader's last traceback: the reason in one line."""

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage().strip()
        if "Traceback" in text:
            self.last = text.splitlines()[-1]


def _quiet_log() -> tuple[logging.Logger, _Complaints]:
    log = logging.Logger("autograder.release", logging.ERROR)  # not registered: nobody's settings reach it
    complaints = _Complaints()
    log.addHandler(complaints)
    return log, complaints
