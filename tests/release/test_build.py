"""A build writes what students get, the same bytes every time, and leaves alone what is not its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder.course import Course, CourseError, find_course
from autograder.release import build, stale
from autograder.release.stubs import stubs_of

from .course import RELEASED, replace_in, tree, write_course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return write_course(tmp_path / "course")


@pytest.fixture
def built(course: Course) -> Course:
    build(course)
    return course


def released(course: Course, path: str = "01_double/double.ipynb") -> Path:
    return course.root / "exercises" / path


def test_exactly_the_allowed_files_are_released(built: Course) -> None:
    assert set(tree(built.root / "exercises")) == RELEASED


def test_visible_checks_and_stand_ins_are_copied_as_they_are(built: Course) -> None:
    for name in ("01_double/test_double.py", "01_double/stand_ins.py"):
        assert released(built, name).read_bytes() == (built.root / "solutions" / name).read_bytes()


def test_the_start_page_is_a_notebook_of_its_own(built: Course) -> None:
    (cell,) = nbformat.read(released(built, "start.ipynb"), as_version=4).cells
    assert cell.source.startswith("# Welcome")


def test_a_released_notebook_keeps_its_stubs(built: Course) -> None:
    notebook = nbformat.read(released(built), as_version=4)
    stubs = {cell.id: cell.source for cell in notebook.cells if cell.metadata.nbgrader.solution}
    assert stubs
    assert stubs_of(notebook) == stubs


@pytest.mark.parametrize("kept", [None, "x", {"stubs": "x"}, {"stubs": {"double": 3}}, {}])
def test_a_notebook_whose_metadata_were_changed_has_no_stubs(kept: object) -> None:
    assert stubs_of(nbformat.v4.new_notebook(metadata={"autograder": kept})) == {}


def test_released_stubs_say_that_they_are_not_written_yet(built: Course) -> None:
    cells = {cell.id: cell for cell in nbformat.read(released(built), as_version=4).cells}
    namespace: dict[str, object] = {}
    exec(cells["double"].source, namespace)
    with pytest.raises(NotImplementedError, match=r"^not written yet$"):
        namespace["double"](1.0)  # type: ignore[operator]


def test_released_notebooks_are_valid_for_jupyter_and_for_nbgrader(built: Course) -> None:
    notebook = nbformat.read(released(built), as_version=4)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    locked = [cell.id for cell in notebook.cells if cell.metadata.get("editable") is False]
    assert "check-double" in locked
    assert "double" not in locked


def test_released_notebooks_have_no_outputs_and_no_counts(built: Course) -> None:
    cells = json.loads(released(built).read_text("utf-8"))["cells"]
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)


def test_source_notebooks_are_written_for_the_formgrader(built: Course) -> None:
    source = (built.root / "solutions" / "01_double" / "double.ipynb").read_text("utf-8")
    assert "secret_factor" in source
    assert "BEGIN SOLUTION" in source


def test_the_same_course_elsewhere_gives_the_same_bytes(built: Course, tmp_path: Path) -> None:
    other = tmp_path / "über dem Berg" / "course"
    shutil.copytree(built.root / "solutions", other / "solutions")
    code = "import sys, pathlib; from autograder.course import find_course; from autograder.release import build; "
    code += "build(find_course(pathlib.Path(sys.argv[1])))"
    environment = {**os.environ, "LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "TZ": "Pacific/Auckland"}
    environment |= {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONHASHSEED": "77"}
    subprocess.run([sys.executable, "-c", code, str(other)], cwd="/", env=environment, check=True)
    assert tree(other / "exercises") == tree(built.root / "exercises")


def test_no_folder_of_this_machine_is_in_the_release(built: Course, tmp_path: Path) -> None:
    for data in tree(built.root / "exercises").values():
        assert str(tmp_path).encode() not in data
        assert str(Path.home()).encode() not in data


def test_building_again_writes_nothing(built: Course) -> None:
    before = {path: path.stat().st_mtime_ns for path in (built.root / "exercises").rglob("*")}
    report = build(built)
    assert report.written == ()
    assert {path: path.stat().st_mtime_ns for path in (built.root / "exercises").rglob("*")} == before


def test_only_what_changed_is_written(built: Course) -> None:
    replace_in(built.unit("triple").script, "Three times", "Thrice")
    assert build(built).written == ("02_triple/triple.ipynb",)
    assert "Thrice" in released(built, "02_triple/triple.ipynb").read_text("utf-8")


def test_another_destination_leaves_exercises_alone(course: Course, tmp_path: Path) -> None:
    build(course, tmp_path / "elsewhere")
    assert set(tree(tmp_path / "elsewhere")) == RELEASED
    assert not (course.root / "exercises").exists()


def test_a_unit_that_is_gone_is_removed_with_its_folder(built: Course) -> None:
    shutil.rmtree(built.unit("triple").secret)
    report = build(find_course(built.root))
    assert report.removed == ("02_triple/test_triple.py", "02_triple/triple.ipynb")
    assert not (built.root / "exercises" / "02_triple").exists()


def test_a_students_copy_cannot_be_built(built: Course) -> None:
    shutil.rmtree(built.root / "solutions")
    with pytest.raises(CourseError, match=r"no solutions/: this is a student's copy"):
        build(find_course(built.root))


# What a student changed


def test_a_changed_file_stops_the_build_and_is_named(built: Course) -> None:
    replace_in(released(built), "not written yet", "my work")
    replace_in(built.unit("triple").script, "Three times", "Thrice")
    before = tree(built.root / "exercises")
    with pytest.raises(CourseError, match=r"01_double/double\.ipynb \(was changed\).*autograder build --backup"):
        build(built)
    assert tree(built.root / "exercises") == before


def test_a_backup_keeps_the_changed_file_and_numbers_it(built: Course) -> None:
    backup = built.root / ".course-backup"
    for number in ("1", "2"):
        replace_in(released(built), "not written yet", f"my work {number}")
        report = build(built, keep=backup)
        assert report.kept == {"01_double/double.ipynb": backup / number / "01_double" / "double.ipynb"}
        assert f"my work {number}" in (backup / number / "01_double" / "double.ipynb").read_text("utf-8")
    assert "my work 1" in (backup / "1" / "01_double" / "double.ipynb").read_text("utf-8")
    assert stale(built) == []


def test_without_changes_there_is_no_backup_folder(built: Course) -> None:
    build(built, keep=built.root / ".course-backup")
    assert not (built.root / ".course-backup").exists()


def test_a_students_own_files_stay_where_they_are(built: Course) -> None:
    released(built, "01_double/notes.md").write_text("mine")
    released(built, "02_triple/data").mkdir()
    released(built, "02_triple/data/numbers.csv").write_text("1,2")
    shutil.rmtree(built.unit("triple").secret)
    build(find_course(built.root))
    assert released(built, "01_double/notes.md").read_text() == "mine"
    assert released(built, "02_triple/data/numbers.csv").read_text() == "1,2"


def test_a_file_in_the_way_that_no_build_wrote_is_not_overwritten(course: Course) -> None:
    released(course).parent.mkdir(parents=True)
    released(course).write_text("written by hand")
    with pytest.raises(CourseError, match=r"01_double/double\.ipynb \(was not written by a build\)"):
        build(course)
    assert released(course).read_text() == "written by hand"


def test_a_changed_file_of_a_unit_that_is_gone_is_not_removed(built: Course) -> None:
    shutil.rmtree(built.unit("triple").secret)
    replace_in(released(built, "02_triple/triple.ipynb"), "not written yet", "my work")
    with pytest.raises(CourseError, match=r"02_triple/triple\.ipynb \(was changed\)"):
        build(find_course(built.root))
    assert "my work" in released(built, "02_triple/triple.ipynb").read_text("utf-8")


@pytest.mark.parametrize("record", [None, "{", '{"files": {"../../outside.txt": "0"}}', '{"files": []}'])
def test_without_a_usable_record_every_difference_is_a_students(built: Course, record: str | None) -> None:
    outside = built.root.parent / "outside.txt"
    outside.write_text("not ours")
    released(built, ".release.json").unlink()
    if record is not None:
        released(built, ".release.json").write_text(record)
    replace_in(built.unit("double").script, "twice as much", "two of it")
    with pytest.raises(CourseError, match=r"01_double/double\.ipynb \(was not written by a build\)\. Run"):
        build(built)
    build(built, keep=built.root / ".course-backup")
    assert outside.read_text() == "not ours"
    assert stale(built) == []


def test_a_deleted_file_is_made_again(built: Course) -> None:
    released(built).unlink()
    assert build(built).written == ("01_double/double.ipynb",)


def test_a_link_is_not_written_through(built: Course, tmp_path: Path) -> None:
    work = tmp_path / "work.ipynb"
    work.write_text("elsewhere")
    released(built).unlink()
    released(built).symlink_to(work)
    with pytest.raises(CourseError, match=r"01_double/double\.ipynb \(is a link\)"):
        build(built)
    report = build(built, keep=built.root / ".course-backup")
    assert work.read_text() == "elsewhere"
    assert report.kept["01_double/double.ipynb"].readlink() == work
    assert not released(built).is_symlink()


def test_a_folder_in_the_way_is_named(built: Course) -> None:
    released(built).unlink()
    released(built).mkdir()
    with pytest.raises(CourseError, match=r"double\.ipynb is a folder, but a file of the release belongs there"):
        build(built)


def test_a_unit_folder_that_is_a_link_is_named(built: Course, tmp_path: Path) -> None:
    shutil.move(built.root / "exercises" / "01_double", tmp_path / "moved")
    (built.root / "exercises" / "01_double").symlink_to(tmp_path / "moved")
    with pytest.raises(CourseError, match="01_double is not a plain folder"):
        build(built)


# Stale or fresh


def test_a_fresh_release_is_not_stale(built: Course) -> None:
    released(built, "01_double/__pycache__").mkdir()
    released(built, "01_double/__pycache__/test_double.pyc").write_bytes(b"")
    assert stale(built) == []


def test_a_changed_script_makes_the_release_stale(built: Course) -> None:
    replace_in(built.unit("double").script, "twice as much", "two of it")
    assert stale(built) == [
        "exercises/01_double/double.ipynb is not what a build makes: run `autograder build`.",
        "exercises/.release.json is not what a build makes: run `autograder build`.",
    ]


def test_a_missing_and_a_foreign_file_make_the_release_stale(built: Course) -> None:
    released(built, "01_double/test_double.py").unlink()
    released(built, "01_double/extra.txt").write_text("?")
    assert stale(built) == [
        "exercises/01_double/test_double.py is missing: run `autograder build`.",
        "exercises/01_double/extra.txt is not part of the release: remove it.",
    ]


def test_asking_writes_nothing(course: Course) -> None:
    before = tree(course.root)
    stale(course)
    assert tree(course.root) == before
