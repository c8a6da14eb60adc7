"""A tiny course with planted secrets, for submissions that try to get at them.

Its exercises are what an attack can be rewarded with: `plain` is trivial, so that an attempt which succeeds can return the right answer;
`inner` and `weights` are trivial too, by a call that they forbid; `steady` by a loop; `vault` can only be answered by who knows a secret.
`quick` is timed, `moved` runs on the simulated device, `running` keeps a cache of its own where it is, `chosen` is given a function of
the grader's to ask, and a question of the quiz wants a letter.
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
BEGINNINGS = sorted({secret.rpartition("-")[0] for secret in SECRETS.values()})
"""What an attack would show of a secret. Not the mark alone that attacks look for: one that walks through memory finds its own."""
UNIT = "01_treasure"
EXERCISES = ["plain", "inner", "weights", "steady", "vault", "quick", "moved", "running", "chosen"]
QUESTION = "quiz-chest"

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
# %% solution="quick"
def quick(x):
    """The squares of many numbers."""
    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION
# %% check="quick" points=1
check(quick)
# %% solution="moved"
def moved(x):
    """One more than every entry, where x is."""
    ### BEGIN SOLUTION
    return x + torch.ones(x.shape[-1], dtype=x.dtype, device=x.device)
    ### END SOLUTION
# %% check="moved" points=1
check(moved)
# %% solution="running"
def running(x, cache=None):
    """The sum of all x so far, and what has to be known to go on."""
    ### BEGIN SOLUTION
    total = x.sum() + (0 if cache is None else cache)
    return total, total
    ### END SOLUTION
# %% check="running" points=1
check(running)
# %% solution="chosen"
def chosen(log_probs, token):
    """The likeliest successor of a token."""
    ### BEGIN SOLUTION
    return int(log_probs(torch.tensor([[token]])).argmax())
    ### END SOLUTION
# %% check="chosen" points=2
check(chosen)
'''

GRADER = """
import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.devices import Device
from autograder.toolkit import (
    assert_agrees, assert_at_most_times_the_reference, assert_steady_operations, exercise, on_devices, points,
)
from autograder.toolkit import tensors as t

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
        assert_steady_operations(student.steady, small=[x[:8]], large=[x])


@exercise("vault", points=3)
class TestVault:
    @points(3)
    @given(x=st.floats(-9, 9))
    def test_knows_the_secret(self, student, reference, x):
        assert_agrees(student.vault(x), reference.vault(x))


@exercise("quick", points=1)
class TestQuick:
    @points(1)
    def test_is_as_quick_as_it_can_be(self, student, reference):
        assert_at_most_times_the_reference(3, student, reference, "quick", [np.arange(1.0, 100_001.0)])


@exercise("moved", points=1)
class TestMoved:
    @points(1)
    @on_devices(Device.SIMULATED)
    def test_adds_one_where_x_is(self, student):
        for x in (torch.arange(3.0), torch.arange(8.0).reshape(2, 4)):
            assert_agrees(student.moved(x), x + 1)


@exercise("running", points=1)
class TestRunning:
    @points(1)
    def test_goes_on_from_what_it_kept(self, student):
        for scale in (1.0, 3.0):
            kept = student.running.keeping(1)
            first, cache = kept(scale * torch.arange(4.0))
            assert_agrees(first, torch.tensor(6.0 * scale))
            other, _ = kept(torch.ones(2))
            for more in (1.0, 5.0):
                assert_agrees(kept(torch.full((3,), more), cache)[0], torch.tensor(6.0 * scale + 3 * more))
            assert_agrees(other, torch.tensor(2.0))


@exercise("chosen", points=2)
class TestChosen:
    @points(2)
    @given(seed=st.integers(0, 99), token=st.integers(0, 4))
    def test_asks_the_model(self, student, reference, seed, token):
        model = t.Lookup(torch.rand(5, 5, generator=torch.Generator().manual_seed(seed), dtype=torch.float64))
        assert_agrees(student.chosen(model, token), reference.chosen(model, token))
"""

QUIZ = """
from autograder.quiz.authoring import Choice, Option, question


@question("The chest", about="plain")
def chest():
    '''Where is the treasure?'''
    return Choice(
        right=Option("Below the old oak", because="It was put there before anybody looked."),
        wrong=[
            Option("In the harbour", because="There is nothing but water in the harbour."),
            Option("On the roof", because="There is nothing but rain on the roof."),
            Option("In the well", because="There is nothing but darkness in the well."),
        ],
    )
"""


def make_course(root: Path) -> Course:
    """Writes the course below `root`."""
    unit = root / "solutions" / UNIT
    unit.mkdir(parents=True)
    (root / "solutions" / "course.toml").write_text(f'title = "Treasure"\nseed = "{SECRETS["seed"]}"\n')
    (unit / "treasure.py").write_text(SCRIPT.replace("{reference}", SECRETS["reference"]))
    (unit / "grade_treasure.py").write_text(GRADER.replace("{grader}", SECRETS["grader"]))
    (unit / "quiz.py").write_text(QUIZ)
    return find_course(root)
