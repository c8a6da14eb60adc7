"""`pytest exercises` on a student's copy, as a student types it: real processes, real notebooks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import Course

QUIZ = re.compile(r", worth [\d.]+ of [\d.]+ points(, quiz 0 of \d+ answered)?$")
"""What is said of points, and of the quiz, where quizzes are given: tests of their own are about them."""
SAVED = Path(__file__).parents[1] / "submissions" / "jupyterlab"


@pytest.fixture(scope="module")
def copies(course: Course, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each student's copy of the course with the notebook that the student has saved."""
    found = {}
    for student in ("bruno", "carla"):
        found[student] = tmp_path_factory.mktemp(student)
        for unit in ("01_vectors", "02_softmax"):
            shutil.copytree(course.root / "exercises" / unit, found[student] / "exercises" / unit)
        shutil.copytree(SAVED / student, found[student] / "exercises", dirs_exist_ok=True)
    return found


def told(folder: Path, *arguments: str, checks: str = "exercises") -> str:
    """What `pytest exercises` prints."""
    environment = {**os.environ, "COLUMNS": "120", "PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", checks, "-q", "--color=no", *arguments]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr


def test_no_line_of_ours_and_no_traceback_is_shown(copies):
    for folder in copies.values():
        text = told(folder)
        assert "Traceback" not in text
        assert "autograder/" not in text
        assert "our fault" not in text


def test_it_ends_with_how_far_each_unit_is_and_what_is_next(copies):
    told_at_the_end = told(copies["bruno"]).rstrip().split("\n")[-3:]
    assert [QUIZ.sub("", line) for line in told_at_the_end] == [
        "01_vectors  █████████░░░░░░░░░░░  3 of 7 exercises",
        "02_softmax  ░░░░░░░░░░░░░░░░░░░░  0 of 5 exercises",
        "next: cosine_similarity, in exercises/01_vectors/vectors.ipynb",
    ]


@pytest.mark.parametrize("style", ["short", "line"])
def test_a_short_traceback_is_asked_for_and_ours_is_not_shown(copies, style):
    text = told(copies["bruno"], "-k", "TestVector and remembers or MostSimilar", f"--tb={style}")
    assert "autograder/" not in text
    assert "autograder.faults" not in text
    assert "`Vector` is not written yet: replace the line `raise NotImplementedError` with your code." in text
    if style == "line":
        assert re.search(r"^\S+test_vectors\.py:\d+: `Vector` is not written yet", text, re.MULTILINE)
    else:
        assert "smallest input  query = [1.0, 0.0]" in text


def test_what_is_not_written_takes_a_line(copies):
    text = told(copies["bruno"], "-k", "TestVector and remembers")
    (start,) = [place for place, line in enumerate(text.split("\n")) if "TestVector.test_remembers" in line]
    message, after = text.split("\n")[start + 1 : start + 3]
    assert message == "`Vector` is not written yet: replace the line `raise NotImplementedError` with your code."
    assert after.startswith("====")


def test_an_exercise_that_is_not_written_takes_one_line_however_many_tests_it_has(copies):
    text = told(copies["bruno"], "-k", "TestVector")
    assert text.count("FAILED exercises") == 1
    assert "is not written yet" in text
    assert re.search(r"^1 failed, \d+ deselected, 4 not written", text, re.MULTILINE)


def test_a_unit_that_nbgrader_has_fetched_is_tested_where_it_lies(copies, tmp_path):
    """It fetches a unit into the working folder, without an `exercises` around it."""
    shutil.copytree(copies["carla"] / "exercises" / "02_softmax", tmp_path / "02_softmax")
    text = told(tmp_path, "-k", "TestSoftmax", checks="02_softmax")
    assert re.search(r"^1 failed, \d+ passed", text, re.MULTILINE)
    assert text.endswith("\nnext: softmax_with_temperature, in 02_softmax/softmax.ipynb\n")


def test_a_wrong_answer_shows_the_smallest_input(copies):
    text = told(copies["bruno"], "-k", "most_similar or MostSimilar")
    assert "smallest input  query = [1.0, 0.0]" in text


def test_a_cell_that_was_deleted_is_told_like_one_that_is_not_written(copies):
    text = told(copies["carla"], "-k", "TestSoftmaxWithTemperature")
    assert "`softmax_with_temperature` is missing. The cell of `softmax_with_temperature` is gone" in text
    assert "1 failed, " in text
    assert "5 not written" in text


def test_a_syntax_error_is_told_with_its_place_and_without_an_input(copies):
    text = told(copies["carla"], "-k", "TestLogSoftmax and worked_out")
    assert "`log_softmax` cannot be run. SyntaxError in cell 11, line 22" in text
    assert "smallest input" not in text


def test_one_exercise_can_be_chosen_and_the_others_do_not_count_as_open(copies):
    last = told(copies["carla"], "-k", "TestSoftmaxBackward").rstrip().split("\n")[-2:]
    assert [QUIZ.sub("", line) for line in last] == [
        "02_softmax  ████░░░░░░░░░░░░░░░░  1 of 5 exercises, 4 not run",
        "All that was run passes.",
    ]


def test_what_failed_last_time_can_be_run_again(copies):
    told(copies["carla"], "-k", "02_softmax")
    text = told(copies["carla"], "-k", "02_softmax", "--lf")
    assert re.search(r"^9 failed, \d+ deselected, 8 not written", text, re.MULTILINE)
    assert "passed" not in text.split("= progress =")[0]
    assert "0 of 5 exercises, 2 not run" in text


def test_a_damaged_notebook_is_told_in_the_tests_of_its_unit_only(copies, tmp_path):
    shutil.copytree(copies["carla"], tmp_path, dirs_exist_ok=True)
    (tmp_path / "exercises" / "01_vectors" / "vectors.ipynb").write_text("{")
    text = told(tmp_path, "-k", "TestDot or TestSoftmaxBackward")
    assert "`dot` cannot be run. " in text
    assert "Traceback" not in text
    assert "1 of 5 exercises" in text


def test_a_forgotten_return_is_no_fault_of_ours(copies, tmp_path):
    shutil.copytree(copies["carla"], tmp_path, dirs_exist_ok=True)
    notebook = tmp_path / "exercises" / "02_softmax" / "softmax.ipynb"
    notebook.write_text(notebook.read_text("utf-8").replace("return e / s", "e / s"), "utf-8")
    text = told(tmp_path, "-k", "TestSoftmax and add_up")
    assert "is a `return` missing?" in text
    assert "Traceback" not in text
