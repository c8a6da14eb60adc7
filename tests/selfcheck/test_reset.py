"""An exercise begun again: the stub is back, everything else stays, and nothing is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course import Course, CourseError, find_course
from autograder.release.stubs import stubs_of
from autograder.selfcheck.reset import reset
from autograder.submission import Found, read_submission

RELEASE = Path(__file__).parents[2] / "exercises"
MINE = "def softmax(x, axis=-1):\n    return x"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Two units; a later one has a `softmax` of its own."""
    for unit in ("01_vectors", "02_softmax"):
        shutil.copytree(RELEASE / unit, tmp_path / "exercises" / unit)
    return find_course(tmp_path)


def notebook_of(course: Course):
    return nbformat.read(course.unit("02").notebook, as_version=4)


def save(course: Course, notebook) -> bytes:
    nbformat.write(notebook, course.unit("02").notebook)
    return course.unit("02").notebook.read_bytes()


def written(course: Course) -> bytes:
    """Unit 02 with softmax and log_softmax written, and a cell of the student's own."""
    notebook = notebook_of(course)
    for cell in notebook.cells:
        if cell.id in ("softmax", "log_softmax"):
            cell.source = MINE.replace("softmax", cell.id)
    notebook.cells.insert(3, nbformat.v4.new_code_cell("my_notes = 1", id="mine"))
    return save(course, notebook)


def sources(course: Course) -> dict[str, str]:
    return {cell.id: cell.source for cell in notebook_of(course).cells}


def test_one_exercise_gets_its_stub_back_and_the_others_stay(course):
    before = written(course)
    done = reset(course, "softmax")
    after = sources(course)
    assert after["softmax"] == stubs_of(notebook_of(course))["softmax"]
    assert "NotImplementedError" in after["softmax"]
    assert after["log_softmax"] == MINE.replace("softmax", "log_softmax")
    assert after["mine"] == "my_notes = 1"
    assert done.backup.read_bytes() == before
    nbformat.validate(notebook_of(course))


def test_a_unit_gets_all_its_stubs_back(course):
    written(course)
    assert reset(course, "02_softmax").exercises == list(stubs_of(notebook_of(course)))
    assert "return x" not in sources(course)["log_softmax"]
    assert sources(course)["mine"] == "my_notes = 1"


def test_a_deleted_cell_comes_back_above_its_check_and_is_read_as_the_exercise(course):
    notebook = notebook_of(course)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "softmax"]
    save(course, notebook)
    reset(course, "softmax")
    order = list(sources(course))
    assert order.index("softmax") == order.index("check-softmax") - 1
    program = read_submission(Found("ada", "02_softmax", str(course.unit("02").notebook)), ["softmax"]).programs[
        "softmax"
    ]
    assert "not written yet" in (program.missing or "")


def test_every_reset_keeps_another_backup(course):
    written(course)
    backups = [reset(course, name).backup for name in ("softmax", "log_softmax")]
    first, second = ({cell.id: cell.source for cell in nbformat.read(backup, as_version=4).cells} for backup in backups)
    assert first["softmax"] == MINE
    assert "return x" not in second["softmax"]
    assert "return x" in second["log_softmax"]


def test_an_exercise_that_two_units_have_must_be_named_with_its_unit(course):
    shutil.copytree(course.unit("02").released, course.root / "exercises" / "13_softmax")
    course = find_course(course.root)
    written(course)
    with pytest.raises(CourseError, match="say which, 02_softmax/softmax, 13_softmax/softmax"):
        reset(course, "softmax")
    assert reset(course, "02_softmax/softmax").notebook == course.unit("02_softmax").notebook


@pytest.mark.parametrize("content", ["", "{", '{"cells": []}'])
def test_a_damaged_notebook_is_left_as_it_is(course, content):
    path = course.unit("02").notebook
    path.write_text(content)
    with pytest.raises(CourseError, match="get a fresh copy"):
        reset(course, "02_softmax")
    assert path.read_text() == content
    assert not (course.root / "backups").exists()


def test_the_command_says_what_it_did_and_where_the_backup_is(course, monkeypatch):
    monkeypatch.chdir(course.root)
    told = CliRunner().invoke(main, ["reset", "softmax"])
    assert told.exit_code == 0
    assert "Begun again: softmax" in told.output
    assert "softmax-001.ipynb" in told.output


def test_of_a_unit_the_quiz_is_named_in_one(course, monkeypatch):
    monkeypatch.chdir(course.root)
    told = CliRunner().invoke(main, ["reset", "02_softmax"]).output
    assert "log_softmax" in told
    assert "the answers to the quiz" in told
    assert "quiz-" not in told


def test_a_name_that_nothing_has_is_told_in_one_line(course, monkeypatch):
    monkeypatch.chdir(course.root)
    told = CliRunner().invoke(main, ["reset", "sofmax"])
    assert told.exit_code == 2
    assert told.output.startswith("autograder: Nothing is called 'sofmax'")
    assert told.output.count("\n") == 1


def test_an_exercise_that_its_unit_does_not_have_is_told_with_those_that_it_has(course, monkeypatch):
    monkeypatch.chdir(course.root)
    told = CliRunner().invoke(main, ["reset", "02_softmax/sofmax"])
    assert told.exit_code == 2
    assert "02_softmax has no exercise 'sofmax': it has check_softmax, log_softmax, softmax" in told.output
    assert "quiz-" not in told.output
    assert not (course.root / "backups").exists()


def test_the_start_page_leads_to_every_unit():
    course = find_course(RELEASE.parent)
    notebook = nbformat.read(RELEASE / "start.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells)
    for unit in course.units.values():
        assert f"]({unit.name}/{unit.slug}.ipynb)" in text
