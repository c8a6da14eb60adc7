"""What `progress()` counts: points by the visible checks, and attempts until an exercise passes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from autograder.course import Course, find_course
from autograder.selfcheck import attempts
from autograder.selfcheck.live import check
from autograder.selfcheck.progress import print_progress

WRONG = "def dot(a, b):\n    return 0.0\n"
RIGHT = """\
def dot(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    return float(sum(float(x) * float(y) for x, y in zip(a, b)))
"""


@pytest.fixture
def copy(course: Course, tmp_path: Path) -> Course:
    """A student's copy of one unit."""
    shutil.copytree(course.root / "exercises" / "01_vectors", tmp_path / "exercises" / "01_vectors")
    return find_course(tmp_path)


def written(copy: Course, source: str) -> None:
    path = copy.unit("01_vectors").notebook
    notebook = json.loads(path.read_text("utf-8"))
    next(cell for cell in notebook["cells"] if cell["id"] == "dot")["source"] = source
    path.write_text(json.dumps(notebook), "utf-8")


def worth(copy: Course) -> dict[str, float]:
    cells = json.loads(copy.unit("01_vectors").notebook.read_text("utf-8"))["cells"]
    marks = {cell["id"]: cell["metadata"]["nbgrader"] for cell in cells if cell["id"].startswith("check-")}
    return {name: mark["points"] for name, mark in marks.items() if not name.startswith("check-q")}


def checked(copy: Course, monkeypatch: pytest.MonkeyPatch, source: str) -> bool:
    import __main__

    exec(source, vars(__main__))
    monkeypatch.setattr(__main__.dot, "__module__", "__main__")
    return bool(check(__main__.dot, folder=copy.unit("01_vectors").notebook.parent))


def line(copy: Course, capsys: pytest.CaptureFixture[str]) -> str:
    print_progress(copy)
    return capsys.readouterr().out.splitlines()[0]


def test_an_exercise_that_passes_counts_with_its_points(copy, capsys):
    total = sum(worth(copy).values())
    assert f"0 of 7 exercises, worth 0 of {total:g} points" in line(copy, capsys)
    written(copy, RIGHT)
    assert f"1 of 7 exercises, worth {worth(copy)['check-dot']:g} of {total:g} points" in line(copy, capsys)


def test_attempts_are_counted_until_one_passes(copy, capsys, monkeypatch):
    assert "attempt" not in line(copy, capsys)
    assert not checked(copy, monkeypatch, WRONG)
    assert "1 attempt" in line(copy, capsys)
    assert checked(copy, monkeypatch, RIGHT)
    assert not checked(copy, monkeypatch, WRONG)
    assert "2 attempts" in line(copy, capsys)


def test_a_damaged_count_is_begun_again(copy):
    (copy.root / attempts.FILE).write_bytes(b'{"01_vectors": ')
    attempts.note(copy.unit("01_vectors").notebook.parent, "dot", False)
    assert attempts.attempts_of(copy.unit("01_vectors")) == 1


def test_a_unit_that_lies_by_itself_leaves_no_file_beside_it(tmp_path):
    unit = tmp_path / "01_vectors"
    unit.mkdir()
    attempts.note(unit, "dot", False)
    assert [path.name for path in tmp_path.iterdir()] == ["01_vectors"]


@pytest.mark.parametrize(
    ("here", "named"),
    [
        (".", "exercises/01_vectors/vectors.ipynb"),
        ("exercises", "01_vectors/vectors.ipynb"),
        ("exercises/01_vectors", "vectors.ipynb"),
        ("notes", "../exercises/01_vectors/vectors.ipynb"),
    ],
)
def test_the_next_notebook_is_named_as_it_is_reached_from_here(copy, capsys, monkeypatch, here, named):
    (copy.root / "notes").mkdir()
    monkeypatch.chdir(copy.root / here)
    print_progress(copy)
    assert capsys.readouterr().out.endswith(f"\nnext: dot, in {named}\n")


def test_no_traceback_is_laid_out_that_nobody_sees(copy, capsys, monkeypatch):
    """That takes ten times as long as the tests."""
    laid_out: list[str] = []

    def laying_out(error: pytest.ExceptionInfo[BaseException], *_: object, **__: object) -> str:
        laid_out.append(str(error.value))
        return ""

    monkeypatch.setattr(pytest.ExceptionInfo, "getrepr", laying_out)
    assert "0 of 7 exercises" in line(copy, capsys)
    assert laid_out == []
