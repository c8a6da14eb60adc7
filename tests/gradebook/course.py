"""A course that can be graded in a moment: one unit of two exercises, one unit whose hidden grader is broken."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat

from autograder.course import Course, find_course
from autograder.release import build

REPOSITORY = Path(__file__).parents[2]

NUMBERS = '''\
# %% [markdown]
# # 01 · Numbers
# %%
from autograder import check
# %% solution="double"
def double(x):
    """Twice the number `x`."""
    ### BEGIN SOLUTION
    return x + x if x else 0.0
    ### END SOLUTION
# %% check="double" points=3
check(double)
# %% solution="triple"
def triple(x):
    """Three times the number `x`."""
    ### BEGIN SOLUTION
    return x + x + x if x else 0.0
    ### END SOLUTION
# %% check="triple" points=2
check(triple)
'''

GRADE_NUMBERS = '''\
from autograder.toolkit import exercise, points


@exercise("double", points=3)
class TestDouble:
    @points(2.5)
    def test_doubles_a_positive_number(self, student, reference):
        """Add the number to itself."""
        hidden_number = 123.0
        assert student.double(hidden_number) == reference.double(hidden_number)

    @points(0.5)
    def test_doubles_a_negative_number(self, student, reference):
        assert student.double(-7.0) == reference.double(-7.0)


@exercise("triple", points=2)
class TestTriple:
    @points(2)
    def test_triples(self, student, reference):
        assert student.triple(5.0) == reference.triple(5.0)
'''

TEST_NUMBERS = """\
from autograder.toolkit import exercise


@exercise("double")
class TestDouble:
    def test_worked_example(self, student):
        assert student.double(3.0) == 6.0


@exercise("triple")
class TestTriple:
    def test_worked_example(self, student):
        assert student.triple(3.0) == 9.0
"""

BROKEN = '''\
# %%
from autograder import check
# %% solution="square"
def square(x):
    """`x` times itself."""
    ### BEGIN SOLUTION
    return x * x if x else 0.0
    ### END SOLUTION
# %% check="square" points=1
check(square)
'''

GRADE_BROKEN = """\
from autograder.toolkit import exercise, points


@exercise("square", points=1)
class TestSquare:
    @points(1)
    def test_squares(self, student, reference):
        raise RuntimeError("a fault in the hidden grader")
"""

TEST_BROKEN = """\
from autograder.toolkit import exercise


@exercise("square")
class TestSquare:
    def test_worked_example(self, student):
        assert student.square(3.0) == 9.0
"""

FILES = {
    "course.toml": 'title = "Numbers"\nseed = "a-seed-for-the-tests"\n',
    "01_numbers/numbers.py": NUMBERS,
    "01_numbers/grade_numbers.py": GRADE_NUMBERS,
    "01_numbers/test_numbers.py": TEST_NUMBERS,
    "01_numbers/mistakes.py": "",
    "01_numbers/notes": "private: what the author thinks of it all",
    "02_broken/broken.py": BROKEN,
    "02_broken/grade_broken.py": GRADE_BROKEN,
    "02_broken/test_broken.py": TEST_BROKEN,
}

RIGHT = {
    "double": "def double(x):\n    return 2.0 * x\n",
    "triple": "def triple(x):\n    return 3.0 * x\n",
}


def write_course(root: Path) -> Course:
    """The course, built, with the repository's nbgrader_config.py."""
    for name, text in FILES.items():
        path = root / "solutions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    course = find_course(root)
    build(course)
    return course


def released(course: Course, unit: str = "numbers") -> Any:
    return nbformat.read(course.unit(unit).notebook, as_version=4)


def filled(course: Course, answers: dict[str, str]) -> Any:
    """The released notebook with the cells of `answers` written."""
    notebook = released(course)
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    return notebook


def cell_of(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook.cells if cell.id == name)


def edited(course: Course, answers: dict[str, str], edit: Callable[[Any], None]) -> Any:
    notebook = filled(course, answers)
    edit(notebook)
    return notebook


def hand_in(course: Course, student: str, content: Any, unit: str = "numbers") -> Path:
    """Put a notebook, or the bytes of what should be one, where nbgrader collects submissions."""
    where = course.unit(unit)
    path = course.root / "submitted" / student / where.name / f"{where.slug}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode("utf-8"))
    return path
