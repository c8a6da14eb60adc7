"""Every kind of leak is found: each test hides one secret in a release that is clean without it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from autograder.course import Course, CourseError
from autograder.release import build, leaks

from .course import SEED, replace_in, tree, write_course

SOLUTION_LINE = "return secret_factor * np.asarray(x, dtype=np.float64)"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    course = write_course(tmp_path / "course")
    build(course)
    return course


@pytest.fixture
def release(course: Course) -> Path:
    return course.root / "exercises"


def edit_notebook(release: Path, change: Callable[[nbformat.NotebookNode], None]) -> None:
    path = release / "01_double" / "double.ipynb"
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def test_a_clean_release_has_no_leaks(course: Course, release: Path) -> None:
    assert leaks(course, release) == []


def test_a_solution_line_in_a_lesson_is_found(course: Course, release: Path) -> None:
    edit_notebook(release, lambda notebook: notebook.cells[0].update(source=f"Hint:\n\n    {SOLUTION_LINE}"))
    assert leaks(course, release) == [
        "01_double/double.ipynb has text of the solution of double (solutions/01_double/double.py)."
    ]


def test_a_comment_of_a_solution_is_found(course: Course, release: Path) -> None:
    (release / "hint.md").write_text("secret_factor = np.float64(2.0)  # the number two, of course")
    assert "hint.md has text of the solution of double" in leaks(course, release)[0]


def test_a_short_solution_is_found_as_a_whole(course: Course, release: Path) -> None:
    (release / "hint.md").write_text("    return x + x + x")
    assert "hint.md has text of the solution of triple" in leaks(course, release)[0]


def test_a_solution_line_in_an_output_is_found(course: Course, release: Path) -> None:
    output = nbformat.v4.new_output("execute_result", data={"text/plain": SOLUTION_LINE, "text/html": "…"})
    edit_notebook(release, lambda notebook: notebook.cells[1].outputs.append(output))
    assert "double.ipynb has text of the solution of double" in leaks(course, release)[0]


@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_secret_in_metadata_is_found_however_it_is_written(course: Course, release: Path, ascii_only: bool) -> None:
    replace_in(course.unit("triple").grader, "== 0.375", '== 0.375, "so groß wie drei Achtel"')
    path = release / "02_triple" / "triple.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    notebook["metadata"]["autograder"] = {"kept": 'assert student.triple(0.125) == 0.375, "so groß wie drei Achtel"'}
    path.write_text(json.dumps(notebook, ensure_ascii=ascii_only), "utf-8")
    assert leaks(course, release) == [
        "02_triple/triple.ipynb has text of solutions/02_triple/grade_triple.py (line 8)."
    ]


def test_a_secret_in_json_inside_json_is_found(course: Course, release: Path) -> None:
    inner = json.dumps({"source": ['@exercise("double", points=4)\nclass TestDouble:\n']})
    (release / "state.json").write_text(json.dumps({"saved": inner}))
    assert leaks(course, release) == ["state.json has text of solutions/01_double/grade_double.py (line 4)."]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("grade_double.py", "assert student.double(1_234_567.5) == reference.double(1_234_567.5)"),
        ("mistakes.py", "return np.asarray(x) + np.asarray([2.0, 2.0])"),
        ("alternatives.py", "return np.ldexp(np.asarray(x, dtype=float), 1)"),
        ("quiz.py", 'right=Option("Six", because="six, because three and three are six"),'),
        ("notes.txt", "private notes of the author: pay attention to people who add two"),
    ],
)
def test_a_line_of_a_secret_file_is_found(course: Course, release: Path, name: str, line: str) -> None:
    assert line in (course.unit("double").secret / name).read_text("utf-8")
    (release / "01_double" / "data.bin").write_bytes(b"\xff\x00" + line.replace(" ", "\t").encode() + b"\x00")
    assert f"01_double/data.bin has text of solutions/01_double/{name} (line " in leaks(course, release)[0]


def test_many_lines_of_a_file_are_one_message(course: Course, release: Path) -> None:
    (release / "copy.txt").write_bytes(course.unit("double").grader.read_bytes())
    path = "solutions/01_double/grade_double.py"
    assert leaks(course, release) == [f"copy.txt has text of {path} (lines 4, 7, 8 and 6 more)."]


def test_a_notebook_of_the_authors_own_is_secret_but_for_what_is_public(course: Course, release: Path) -> None:
    source = course.unit("double").script.with_suffix(".ipynb")
    notebook = nbformat.read(source, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("print([double(n) for n in range(1_000)])"))
    nbformat.write(notebook, source.with_name("scratch.ipynb"))
    assert leaks(course, release) == []
    (release / "copy.txt").write_text("print([double(n) for n in range(1_000)])")
    assert leaks(course, release) == ["copy.txt has text of solutions/01_double/scratch.ipynb."]


def test_a_quiz_answer_is_found_without_its_question(course: Course, release: Path) -> None:
    (release / "quiz.html").write_text("<p hidden>six, because three and three are six</p>")
    assert leaks(course, release) == ["quiz.html has text of an explanation in solutions/01_double/quiz.py."]


@pytest.mark.parametrize(
    "form", [SEED, SEED.encode().hex(), base64.b64encode(SEED.encode()).decode()], ids=["plain", "hex", "base64"]
)
def test_the_seed_of_the_course_is_found(course: Course, release: Path, form: str) -> None:
    edit_notebook(release, lambda notebook: notebook.metadata.update(seed=form))
    assert leaks(course, release) == ["01_double/double.ipynb has text of the course's seed."]


def test_solution_markers_are_found(course: Course, release: Path) -> None:
    edit_notebook(release, lambda notebook: notebook.cells[3].update(source="### BEGIN SOLUTION\npass"))
    assert leaks(course, release) == [
        "01_double/double.ipynb has a BEGIN SOLUTION marker: the reference was not taken out."
    ]


@pytest.mark.parametrize("name", ["grade_double.py", "mistakes.py", "alternatives.py", "quiz.py", "course.toml"])
def test_the_name_of_a_secret_file_is_enough(course: Course, release: Path, name: str) -> None:
    (release / "01_double" / name).write_text("")
    assert leaks(course, release) == [f"01_double/{name} has the name of a secret file: it is no part of a release."]


def test_a_folder_of_this_machine_is_found(course: Course, release: Path) -> None:
    (release / "log.txt").write_text(f"written by {course.root.resolve()}/x")
    assert "log.txt has text of this machine's folders" in leaks(course, release)[0]


def test_a_link_is_found(course: Course, release: Path) -> None:
    (release / "solutions").symlink_to(course.root / "solutions")
    assert leaks(course, release) == ["solutions is a link: a release has files only."]


def test_a_line_that_is_also_in_a_visible_check_is_no_secret(course: Course, release: Path) -> None:
    line = "        assert student.triple(2) == 6"
    replace_in(course.unit("triple").grader, "        assert student.triple(0.125) == 0.375", line)
    assert leaks(course, release) == []


def test_a_line_that_is_part_of_a_longer_one_in_a_stand_in_is_no_secret(course: Course, release: Path) -> None:
    line = "dtype = x.dtype if x.dtype.kind == 'f' else np.float64"
    replace_in(course.unit("double").mistakes, "    return", f"    {line}\n    return")
    replace_in(course.unit("double").stand_ins, "    return", f"    x = x.astype({line})\n    return")
    build(course)
    assert leaks(course, release) == []


def test_a_build_that_would_leak_writes_nothing(course: Course, release: Path) -> None:
    before = tree(release)
    replace_in(course.unit("double").script, "# ## Your turn", f"# ## Your turn\n# `{SOLUTION_LINE}`")
    with pytest.raises(CourseError, match=r"nothing was written: 01_double/double\.ipynb has text of the solution of"):
        build(course)
    assert tree(release) == before
