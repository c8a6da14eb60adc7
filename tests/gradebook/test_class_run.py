"""`autograder record`: a class judged in parallel, recorded by one nbgrader process, and compared with the gradebook."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course import Course, CourseError, Unit
from autograder.gradebook import class_run
from autograder.gradebook.ready import ALL_TOLD, ReadyResults, key_of, write_ready
from autograder.gradebook.recording import Recording
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


def test_what_was_judged_is_recorded_and_what_has_changed_since_is_judged_again(course, recorded, tmp_path):
    unit = course.unit("numbers")
    half = result_of("ann", double=1.5)

    def record(change: dict[str, str]) -> list[str]:
        ann = [one for one in class_run.handed_in(course, unit) if one.student == "ann"]
        folder = tmp_path / str(len(change))
        folder.mkdir()
        with WaitingNbgrader(course) as nbgrader:
            only = ("--force", "--student=ann")
            recording = Recording(course, {unit.name: ann}, Isolation.CONFINED, folder, nbgrader, *only)
            if change:
                hand_in(course, "ann", filled(course, change))
            recording.take(half)
            return recording.unrecorded(unit)

    assert record({}) == []
    assert scores(course, "ann") == {"check-double": 1.5, "check-triple": 2.0}
    assert record(WRONG) == []
    assert scores(course, "ann") == {"check-double": 0.0, "check-triple": 2.0}
    assert class_run.differences(course, unit, [half])


@pytest.mark.slow
def test_the_first_are_recorded_before_the_last_is_judged_and_an_interruption_leaves_nothing_half_done(tmp_path):
    course = write_course(tmp_path / "course")
    unit = course.unit("numbers")
    for student in MARKS:
        hand_in(course, student, filled(course, RIGHT))
    found = {unit.name: class_run.handed_in(course, unit)}
    ready = tmp_path / "ready"
    ready.mkdir()
    with WaitingNbgrader(course) as nbgrader:
        recording = Recording(course, found, Isolation.CONFINED, ready, nbgrader)
        recording.take(result_of("ann"))
        process = nbgrader._process
        assert process is not None
        while not (course.root / "autograded" / "bob").is_dir():  # nbgrader has done with ann, and waits for the next
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.05)
        assert class_run.recorded_scores(course, unit)["ann"] == {"check-double": 3.0, "check-triple": 2.0}
    assert process.returncode not in (None, 0, -9), "nbgrader has ended by itself"
    assert [folder.name for folder in (course.root / "autograded").glob("*/*/*.ipynb")] == ["numbers.ipynb"]
    again = autograder(course, "record")
    assert "3 of 3 submissions of 01_numbers are in the gradebook." in again.stdout, again.stderr
    assert scores(course, "bob") == {"check-double": 3.0, "check-triple": 2.0}


def test_a_unit_that_cannot_be_registered_costs_the_next_one_nothing(course, recorded, tmp_path, monkeypatch):
    def refused(course: Course, unit: Unit) -> None:
        raise CourseError(f"{unit.name} cannot be registered.")

    monkeypatch.setattr("autograder.gradebook.recording.register_if_new", refused)
    unit = course.unit("numbers")
    found = {unit.name: class_run.handed_in(course, unit)}
    with WaitingNbgrader(course) as nbgrader:
        recording = Recording(course, found, Isolation.CONFINED, tmp_path, nbgrader, "--force")
        for student in MARKS:
            recording.take(result_of(student))
        with pytest.raises(CourseError, match="cannot be registered"):
            recording.unrecorded(unit)


def test_a_unit_of_which_nothing_is_judged_comes_to_an_end(course, recorded, tmp_path):
    unit = course.unit("numbers")
    with WaitingNbgrader(course) as nbgrader:
        assert Recording(course, {unit.name: []}, Isolation.CONFINED, tmp_path, nbgrader).unrecorded(unit) == []


ANN, BOB = (key_of(student, "01_numbers", b"{}") for student in ("ann", "bob"))


def test_a_result_is_waited_for_no_longer_than_until_it_is_told(tmp_path):
    write_ready(tmp_path, ANN, result_of("ann"))
    lines = io.StringIO(f"{BOB}\n{ANN}\nnot read yet\n")
    assert ReadyResults(tmp_path, lines).result(ANN) == result_of("ann")
    assert lines.read() == "not read yet\n"


def test_what_none_was_made_of_is_known_when_all_are_told(tmp_path):
    ready = ReadyResults(tmp_path, io.StringIO(f"{BOB}\n{ALL_TOLD}\n"))
    assert [ready.result(key) for key in (BOB, ANN, ANN)] == [None, None, None]


def test_nobody_waits_for_a_judge_that_is_gone(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        ReadyResults(tmp_path, io.StringIO(f"{BOB}\n")).result(ANN)


def test_a_fault_of_ours_is_not_handed_on(tmp_path):
    fault = result_of("ann")
    fault.exercises[0] = ExerciseResult("double", Verdict.INTERNAL, 0.0, 3.0, [])
    write_ready(tmp_path, ANN, fault)
    assert ReadyResults(tmp_path, io.StringIO(f"{ANN}\n")).result(ANN) is None


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
        process = nbgrader._process
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
