"""Plain `nbgrader generate_assignment` releases what our build releases, and nothing secret."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import ignore_patterns
from traitlets.config import Config

from autograder.course import Course, CourseError
from autograder.gradebook import configure
from autograder.gradebook.secrecy import refuse_secrets, secret_patterns
from autograder.release import build, leaks

from .course import write_course
from .nbgrader_runs import nbgrader


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return write_course(tmp_path / "course")


def unit_files(course: Course) -> dict[str, bytes]:
    folder = course.unit("numbers").released
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_plain_nbgrader_makes_the_very_release_of_a_build(course: Course) -> None:
    before = unit_files(course)
    source = course.unit("numbers").script.with_suffix(".ipynb")
    tampered = nbformat.read(source, as_version=4)
    tampered.cells[0].source = "return x + x if x else 0.0"
    nbformat.write(tampered, source)
    ended = nbgrader(course, "generate_assignment", "01_numbers", "--force")
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert unit_files(course) == before
    assert leaks(course, course.root / "exercises") == []
    assert build(course).written == ()


def test_plain_nbgrader_refuses_another_notebook_beside_the_source(course: Course) -> None:
    scratch = course.unit("numbers").secret / "scratch.ipynb"
    scratch.write_bytes(course.unit("numbers").script.with_suffix(".ipynb").read_bytes())
    ended = nbgrader(course, "generate_assignment", "01_numbers", "--force")
    assert ended.returncode != 0
    assert "is not the notebook of 01_numbers, numbers.ipynb: no other is released" in ended.stderr
    assert not course.unit("numbers").released.exists()


def test_every_secret_file_has_a_pattern(course: Course) -> None:
    patterns = secret_patterns(course.root)
    secret = [path.name for path in course.unit("numbers").secret.iterdir() if path.suffix != ".ipynb"]
    public = {"test_numbers.py"}
    assert {name for name in secret if not any(Path(name).match(pattern) for pattern in patterns)} == public


def test_a_folder_without_a_course_still_has_our_conventions(tmp_path: Path) -> None:
    assert "grade_*.py" in secret_patterns(tmp_path)


def test_a_secret_file_that_was_copied_all_the_same_is_refused(course: Course, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("copied by an nbgrader that was started before the file was there")
    with pytest.raises(CourseError, match="notes has the name of a secret file of 01_numbers: restart nbgrader"):
        refuse_secrets(course, course.unit("numbers"), tmp_path)


def test_what_checking_leaves_in_a_units_folder_is_neither_released_nor_collected(tmp_path: Path) -> None:
    config = Config()
    configure(config, tmp_path)
    folder = tmp_path / "unit"
    for name in (".pytest_cache", ".hypothesis", "kept"):
        (folder / name).mkdir(parents=True)
    left_out = ignore_patterns(exclude=config.CourseDirectory.ignore)
    assert set(left_out(str(folder), [".pytest_cache", ".hypothesis", "kept"])) == {".pytest_cache", ".hypothesis"}
