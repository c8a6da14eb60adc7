"""The notebooks with the references filled in run from top to bottom in a kernel, and every check under them passes."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.notebooknode import NotebookNode

from autograder.course import find_course
from autograder.course_units import exercise_names
from autograder.quiz.names import question_of
from autograder.release.source import source_notebook

COURSE = find_course(Path(__file__).parent)
UNITS = [pytest.param(unit, id=unit.slug) for unit in COURSE.units.values()]
PICTURES = {"attention", "multihead", "tensors", "positions", "addnorm"}
"""Units that promise a picture: attention maps, position patterns, gradients by depth."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's copy of the release in which everything is solved and answered, and no solutions folder."""
    release = tmp_path_factory.mktemp("solved") / "exercises"
    shutil.copytree(COURSE.root / "exercises", release, ignore=shutil.ignore_patterns("__pycache__", ".*cache"))
    for unit in COURSE.units.values():
        nbformat.write(source_notebook(unit.script), release / unit.name / f"{unit.slug}.ipynb")
    return release


@pytest.mark.parametrize("unit", UNITS)
def test_a_solved_notebook_runs_from_top_to_bottom_and_passes_every_check(solved, unit):
    path = solved / unit.name / f"{unit.slug}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    names = exercise_names(unit)
    checks = {name: said_below(notebook, f"check-{name}") for name in names}
    assert {name: said for name, said in checks.items() if "· passed" not in said} == {}
    answers = [cell.id for cell in notebook.cells if question_of(cell.id)]
    assert {name: said for name in answers if not (said := said_below(notebook, name)).startswith("Noted: ")} == {}
    assert said_to_stderr(notebook) == {}
    if unit.slug in PICTURES:
        assert any("image/png" in output.get("data", {}) for output in outputs(notebook))


def outputs(notebook: NotebookNode) -> list[NotebookNode]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def said_below(notebook: NotebookNode, name: str) -> str:
    (cell,) = [cell for cell in notebook.cells if cell.id == name]
    return "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def said_to_stderr(notebook: NotebookNode) -> dict[str, str]:
    return {
        cell.id: output.text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stderr"
    }
