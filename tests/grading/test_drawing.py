"""What is drawn for a unit follows from the course alone: the same wherever and whenever it is drawn, or marks would depend on it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from tiny import GRADER, tiny_course

pytestmark = pytest.mark.slow

# Where hypothesis looks for numbers that it has seen elsewhere.
ANY_NUMBER = GRADER.replace("@given(x=arrays(max_dims=1))", "@given(x=st.floats(-1e6, 1e6).map(np.array))").replace(
    "import numpy as np", "import numpy as np\nfrom hypothesis import strategies as st"
)
DRAW = """
import sys
from pathlib import Path
from autograder.course import find_course
from autograder.grading import Grader
from autograder.grading.examples import _PoolRun
from autograder.grading.variants import submission_of
course = find_course(Path(sys.argv[1]))
with Grader(course) as grader:
    reference = grader.reference(course.unit("steps"))
    {before}
    run = _PoolRun(reference, course.secret_seed)
    run.run()
print({{test: [example.arguments for example in examples] for test, examples in run.pool.items()}})
"""
GRADED_BEFORE = 'grader.exercise(submission_of(reference, [], "reference"), "double")'
ELSEWHERE = "sys.path.insert(0, sys.argv[2]); import numbers_of_somebody"


def drawn(course, tmp_path, before="pass"):
    program = DRAW.format(before=before)
    ran = subprocess.run([sys.executable, "-c", program, course.root, tmp_path], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture
def course(tmp_path):
    return tiny_course(tmp_path / "course", grader=ANY_NUMBER)


@pytest.fixture
def plainly(course, tmp_path):
    return drawn(course, tmp_path)


def test_drawing_does_not_depend_on_what_else_is_loaded(course, plainly, tmp_path):
    numbers = [1000.5 + 7.25 * number for number in range(200)]
    (tmp_path / "numbers_of_somebody.py").write_text(f"NUMBERS = {numbers}\n")
    assert drawn(course, tmp_path, ELSEWHERE) == plainly


def test_drawing_does_not_depend_on_what_was_graded_before(course, plainly, tmp_path):
    """A test keeps the settings with which its file was imported, and a submission gets half as many examples as the pool has."""
    assert drawn(course, tmp_path, GRADED_BEFORE) == plainly
