"""What an instructor or an author got wrong is one line that names it, with exit status 2, before anything is graded or written."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent.parent / "grading"))
from tiny import tiny_course

from autograder.cli import main
from autograder.cli.errors import one_line
from autograder.results import write_atomically


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A course with one submission, as the working folder."""
    tiny_course(tmp_path / "course")
    monkeypatch.chdir(tmp_path / "course")
    Path("class", "ann").mkdir(parents=True)
    Path("class", "ann", "steps.py").write_text("def double(x):\n    return x + x\n")
    Path("notes.txt").write_text("notes")
    Path("results.json").write_text('{"results": []}')
    return Path()


def refused(*arguments):
    done = CliRunner().invoke(main, [*arguments])
    assert done.exit_code == 2, done.output
    (line,) = done.output.strip().splitlines()
    return line


MISSPELT = {
    'feedbak = "score"': "'feedbak' is no setting of solutions/course.toml: it has title, seed, feedback",
    '[quizz]\nmode = "off"': "'quizz' is no setting of solutions/course.toml",
    '[quiz]\nfeedback = "score"': "'feedback' is no setting of [quiz] in solutions/course.toml: it has mode, students, modes",
    'quiz = "off"': "quiz = 'off' of solutions/course.toml is no table",
    '[quiz]\nmodes = "off"': "modes = 'off' of [quiz] in solutions/course.toml is no table",
    '[quiz.modes]\n09_nothing = "off"': "'09_nothing' is no setting of [quiz.modes] in solutions/course.toml: it has 01_steps",
    'feedback = "': "course.toml is not valid TOML",
}


@pytest.mark.parametrize(("setting", "said"), MISSPELT.items(), ids=MISSPELT.keys())
@pytest.mark.parametrize("command", [("grade", "class"), ("build",)], ids=["grade", "build"])
def test_a_setting_that_is_misspelt_is_not_passed_over(home, command, setting, said):
    file = home / "solutions" / "course.toml"
    file.write_text(f"{file.read_text()}{setting}\n")
    assert said in refused(*command)
    assert not (home / "exercises").exists()
    assert not (home / "results").exists()


NOT_TEXT = b"\xff\xfe"
FILES = {
    "a grader that is missing": ("grade_steps.py", None, "grade_steps.py is missing: write it"),
    "a grader that is not UTF-8": ("grade_steps.py", NOT_TEXT, "grade_steps.py is not UTF-8 (byte 0)"),
    "a script that is not UTF-8": ("steps.py", NOT_TEXT, "steps.py is not UTF-8 (byte 0)"),
    "ready-made versions that are not UTF-8": ("stand_ins.py", NOT_TEXT, "stand_ins.py is not UTF-8 (byte 0)"),
    "mistakes with null bytes": ("mistakes.py", b"\0", "mistakes.py:1: not valid Python"),
}


@pytest.mark.parametrize(("name", "content", "said"), FILES.values(), ids=FILES.keys())
@pytest.mark.parametrize("command", [("grade", "class"), ("matrix", "steps")], ids=["grade", "matrix"])
def test_a_file_of_a_unit_that_cannot_be_read_is_named(home, command, name, content, said):
    file = home / "solutions" / "01_steps" / name
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    assert said in refused(*command)


@pytest.mark.parametrize("command", [("grade", "class"), ("build",), ("register",), ("matrix", "steps")])
def test_a_course_that_is_named_and_not_there_is_not_sought_in_the_folders_above(home, command):
    assert "cuorse does not exist: name the course's folder" in refused(*command, "--course", "cuorse")


PLACES = {
    "a report below a file": (
        ["grade", "class", "--out", "notes.txt/pages"],
        "notes.txt is a file, so notes.txt/pages",
    ),
    "results below a file": (
        ["grade", "class", "--json", "notes.txt/r.json"],
        "notes.txt is a file, so notes.txt/r.json",
    ),
    "a table below a file": (
        ["export", "results.json", "--out", "notes.txt/t.csv"],
        "notes.txt/t.csv lies below a file",
    ),
    "a table that is a folder": (["export", "results.json", "--out", "class"], "class is a folder"),
    "results that are a folder": (["export", "class"], "class is a folder, where a file is needed"),
}


@pytest.mark.parametrize(("arguments", "said"), PLACES.values(), ids=PLACES.keys())
def test_a_place_where_nothing_can_be_written_is_told_without_sending_for_the_doctor(home, arguments, said):
    line = refused(*arguments)
    assert said in line
    assert "doctor" not in line
    assert not (home / "results").exists()


def test_a_sample_class_needs_a_release(home):
    assert "steps.ipynb is missing: run `autograder build`" in refused("demo")


def test_what_may_not_be_used_is_named():
    with (
        pytest.raises(click.ClickException, match=r"^secret may not be used by you: change its permissions"),
        one_line(),
    ):
        raise PermissionError(13, "Permission denied", "secret")


def test_a_file_that_cannot_be_written_is_named_by_its_own_name(tmp_path):
    (tmp_path / "notes").write_text("")
    with pytest.raises(FileExistsError) as raised:
        write_atomically(tmp_path / "notes" / "marks.csv", b"")
    assert raised.value.filename == str(tmp_path / "notes" / "marks.csv")
