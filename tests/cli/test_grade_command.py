"""`autograder grade` as an instructor runs it: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent.parent / "grading"))
from tiny import tiny_course

from autograder.cli import main
from autograder.results import decode_report

RIGHT = "def double(x):\n    return x + x\ndef quadruple(x):\n    return double(double(x))\n"
WRONG = "def double(x):\n    return x * x\ndef quadruple(x):\n    return double(double(x))\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A course and a class of three: right, wrong, and one whose zip is damaged."""
    root = tmp_path_factory.mktemp("course")
    tiny_course(root)
    for student, source in (("ann", RIGHT), ("bob", WRONG)):
        (root / "class" / student).mkdir(parents=True)
        (root / "class" / student / "steps.py").write_text(source)
    (root / "class" / "cleo.zip").write_bytes(b"PK\x03\x04 and no more")
    return root


def run(home, *arguments):
    """The command in a process of its own, as a shell would start it."""
    command = [sys.executable, "-c", "from autograder.cli import main; main()", *map(str, arguments)]
    return subprocess.run(
        command, cwd=home, capture_output=True, text=True, timeout=300, env={**os.environ, "COLUMNS": "160"}
    )


def in_process(home, *arguments, monkeypatch):
    monkeypatch.chdir(home)
    return CliRunner().invoke(main, [*map(str, arguments)])


def test_a_class_is_graded_into_a_table_json_and_pages(home, tmp_path):
    done = run(home, "grade", "class", "--json", tmp_path / "results.json", "--out", tmp_path / "pages", "--jobs", 2)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    results = {
        result["submission"]: result for result in json.loads((tmp_path / "results.json").read_text())["results"]
    }
    assert {student: result["points"] for student, result in results.items()} == {"ann": 6, "bob": 2, "cleo": 0}
    assert all(student in done.stdout for student in ("ann", "bob", "cleo"))
    assert (tmp_path / "pages" / "index.html").is_file()
    assert (tmp_path / "pages" / "01_steps" / "bob.html").is_file()


def test_the_json_has_the_promised_names(home, tmp_path):
    run(home, "grade", "class/bob", "--json", tmp_path / "bob.json")
    report = json.loads((tmp_path / "bob.json").read_text())
    (result,) = report["results"]
    assert {"submission", "unit", "points", "max_points", "isolation", "exercises"} <= result.keys()
    assert {"name", "verdict", "points", "max_points", "tests"} <= result["exercises"][0].keys()
    wanted = {"name", "title", "verdict", "points", "max_points", "message", "counterexample", "mistake"}
    assert wanted <= result["exercises"][0]["tests"][0].keys()
    assert (result["submission"], result["unit"], result["isolation"]) == ("bob", "01_steps", "confined")


def test_json_on_standard_output_is_nothing_but_json(home):
    done = run(home, "grade", "class/bob", "--json", "-")
    assert decode_report(done.stdout.encode()).results[0].submission == "bob"
    assert "squared, not doubled" in done.stderr


def test_one_submission_is_told_in_detail(home):
    done = run(home, "grade", "class/bob/steps.py")
    for part in ("double(x)", "[1.0]", "[2.0]", "The input is squared, not doubled."):
        assert part in done.stdout


BAD_INPUT = {
    "a path that is missing": (["grade", "nobody"], "does not exist"),
    "a folder without submissions": (["grade", "empty"], "empty"),
    "a corrupt zip": (["grade", "class/cleo.zip"], "cleo.zip"),
    "a unit that does not exist": (["grade", "class", "--unit", "99_nothing"], "99_nothing"),
    "a file that is no submission": (["grade", "notes.txt"], "notes.txt"),
    "a report folder that is a file": (["grade", "class", "--out", "notes.txt"], "notes.txt"),
    "a results file that is a folder": (["grade", "class", "--json", "class"], "class"),
    "a course that is none": (["grade", "class", "--course", "/"], "No course"),
}


@pytest.mark.parametrize(("arguments", "named"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_one_line_and_nothing_is_written(home, arguments, named, monkeypatch):
    (home / "empty").mkdir(exist_ok=True)
    (home / "notes.txt").write_text("notes")
    before = sorted(home.rglob("*"))
    done = in_process(home, *arguments, monkeypatch=monkeypatch)
    assert done.exit_code == 2
    assert len(done.output.strip().splitlines()) == 1, done.output
    assert named in done.output
    assert sorted(home.rglob("*")) == before


def test_a_students_copy_says_what_to_do_instead(home, tmp_path, monkeypatch):
    (tmp_path / "exercises" / "01_steps").mkdir(parents=True)
    shutil.copytree(home / "class", tmp_path / "class")
    (tmp_path / "exercises" / "01_steps" / "steps.ipynb").write_text(
        json.dumps(
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "metadata": {"nbgrader": {"grade_id": "double", "solution": True, "grade": False}},
                    }
                ]
            }
        )
    )
    done = in_process(tmp_path, "grade", "class", monkeypatch=monkeypatch)
    assert done.exit_code == 2
    assert len(done.output.strip().splitlines()) == 1
    assert "student's copy" in done.output
    assert "pytest exercises" in done.output


def test_grading_without_confinement_is_marked(home, tmp_path):
    done = run(home, "grade", "class/ann", "--isolation", "process", "--json", tmp_path / "ann.json")
    assert "not confined" in done.stdout.lower()
    assert json.loads((tmp_path / "ann.json").read_text())["results"][0]["isolation"] == "process"
