"""A course of two tiny units, written into a folder: small enough to read, large enough to have every kind of file."""

from __future__ import annotations

from pathlib import Path

from autograder.course import Course, find_course

SEED = "correct-horse-battery-staple"

DOUBLE = '''\
# %% [markdown]
# # 01 · Double: twice as much
#
# Grüße: multiply by two, as in $2x$.
# %%
import numpy as np
from autograder import check
# %% [markdown]
# ## Your turn
# %% solution="double"
def double(x):
    """Twice `x`: an array of the same shape."""
    ### BEGIN SOLUTION
    secret_factor = np.float64(2.0)  # the number two, of course
    return secret_factor * np.asarray(x, dtype=np.float64)
    ### END SOLUTION
# %% check="double" points=4
check(double)
# %%
LIMIT = 10
# %% solution="halve"
class halve:
    """Half of it."""

    def __init__(self, x):
        self.x = x

    def value(self):
        ### BEGIN SOLUTION
        return self.x / 2
        ### END SOLUTION
# %% check="halve" points=2.5
check(halve)
'''

GRADE_DOUBLE = """\
from autograder import exercise, points


@exercise("double", points=4)
class TestDouble:
    @points(4)
    def test_doubles_what_nobody_expects(self, student, reference):
        assert student.double(1_234_567.5) == reference.double(1_234_567.5)


@exercise("halve", points=2)
class TestHalve:
    @points(2)
    def test_halves(self, student):
        assert student.halve(3).value() == 1.5


@exercise("halve", points=0.5)
class TestHalveMore:
    @points(0.5)
    def test_halves_more(self, student):
        assert student.halve(5).value() == 2.5
"""

TEST_DOUBLE = """\
from autograder import exercise


@exercise("double")
class TestDouble:
    def test_worked_example(self, student):
        assert student.double(3) == 6


@exercise("halve")
class TestHalve:
    def test_worked_example(self, student):
        assert student.halve(6).value() == 3
"""

MISTAKES_DOUBLE = """\
def doubles_by_adding_two(x):
    return np.asarray(x) + np.asarray([2.0, 2.0])
"""

ALTERNATIVES_DOUBLE = """\
def double_by_shifting(x):
    return np.ldexp(np.asarray(x, dtype=float), 1)
"""

QUIZ_DOUBLE = '''\
from autograder.quiz.authoring import Choice, Option, question


@question("Twice three", about="double")
def twice_three():
    """What is twice three?"""
    return Choice(
        right=Option("Six", because="six, because three and three are six"),
        wrong=[
            Option("Five", because="That is two more than three."),
            Option("Nine", because="That is three times three."),
            Option("Eight", because="That is two to the power of three."),
        ],
    )
'''

TRIPLE = '''\
# %% [markdown]
# # 02 · Triple
# %%
from autograder import check
# %% solution="triple"
def triple(x):
    """Three times `x`."""
    ### BEGIN SOLUTION
    return x + x + x
    ### END SOLUTION
# %% check="triple" points=1
check(triple)
'''

GRADE_TRIPLE = """\
import autograder


@autograder.exercise("triple", points=1)
class TestTriple:
    @autograder.points(1)
    def test_triples_a_fraction(self, student):
        assert student.triple(0.125) == 0.375
"""

TEST_TRIPLE = """\
from autograder import exercise


@exercise("triple")
class TestTriple:
    def test_triples(self, student):
        assert student.triple(2) == 6
"""

FILES = {
    "course.toml": f'title = "Multiplication"\nseed = "{SEED}"\n',
    "start.py": "# %% [markdown]\n# # Welcome\n#\n# Open 01_double/double.ipynb.\n",
    "01_double/double.py": DOUBLE,
    "01_double/grade_double.py": GRADE_DOUBLE,
    "01_double/test_double.py": TEST_DOUBLE,
    "01_double/stand_ins.py": "def double(x):\n    return x + x\n",
    "01_double/mistakes.py": MISTAKES_DOUBLE,
    "01_double/alternatives.py": ALTERNATIVES_DOUBLE,
    "01_double/quiz.py": QUIZ_DOUBLE,
    "01_double/notes.txt": "private notes of the author: pay attention to people who add two\n",
    "02_triple/triple.py": TRIPLE,
    "02_triple/grade_triple.py": GRADE_TRIPLE,
    "02_triple/test_triple.py": TEST_TRIPLE,
}

RELEASED = {
    ".release.json",
    "start.ipynb",
    "01_double/double.ipynb",
    "01_double/quiz.json",
    "01_double/test_double.py",
    "01_double/stand_ins.py",
    "02_triple/triple.ipynb",
    "02_triple/test_triple.py",
}


def write_course(root: Path) -> Course:
    """The course, in the folder `root`, not yet built."""
    for name, text in FILES.items():
        path = root / "solutions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return find_course(root)


def replace_in(path: Path, old: str, new: str) -> None:
    """Change a file; the text to be replaced has to be there."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under `folder`, hidden ones too, but for what is only kept to save time: relative path to contents."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".cache" not in path.parts
    }
