"""Notebooks saved by JupyterLab get what a person gives them: the tables and their reasons are in the README beside this file."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course
from autograder.course_units import exercise_names
from autograder.grading import Grader
from autograder.results import ExerciseResult, Result, Verdict
from autograder.submission import find_submissions, read_submission

SAVED = Path(__file__).parent / "jupyterlab"

PASSED, FAILED, ERROR, MISSING = Verdict.PASSED, Verdict.FAILED, Verdict.ERROR, Verdict.MISSING
BY_HAND = {
    ("asha", "02_softmax"): {
        "softmax": (PASSED, 10, 10),
        "log_softmax": (PASSED, 8, 8),
        "softmax_with_temperature": (PASSED, 5, 5),
        "softmax_backward": (PASSED, 7, 7),
        "check_softmax": (MISSING, 0, 6),  # handed in before the unit had it
    },
    ("bruno", "01_vectors"): {
        "dot": (PASSED, 5, 5),
        "norm": (PASSED, 4, 4),
        "cosine_similarity": (FAILED, 4, 5),
        "angle": (PASSED, 4, 4),
        "Vector": (MISSING, 0, 6),
        "cosine_similarity_matrix": (PASSED, 8, 8),
        "most_similar": (FAILED, 4.5, 6),
    },
    ("carla", "02_softmax"): {
        "softmax": (PASSED, 10, 10),
        "log_softmax": (ERROR, 0, 8),
        "softmax_with_temperature": (MISSING, 0, 5),
        "softmax_backward": (PASSED, 7, 7),
        "check_softmax": (MISSING, 0, 6),  # handed in before the unit had it
    },
}


@pytest.fixture(scope="module")
def results(course: Course, grader: Grader) -> dict[str, Result]:
    """What the Grader gives, by student. The folder is read as a class's would be."""
    found = find_submissions([SAVED], course)
    graded = [grader.grade(read_submission(each, exercise_names(course.unit(each.unit)))) for each in found]
    return {result.submission: result for result in graded}


def exercise(result: Result, name: str) -> ExerciseResult:
    (found,) = [each for each in result.exercises if each.name == name]
    return found


def test_every_student_is_found_with_the_unit_that_was_handed_in(results):
    assert {(student, result.unit) for student, result in results.items()} == set(BY_HAND)


@pytest.mark.parametrize(
    ("student", "unit", "name"), [(*who, name) for who, table in BY_HAND.items() for name in table]
)
def test_an_exercise_gets_what_a_person_gives_it(results, student, unit, name):
    given = exercise(results[student], name)
    assert (given.verdict, given.points, given.max_points) == BY_HAND[student, unit][name]


@pytest.mark.parametrize("student", ["asha", "bruno", "carla"])
def test_no_mark_was_given_without_confinement(results, student):
    assert results[student].isolation == "confined"


def test_a_magic_in_the_cell_of_an_answer_is_left_out_and_told(results):
    (notice,) = exercise(results["asha"], "softmax").notices
    assert "%timeit softmax" in notice
    assert "cell 7" in notice


def test_magics_plots_and_notes_in_cells_of_ones_own_are_nobodys_business(results):
    for name in ("log_softmax", "softmax_with_temperature", "softmax_backward"):
        assert exercise(results["asha"], name).notices == []
    assert results["asha"].notices == []


def test_of_a_copied_cell_the_original_counts_and_the_student_is_told(results):
    (notice,) = exercise(results["bruno"], "norm").notices
    assert notice == "There are 2 cells of `norm` (cell 9, `def norm(a):` and cell 10, `def norm(a):`): cell 9 counted."


def test_a_mistake_that_was_made_once_is_told_where_it_did_not_count_again(results):
    (notice,) = exercise(results["bruno"], "angle").notices
    assert "`cosine_similarity`" in notice


def test_the_mistakes_are_called_by_their_names(results):
    rounding = exercise(results["bruno"], "cosine_similarity")
    (lost,) = [test for test in rounding.tests if test.verdict is FAILED]
    assert lost.title == "Stays within one"
    ties = [test.title for test in exercise(results["bruno"], "most_similar").tests if test.verdict is FAILED]
    assert ties == ["Puts the first of equals first", "Counts zeros as cosine zero"]


def test_code_that_was_written_in_another_cell_counts_and_the_student_is_told(results):
    (notice,) = exercise(results["carla"], "softmax").notices
    assert "cell 7" in notice
    assert "not in its own cell" in notice


def test_a_syntax_error_is_told_with_its_cell_and_line(results):
    message = exercise(results["carla"], "log_softmax").tests[0].message
    assert "SyntaxError in cell 11, line 22" in message


def test_a_deleted_cell_is_told_to_be_gone(results):
    message = exercise(results["carla"], "softmax_with_temperature").tests[0].message
    assert "gone" in message
