"""A tiny course with planted secrets, for submissions that try to get at them.

Its exercises are what an attack can be rewarded with: `plain` is trivial, so that an attempt which succeeds can return the right answer;
`inner` and `weights` are trivial too, by a call that they forbid; `steady` by a loop; `vault` can only be answered by who knows a secret.
"""

from __future__ import annotations

from pathlib import Path

from autograder.course import Course, find_course

SECRETS = {
    "grader": "PLANTED-IN-THE-GRADER-4711",
    "reference": "PLANTED-IN-THE-REFERENCE-4711",
    "seed": "PLANTED-AS-THE-SEED-4711",
    "environment": "PLANTED-IN-THE-ENVIRONMENT-4711",
}
MARK = "PLANTED" + "-"
UNIT = "01_treasure"

SCRIPT = '''
# %% [markdown]
# # 01 · Treasure
# %%
import numpy as np
import torch
# %% solution="plain"
def plain(x):
    """One more than x."""
    ### BEGIN SOLUTION
    return x + 1
    ### END SOLUTION
# %% check="plain" points=1
check(plain)
# %% solution="inner"
def inner(a, b):
    """The sum of the products of two vectors' entries."""
    ### BEGIN SOLUTION
    return float((a * b).sum())
    ### END SOLUTION
# %% check="inner" points=2
check(inner)
# %% solution="weights"
def weights(scores):
    """Softmax of a vector of scores."""
    ### BEGIN SOLUTION
    shares = torch.exp(scores - scores.max())
    return shares / shares.sum()
    ### END SOLUTION
# %% check="weights" points=2
check(weights)
# %% solution="steady"
def steady(x):
    """Every entry squared, without a loop."""
    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION
# %% check="steady" points=2
check(steady)
# %% solution="vault"
def vault(x):
    """The secret of the house."""
    ### BEGIN SOLUTION
    secret = "{reference}"
    return x + len(secret) * 0.123456789
    ### END SOLUTION
# %% check="vault" points=3
check(vault)
'''

GRADER = """
import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.toolkit import assert_agrees, assert_steady_operations, exercise, points

SECRET = "{grader}"
READY_MADE = ["numpy.dot", "numpy.matmul", "numpy.inner", "numpy.vdot", "numpy.einsum", "math.dist", "math.sumprod"]


@exercise("plain", points=1)
class TestPlain:
    @points(1)
    def test_adds_one(self, student):
        for value in (2.0, 5.0):
            assert_agrees(student.plain(value), value + 1)


@exercise("inner", points=2, forbidden=READY_MADE)
class TestInner:
    @points(2)
    def test_agrees_with_the_reference(self, student, reference):
        for n in (1, 4, 7):
            a, b = np.arange(n) + 0.5, np.cos(np.arange(n))
            assert_agrees(student.inner(a, b), reference.inner(a, b))


@exercise("weights", points=2, forbidden=["torch.softmax", "torch.log_softmax"])
class TestWeights:
    @points(2)
    def test_agrees_with_the_reference(self, student, reference):
        for n in (2, 5):
            scores = torch.arange(n, dtype=torch.float64) / 3
            assert_agrees(student.weights(scores), reference.weights(scores))


@exercise("steady", points=2)
class TestSteady:
    @points(2)
    def test_squares_without_a_loop(self, student):
        x = np.arange(240.0)
        assert_agrees(student.steady(x), x * x)
        for n in (8, 240):
            assert_agrees(student.steady.counted(x[:n]).value, x[:n] ** 2)
        assert_steady_operations(student.steady, small=[x[:8]], large=[x])


@exercise("vault", points=3)
class TestVault:
    @points(3)
    @given(x=st.floats(-9, 9))
    def test_knows_the_secret(self, student, reference, x):
        assert_agrees(student.vault(x), reference.vault(x))
"""


def make_course(root: Path) -> Course:
    """Writes the course below `root`."""
    unit = root / "solutions" / UNIT
    unit.mkdir(parents=True)
    (root / "solutions" / "course.toml").write_text(f'title = "Treasure"\nseed = "{SECRETS["seed"]}"\n')
    (unit / "treasure.py").write_text(SCRIPT.replace("{reference}", SECRETS["reference"]))
    (unit / "grade_treasure.py").write_text(GRADER.replace("{grader}", SECRETS["grader"]))
    return find_course(root)
