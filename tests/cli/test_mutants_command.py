"""`autograder mutants` names the changes that a grader does not see, and those that its list calls right without reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli.mutants import mutants

from ..grading import tiny

BLIND = """
import numpy as np
from autograder.toolkit import exercise, points, require

@exercise("double", points=4)
class TestDouble:
    @points(4)
    def test_makes_it_larger(self, student):
        require(student.double(np.ones(2)).sum() > 2, "larger than before")

@exercise("quadruple", points=2)
class TestQuadruple:
    @points(2)
    def test_is_four_times_as_large(self, student):
        require(student.quadruple(np.ones(2)).sum() == 8, "four times as large")
"""
LISTED = """
[double]
"return 2 * x → return 2 + x" = "For small numbers that is much the same."
"return 2 * x → return x" = "Listed by mistake."
"""


def told(root: Path, *exercises: str, listed: str = "", **files: str) -> tuple[str, int]:
    """What the command prints of the tiny course, and its exit status."""
    course = tiny.tiny_course(root, **files)
    (course.root / "solutions" / "01_steps" / "equivalent.toml").write_text(listed, "utf-8")
    done = CliRunner().invoke(mutants, ["steps", *exercises, "--course", str(course.root)], env={"COLUMNS": "200"})
    return done.output, done.exit_code


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, int]:
    return told(tmp_path_factory.mktemp("course"), "double", grader=BLIND, listed=LISTED)


def test_a_change_that_the_grader_does_not_see_is_named(blind):
    assert "is accepted: return 2 * x → return 3 * x\n" in blind[0]


def test_a_change_that_is_listed_with_its_reason_is_none_of_them(blind):
    assert "2 + x" not in blind[0]
    assert "1 listed as right" in blind[0]


def test_a_change_that_is_listed_and_refused_is_named_with_the_test(blind):
    assert "is listed as right, and refused: return 2 * x → return x (" in blind[0]


def test_what_is_to_be_mended_ends_with_status_1(blind):
    assert blind[1] == 1


def test_a_grader_that_sees_every_change_ends_with_status_0(tmp_path):
    text, status = told(tmp_path, "quadruple")
    assert "quadruple: 1 refused, 0 listed as right\n" in text
    assert status == 0


def test_an_exercise_that_the_unit_does_not_have_is_told(tmp_path):
    text, status = told(tmp_path, "triple")
    assert "01_steps has no exercise 'triple': it has double, quadruple." in text
    assert status != 0
