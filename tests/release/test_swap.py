"""A build that is interrupted leaves the old release whole; one that is killed is completed by the next."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.release import build, stale

from .course import replace_in, tree, write_course

KILL_AT = """
import os, pathlib, sys
from autograder.course import find_course
from autograder.release import build

moves = 0
replace = pathlib.Path.replace

def deadly(self, target):
    global moves
    if "new" in self.parts and pathlib.Path(target).parent.name[:2].isdigit():
        moves += 1
        if moves > int(sys.argv[2]):
            os._exit(9)
    return replace(self, target)

pathlib.Path.replace = deadly
build(find_course(pathlib.Path(sys.argv[1])))
"""


@pytest.fixture
def changed(tmp_path: Path) -> Course:
    """A built course whose sources have changed since, in both units, with one file more and one less."""
    course = write_course(tmp_path / "course")
    build(course)
    replace_in(course.unit("double").script, "twice as much", "two of it")
    replace_in(course.unit("triple").script, "Three times", "Thrice")
    course.unit("double").stand_ins.unlink()
    (course.unit("triple").stand_ins).write_text("def triple(x):\n    return 3 * x\n")
    return course


def interrupt(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Let the file system take `after` renames into unit folders, then press Ctrl-C."""
    replace, moves = Path.replace, iter(range(100))

    def interrupted(self: Path, target: Path) -> Path:
        if "new" in self.parts and next(moves) == after:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)


@pytest.mark.parametrize("after", [0, 1, 2])
def test_an_interrupted_build_leaves_the_old_release_whole(
    changed: Course, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    before = tree(changed.root / "exercises")
    with monkeypatch.context() as patch:
        interrupt(patch, after)
        with pytest.raises(KeyboardInterrupt):
            build(changed)
    assert tree(changed.root / "exercises") == before
    build(changed)
    assert stale(changed) == []


def test_a_failure_while_removing_leaves_the_old_release_whole(
    changed: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(changed.root / "exercises")
    unlink = Path.unlink

    def failing(self: Path, missing_ok: bool = False) -> None:
        if self.name == "stand_ins.py" and self.parent.name == "01_double":
            raise OSError("disk error")
        unlink(self, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", failing)
        with pytest.raises(OSError, match="disk error"):
            build(changed)
    assert tree(changed.root / "exercises") == before


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_build_that_was_killed_is_completed_by_the_next(changed: Course, after: int) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run([sys.executable, "-c", KILL_AT, str(changed.root), str(after)], env=environment, check=False)
    assert ended.returncode == 9
    assert (changed.root / "exercises" / ".release.next.json").exists()
    build(changed)
    assert stale(changed) == []
    assert not list((changed.root / "exercises").glob(".building-*"))


def test_what_a_student_did_after_a_killed_build_is_kept(changed: Course) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", KILL_AT, str(changed.root), "1"], env=environment, check=False)
    notebook = changed.root / "exercises" / "01_double" / "double.ipynb"
    replace_in(notebook, "not written yet", "my work")
    report = build(changed, keep=changed.root / ".course-backup")
    assert "my work" in report.kept["01_double/double.ipynb"].read_text("utf-8")
