"""`autograder record`: a class judged in parallel, recorded by one nbgrader process, and compared with the gradebook."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course import Course, CourseError, Unit
from autograder.gradebook import class_run
from autograder.gradebook.waiting import NBGRADER, WaitingNbgrader
from autograder.judge.layers import Isolation
from autograder.results import ExerciseResult, Result, Verdict

from .course import RIGHT, filled, hand_in, write_course
from .nbgrader_runs import autograder, gradebook_url, nbgrader, scores

WRONG = {**RIGHT, "double": "def double(x):\n    return 3.0 * x\n"}
JUDGES = ("autograder.grading.grade", "hypothesis", "pytest", "torch")
MARKS = {"ann": (3.0, 2.0), "bob": (0.0, 2.0), "cut": (0.0, 0.0)}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = write_course(tmp_path_factory.mktemp("class") / "course")
    hand_in(course, "ann", filled(course, RIGHT))
    hand_in(course, "bob", filled(course, WRONG))
    hand_in(course, "cut", b'{"cells": [')
    return course


@pytest.fixture(scope="module")
def recorded(course: Course) -> subprocess.CompletedProcess[str]:
    return autograder(course, "record", "numbers")


def test_everybody_is_in_the_gradebook_with_the_judges_points(course, recorded):
    assert recorded.returncode == 0, recorded.stderr
    assert "3 of 3 submissions of 01_numbers are in the gradebook." in recorded.stdout
    for student, (double, triple) in MARKS.items():
        assert scores(course, student) == {"check-double": double, "check-triple": triple}


def test_a_second_run_keeps_what_a_person_has_given_and_said(course, recorded):
    with Gradebook(gradebook_url(course)) as gradebook:
        grade = gradebook.find_grade("check-double", "numbers", "01_numbers", "bob")
        grade.manual_score = 1.5
        comment = gradebook.find_comment("double", "numbers", "01_numbers", "bob")
        comment.manual_comment = "Read the docstring again."
        gradebook.db.commit()
    again = autograder(course, "record", "numbers", "--regrade")
    assert again.returncode == 0, again.stderr
    with Gradebook(gradebook_url(course)) as gradebook:
        assert gradebook.find_grade("check-double", "numbers", "01_numbers", "bob").manual_score == 1.5
        comment = gradebook.find_comment("double", "numbers", "01_numbers", "bob")
        assert comment.manual_comment == "Read the docstring again."
    assert nbgrader(course, "generate_feedback", "01_numbers").returncode == 0


def test_a_score_that_was_changed_behind_our_back_is_told(course, recorded):
    exercises = class_run.handed_in(course, course.unit("numbers"))
    assert [one.student for one in exercises] == ["ann", "bob", "cut"]
    results = [result_of(student) for student in MARKS]
    assert class_run.differences(course, course.unit("numbers"), results) == []
    with Gradebook(gradebook_url(course)) as gradebook:
        gradebook.find_grade("check-triple", "numbers", "01_numbers", "ann").auto_score = 1.0
        gradebook.db.commit()
    (told,) = class_run.differences(course, course.unit("numbers"), results)
    assert told.startswith("ann: the gradebook has ")


def result_of(student: str, double: float | None = None) -> Result:
    full, triple = MARKS[student]
    double = full if double is None else double
    exercises = [
        ExerciseResult("double", Verdict.FAILED, double, 3.0, []),
        ExerciseResult("triple", Verdict.FAILED, triple, 2.0, []),
    ]
    return Result(student, "01_numbers", double + triple, 5.0, "confined", exercises)


def test_what_was_judged_is_recorded_and_what_has_changed_since_is_judged_again(course, recorded):
    unit = course.unit("numbers")
    keys = class_run.keys_of(course, class_run.handed_in(course, unit))
    half = result_of("ann", double=1.5)
    again = ("--force", "--student=ann")
    class_run.record(course, unit, [half], keys, Isolation.CONFINED, *again)
    assert scores(course, "ann") == {"check-double": 1.5, "check-triple": 2.0}
    hand_in(course, "ann", filled(course, WRONG))
    class_run.record(course, unit, [half], keys, Isolation.CONFINED, *again)
    assert scores(course, "ann") == {"check-double": 0.0, "check-triple": 2.0}
    assert class_run.differences(course, unit, [half])


@pytest.mark.slow
def test_one_that_waits_serves_several_units(course):
    with WaitingNbgrader(course) as nbgrader:
        ended = [nbgrader.run("list", "--version") for _ in range(2)]
    assert [one.returncode for one in ended] == [0, 0], ended
    assert ended[0].stdout == ended[1].stdout != ""


@pytest.mark.slow
def test_one_that_is_told_nothing_ends_and_has_not_imported_what_judges():
    script = f"{NBGRADER}\nprint([name for name in {JUDGES} if name in sys.modules])"
    told = subprocess.run(
        [sys.executable, "-c", script], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    assert told.stdout == "[]\n"


def test_one_that_nobody_needs_any_more_is_gone(course):
    with WaitingNbgrader(course) as nbgrader:
        process = nbgrader._waiting
    assert process is not None
    assert process.returncode is not None


def test_a_unit_that_nobody_has_handed_in_is_told_in_one_line(course):
    told = autograder(course, "record", "02_broken")
    assert told.returncode == 2
    assert told.stderr.startswith("autograder: Nobody has handed in 02_broken")
    assert told.stderr.count("\n") == 1


def test_a_students_copy_has_no_gradebook(tmp_path):
    (tmp_path / "exercises" / "01_numbers").mkdir(parents=True)
    with pytest.raises(CourseError, match="Nobody has handed in"):
        class_run.handed_in(Course(tmp_path, {}), next(iter(write_course(tmp_path / "c").units.values())))


def bare_course(root: Path) -> tuple[Course, Path]:
    """A course of one unit, and the folder in which ann has handed in something."""
    folder = root / "submitted" / "ann" / "01_numbers"
    folder.mkdir(parents=True)
    return Course(root, {"01_numbers": Unit("01_numbers", root)}), folder


def test_a_notebook_of_another_name_is_put_where_nbgrader_looks(tmp_path):
    course, folder = bare_course(tmp_path)
    (folder / "numbers (1).ipynb").write_bytes(b"{}")
    (told,) = class_run.put_in_place(course, course.unit("numbers"))
    assert told.startswith("ann: numbers (1).ipynb is graded as numbers.ipynb")
    assert (folder / "numbers.ipynb").read_bytes() == b"{}"


def test_a_notebook_in_its_place_is_left_alone(tmp_path):
    course, folder = bare_course(tmp_path)
    (folder / "numbers.ipynb").write_bytes(b"[]")
    (folder / "numbers (1).ipynb").write_bytes(b"{}")
    assert class_run.put_in_place(course, course.unit("numbers")) == []
    assert (folder / "numbers.ipynb").read_bytes() == b"[]"


@pytest.mark.parametrize("others", [[], ["notes.txt"], ["numbers.py"]])
def test_who_has_handed_in_no_notebook_is_named(tmp_path, others):
    course, folder = bare_course(tmp_path)
    for name in others:
        (folder / name).write_text("x = 1")
    assert class_run.put_in_place(course, course.unit("numbers")) == [
        "ann has handed in no notebook for 01_numbers: there is nothing to grade."
    ]
    assert not class_run.has_notebooks(course, course.unit("numbers"))


def test_a_link_is_not_followed(tmp_path):
    course, folder = bare_course(tmp_path)
    (tmp_path / "bobs.ipynb").write_bytes(b"{}")
    (folder / "numbers (1).ipynb").symlink_to(tmp_path / "bobs.ipynb")
    assert class_run.put_in_place(course, course.unit("numbers"))
    assert not (folder / "numbers.ipynb").exists()
