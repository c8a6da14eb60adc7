"""What a unit builds on: the student's own work where it passes its checks, ready-made where it does not or where code is graded."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.course import Course, CourseError, find_course
from autograder.grading import Grader
from autograder.judge.protocol import Earlier, Load, Piece
from autograder.judge.session import Session
from autograder.judge.stand_ins import StandIns, earlier, provided
from autograder.release import build
from autograder.results import Verdict
from autograder.selfcheck.own_work import OwnWork
from autograder.submission import Found, read_submission

from .kernel import Kernel

DOUBLE = '''\
# %% [markdown]
# # 01 · Double
# %%
from autograder import check
# %% solution="double"
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
# %% check="double" points=1
check(double)
'''
QUADRUPLE = '''\
# %% [markdown]
# # 02 · Quadruple
# %%
from autograder import check, earlier

double = earlier("double")
# %% solution="quadruple"
def quadruple(x):
    """Four times x: double it twice."""
    ### BEGIN SOLUTION
    return double(double(x))
    ### END SOLUTION
# %% check="quadruple" points=1
check(quadruple)
'''
CHECKS = """\
from autograder.toolkit import exercise, points, require

@exercise("{name}", points=1)
class TestIt:
    @points(1)
    def test_of_three(self, student):
        require(student.{name}(3.0) == {value}, "it is {value}")
"""
STAND_INS = "import operator\n\ndef double(x):\n    return operator.add(x, x)\n"


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    root = tmp_path_factory.mktemp("course")
    for unit, script, value in (("01_double", DOUBLE, 6.0), ("02_quadruple", QUADRUPLE, 12.0)):
        folder = root / "solutions" / unit
        folder.mkdir(parents=True)
        slug = unit[3:]
        (folder / f"{slug}.py").write_text(script)
        for kind in ("test", "grade"):
            (folder / f"{kind}_{slug}.py").write_text(CHECKS.format(name=slug, value=value))
    (root / "solutions" / "01_double" / "stand_ins.py").write_text(STAND_INS)
    build(find_course(root))
    return find_course(root)


@pytest.fixture
def students_copy(course, tmp_path) -> Course:
    shutil.copytree(course.root / "exercises", tmp_path / "exercises")
    return find_course(tmp_path)


def write(course: Course, unit: str, source: str) -> Path:
    """Put `source` in place of the stub of a saved notebook."""
    path = course.unit(unit).notebook
    notebook = nbformat.read(path, as_version=4)
    (cell,) = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    cell.source = source
    nbformat.write(notebook, path)
    return path


def verdict(course: Course, grader_course: Course, source: str) -> Verdict:
    path = write(course, "02", source)
    with Grader(grader_course) as grader:
        (exercise,) = grader.grade(read_submission(Found("ada", "02_quadruple", str(path)), ["quadruple"])).exercises
    return exercise.verdict


def test_work_that_passes_its_checks_is_the_students_own(students_copy):
    write(students_copy, "01", "def double(x):\n    'My own.'\n    return x + x")
    told: list[str] = []
    assert OwnWork(students_copy.unit("02"), told.append)("double").__doc__ == "My own."
    assert told == ["double: your own, from unit 01_double."]


@pytest.mark.parametrize(
    "source", ["def double(x):\n    return 3 * x", "def double(x):\n    raise NotImplementedError", "def double(:"]
)
def test_work_that_does_not_pass_is_replaced_by_what_is_ready_made(students_copy, source):
    write(students_copy, "01", source)
    told: list[str] = []
    assert OwnWork(students_copy.unit("02"), told.append)("double")(5) == 10
    assert told == ["double: ready-made, until yours passes its checks in unit 01_double."]


def test_a_notebook_that_was_mended_and_saved_is_looked_at_again(students_copy):
    write(students_copy, "01", "def double(x):\n    return 3 * x")
    first = OwnWork(students_copy.unit("02"))("double")
    write(students_copy, "01", "def double(x):\n    'Mended.'\n    return 2 * x")
    assert first.__doc__ is None
    assert OwnWork(students_copy.unit("02"))("double").__doc__ == "Mended."


def test_a_name_that_no_earlier_unit_has_is_told_in_one_line(students_copy):
    with pytest.raises(CourseError, match="No unit before 02_quadruple has an exercise called `quadruple`"):
        OwnWork(students_copy.unit("02"))("quadruple")


def test_a_notebook_says_whose_work_it_uses(students_copy):
    write(students_copy, "01", "def double(x):\n    return x * 2")
    with Kernel(students_copy.unit("02").released) as kernel:
        shown = kernel.run('from autograder import earlier\ndouble = earlier("double")\nprint(double(21))')
    assert shown.error == ""
    assert shown.printed == "double: your own, from unit 01_double.\n42\n"


def test_what_is_graded_builds_on_what_is_ready_made(students_copy, course):
    write(students_copy, "01", "def double(x):\n    return 3 * x")
    right = "def quadruple(x):\n    return double(double(x))"
    assert verdict(students_copy, course, right) is Verdict.PASSED
    asked_when_called = "from autograder import earlier\ndef quadruple(x):\n    return earlier('double')(2 * x)"
    assert verdict(students_copy, course, asked_when_called) is Verdict.PASSED
    assert verdict(students_copy, course, "def quadruple(x):\n    return double(x)") is Verdict.FAILED


def test_only_what_the_unit_builds_on_can_be_asked_for():
    session = Session()
    source = "from autograder import earlier\ndouble = earlier('double')\nsecond = earlier('half')"
    pieces = [Piece(line, "cell", 1) for line in source.split("\n")]
    stand_ins = STAND_INS + "def half(x):\n    return x / 2\n"
    loaded = session.load(Load(0, pieces, [], "", [], Earlier(["double"], [stand_ins])))
    assert "double" in loaded.names
    assert loaded.failures[2].message == "this unit does not build on 'half', but on double"


def test_the_nearest_earlier_unit_counts_and_stand_ins_build_on_those_before_them():
    first = "def step(x):\n    return x + 1\n"
    second = "from autograder import earlier\nbefore = earlier('step')\ndef step(x):\n    return before(before(x))\n"
    assert StandIns([first, second])("step")(0) == 2
    assert StandIns([first])("step")(0) == 1


def test_modules_and_private_names_are_no_exercises():
    give = StandIns(["import math\n_secret = 1\n"])
    for name in ("math", "_secret"):
        with pytest.raises(LookupError, match="no unit before this one"):
            give(name)


def test_several_names_come_as_a_tuple():
    with provided({"a": 1, "b": 2}.__getitem__):
        assert earlier("a", "b") == (1, 2)
        assert earlier("b") == 2
