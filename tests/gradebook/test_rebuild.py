"""Whatever was done to a notebook, nbgrader sees the release with the student's text in it."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator

from autograder.course import Course
from autograder.gradebook.rebuild import rebuild
from autograder.submission.cells import Cell, CellKind
from autograder.submission.notebook import notebook_cells

from .course import RIGHT, cell_of, filled, released, write_course


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return write_course(tmp_path_factory.mktemp("rebuild") / "course")


@pytest.fixture(scope="module")
def release(course: Course) -> Any:
    return released(course)


def cells_of(notebook: Any) -> list[Cell]:
    return notebook_cells(json.dumps(notebook).encode("utf-8"))[0]


def ids(notebook: Any) -> list[str]:
    return [cell.id for cell in notebook.cells]


def test_the_students_text_is_in_the_released_notebook(course: Course, release: Any) -> None:
    rebuilt = rebuild(release, cells_of(filled(course, RIGHT)))
    assert ids(rebuilt) == ids(release)
    assert cell_of(rebuilt, "double").source == RIGHT["double"]
    assert cell_of(rebuilt, "double").metadata == cell_of(release, "double").metadata


def test_the_release_itself_is_not_changed(course: Course, release: Any) -> None:
    before = json.dumps(release)
    rebuild(release, cells_of(filled(course, RIGHT)), ["a notice"])
    assert json.dumps(release) == before


def test_locked_cells_are_the_releases(course: Course, release: Any) -> None:
    changed = filled(course, {"check-double": "check(lambda x: 2 * x)", "text-001": "# My own title"})
    rebuilt = rebuild(release, cells_of(changed))
    assert cell_of(rebuilt, "check-double").source == "check(double)"
    assert cell_of(rebuilt, "text-001").source == "# 01 · Numbers"


def test_a_deleted_cell_is_said_to_be_missing(course: Course, release: Any) -> None:
    notebook = filled(course, RIGHT)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "double"]
    rebuilt = rebuild(release, cells_of(notebook))
    assert cell_of(rebuilt, "double").source == "# The cell of `double` is not in the submission."
    assert ids(rebuilt) == ids(release)


@pytest.mark.parametrize("place", [0, 4, 99])
def test_the_original_counts_before_a_pasted_copy(course: Course, release: Any, place: int) -> None:
    notebook = filled(course, RIGHT)
    copy = nbformat.from_dict({**cell_of(notebook, "double"), "id": "a1b2c3d4", "source": "def double(x): 'copy'"})
    notebook.cells.insert(place, copy)
    rebuilt = rebuild(release, cells_of(notebook))
    assert cell_of(rebuilt, "double").source == RIGHT["double"]
    assert [cell.source for cell in rebuilt.cells if cell.id.startswith("extra-")] == ["def double(x): 'copy'"]


def test_a_cell_without_metadata_is_known_by_its_id(course: Course, release: Any) -> None:
    notebook = filled(course, RIGHT)
    for cell in notebook.cells:
        cell.metadata = {}
    assert cell_of(rebuild(release, cells_of(notebook)), "triple").source == RIGHT["triple"]


def test_a_cell_without_an_id_is_known_by_its_metadata(course: Course, release: Any) -> None:
    notebook = filled(course, RIGHT)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"new-{number}"
    assert cell_of(rebuild(release, cells_of(notebook)), "triple").source == RIGHT["triple"]


def test_added_cells_stand_where_the_student_put_them(course: Course, release: Any) -> None:
    notebook = filled(course, RIGHT)
    notebook.cells.insert(3, nbformat.v4.new_code_cell("double(4.0)"))
    notebook.cells.insert(0, nbformat.v4.new_code_cell("import math"))
    rebuilt = rebuild(release, cells_of(notebook))
    assert ids(rebuilt)[0] == "extra-001"
    assert ids(rebuilt).index("extra-002") == ids(rebuilt).index("double") + 1


def test_added_text_is_shown_as_it_was_written(release: Any) -> None:
    added = Cell("cell 1", CellKind.TEXT, "````\n<img src=x onerror=alert(1)>\n````")
    source = rebuild(release, [added]).cells[0].source
    assert source == "`````text\n````\n<img src=x onerror=alert(1)>\n````\n`````"


def test_notices_stand_at_the_top(release: Any) -> None:
    first = rebuild(release, [], ["The notebook is empty."]).cells[0]
    assert (first.cell_type, "The notebook is empty." in first.source) == ("markdown", True)
    assert "nbgrader" not in first.metadata


NAMES = st.sampled_from(
    ["double", "triple", "check-double", "code-001", "text-001", "extra-001", "about-this-file", "x"]
)
CELLS = st.lists(
    st.builds(
        Cell,
        origin=st.just("cell 1"),
        kind=st.sampled_from(CellKind),
        source=st.text(max_size=20),
        grade_id=st.none() | NAMES,
        cell_id=st.none() | NAMES,
    ),
    max_size=12,
)


@given(cells=CELLS, notices=st.lists(st.text(max_size=10), max_size=2))
def test_any_cells_give_a_notebook_that_nbgrader_accepts(release: Any, cells: list[Cell], notices: list[str]) -> None:
    rebuilt = rebuild(release, cells, notices)
    nbformat.validate(rebuilt)
    MetadataValidator().validate_nb(rebuilt)
    assert len(set(ids(rebuilt))) == len(rebuilt.cells)
    kept = [cell for cell in rebuilt.cells if "nbgrader" in cell.metadata]
    assert [(cell.id, cell.metadata) for cell in kept] == [(cell.id, cell.metadata) for cell in release.cells]
