"""`autograder matrix` names what an author has to mend: a mistake that lives, an idle test, a right solution that is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli.matrix import matrix

from ..grading import tiny

HARMLESS = """
@mistake("double", caught_by="test_leaves_its_input_alone", says="Nothing is wrong with it.")
def no_mistake_at_all(x):
    return x + x

@mistake("double", caught_by="test_leaves_its_input_alone", says="It is caught by another test than was meant.")
def tripled(x):
    return 3 * x
"""
ALTERNATIVES = """
from autograder.toolkit.variants import alternative

@alternative("double")
def by_sum(x):
    return x + x

@alternative("double")
def in_place(x):
    x *= 2
    return x
"""


def told(root: Path, *exercises: str, **files: str) -> tuple[str, int]:
    """What the command prints of the tiny course, and its exit status."""
    alternatives = files.pop("alternatives", "")
    course = tiny.tiny_course(root, **files)
    if alternatives:
        (course.root / "solutions" / "01_steps" / "alternatives.py").write_text(alternatives)
    done = CliRunner().invoke(matrix, ["steps", *exercises, "--course", str(course.root)], env={"COLUMNS": "200"})
    return done.output, done.exit_code


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, int]:
    root = tmp_path_factory.mktemp("course")
    return told(root, "double", mistakes=tiny.MISTAKES + HARMLESS, alternatives=ALTERNATIVES)


def test_a_mistake_that_gets_full_marks_is_named(complaints):
    assert "survives: no_mistake_at_all\n" in complaints[0]
    assert complaints[0].count("survives:") == 1


def test_a_mistake_that_another_test_refuses_is_named(complaints):
    assert "is not refused by the test meant for it: tripled\n" in complaints[0]


def test_a_test_that_kills_nothing_that_another_does_not_is_named(complaints):
    assert "refuses nothing that another test does not: test_has_the_sum_of_both\n" in complaints[0]


def test_a_right_alternative_that_is_refused_is_named_with_the_tests_that_refuse_it(complaints):
    assert "is right and refused: in_place (test_leaves_its_input_alone)" in complaints[0]
    assert "1 of 2 right alternatives accepted" in complaints[0]


def test_what_is_not_complete_ends_with_status_1(complaints):
    assert complaints[1] == 1


def test_a_complete_matrix_ends_with_status_0_and_complains_of_idle_tests_only(tmp_path):
    text, status = told(tmp_path, "double")
    assert status == 0
    assert [line.split(":")[0].strip() for line in text.split("\n") if ": " in line and "×" not in line] == [
        "refuses nothing that another test does not"
    ] * 2


def test_an_exercise_that_the_unit_does_not_have_is_told(tmp_path):
    text, status = told(tmp_path, "triple")
    assert "01_steps has no exercise 'triple': it has double, quadruple." in text
    assert status != 0


BEGINNING = "from autograder.toolkit.variants import mistake\n\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"mistakes": BEGINNING + '@mistake("double", says="It is squared.")\ndef squared(x):\n    return x * x\n'},
            'mistakes.py:3: write @mistake("double", caught_by=…, says=…), with all of these.',
        ),
        (
            {"mistakes": tiny.MISTAKES.replace('"double"', '"dubble"')},
            "squared is meant for 'dubble', which 01_steps does not have: its exercises are double, quadruple.",
        ),
        (
            {"grader": tiny.GRADER.replace("@points(2)", "@points(3)", 1)},
            "grade_steps.py:6: the tests of double are worth 5 together, and their class 4:",
        ),
    ],
)
def test_what_an_author_got_wrong_is_told_before_anything_is_graded(tmp_path, files, said):
    text, status = told(tmp_path, "double", **files)
    assert said in text
    assert text.count("\n") == 1
    assert status == 2


def test_a_grader_that_is_missing_is_told_with_what_to_do(tmp_path):
    course = tiny.tiny_course(tmp_path)
    course.unit("steps").grader.unlink()
    done = CliRunner().invoke(matrix, ["steps", "--course", str(course.root)])
    assert "grade_steps.py is missing: write it" in done.output


def test_a_test_that_a_mistake_is_meant_for_and_that_is_not_there_is_named(tmp_path):
    mistakes = tiny.MISTAKES.replace("test_doubles_every_entry", "test_doubles_all", 1)
    text, status = told(tmp_path, "double", mistakes=mistakes)
    assert "there is no such test: test_doubles_all" in text
    assert status == 1
