"""A course of two exercises, the second of which uses the first."""

from __future__ import annotations

import textwrap
from pathlib import Path

from autograder.course import Course, find_course

SCRIPT = '''
# %% [markdown]
# # Two steps
# %%
import numpy as np
from autograder import check
# %% solution="double"
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
# %% check="double" points=4
check(double)
# %% solution="quadruple"
def quadruple(x):
    """Four times x: double it twice."""
    ### BEGIN SOLUTION
    return double(double(x))
    ### END SOLUTION
# %% check="quadruple" points=2
check(quadruple)
'''

GRADER = '''
import numpy as np
from hypothesis import example, given, assume
from autograder.toolkit import arrays, assert_agrees, assert_inputs_unchanged, assert_value_error, exercise, points, require

@exercise("double", points=4)
class TestDouble:
    @points(2)
    @given(x=arrays(min_dims=2, max_dims=2))
    def test_doubles_every_entry(self, student, reference, x):
        """Every entry counts twice."""
        assert_agrees(student.double(x), reference.double(x))

    @points(1)
    @given(x=arrays(max_dims=1))
    def test_has_the_sum_of_both(self, student, x):
        assume(x.sum() != 0)
        require(np.isclose(student.double(x).sum(), 2 * x.sum()), "the sum doubles too")

    @points(1)
    def test_leaves_its_input_alone(self, student):
        assert_inputs_unchanged(student.double, np.ones(3))

@exercise("quadruple", points=2)
class TestQuadruple:
    @points(2)
    @given(x=arrays(max_dims=1))
    def test_gives_four_times_the_input(self, student, reference, x):
        assert_agrees(student.quadruple(x), reference.quadruple(x))
'''

CHECKS = '''
import numpy as np
from autograder.toolkit import assert_agrees, exercise

@exercise("double")
class TestDouble:
    def test_two_doubled_is_four(self, student):
        """Multiply by two."""
        assert_agrees(student.double(np.array([2.0])), np.array([4.0]))

@exercise("quadruple")
class TestQuadruple:
    def test_one_becomes_four(self, student):
        assert_agrees(student.quadruple(np.array([1.0])), np.array([4.0]))
'''

MISTAKES = """
from autograder.toolkit.variants import mistake

@mistake("double", caught_by="test_doubles_every_entry", says="The input is squared, not doubled.")
def squared(x):
    return x * x

@mistake("double", caught_by="test_doubles_every_entry", says="Only the first row is doubled.")
def first_row_only(x):
    y = x.copy()
    y[:1] *= 2
    return y
"""

STAND_INS = """
import numpy as np

def double(x):
    return np.add(x, x)
"""


def tiny_course(root: Path, **files: str) -> Course:
    """Write the course under `root`; `files` replace single ones: grader=…, script=…"""
    texts = {
        "script": SCRIPT,
        "grader": GRADER,
        "checks": CHECKS,
        "mistakes": MISTAKES,
        "stand_ins": STAND_INS,
        **files,
    }
    names = {"script": "steps", "grader": "grade_steps", "checks": "test_steps"}
    folder = root / "solutions" / "01_steps"
    folder.mkdir(parents=True)
    for kind, text in texts.items():
        (folder / f"{names.get(kind, kind)}.py").write_text(textwrap.dedent(text))
    (root / "solutions" / "course.toml").write_text('title = "Tiny"\nseed = "tiny"\n')
    return find_course(root)
