"""Code of which every call is slow, but none too slow, costs minutes and not hours, and its mistakes are shown all the same."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from tiny import tiny_course

from autograder.faults import Stopped
from autograder.grading import Grader, minimal, transports
from autograder.grading.minimal import Example, run_on
from autograder.grading.reference import UnitReference
from autograder.grading.transports import RestartingTransport
from autograder.judge.protocol import Operation, Piece
from autograder.judge.proxy import Student
from autograder.results import Verdict
from autograder.submission import Submission, program_from_source
from autograder.toolkit.marks import ExerciseMark

BUSY = """
import time
def busy(x):
    end = time.process_time() + 0.03
    while time.process_time() < end:
        pass
    return x
"""


DRAWN = np.arange(300.0).reshape(60, 5)


def searched(student, right):
    """What was tried, the drawn array first, of a property that fails for it."""
    asked = []

    def is_right(student, x):
        asked.append(x)
        assert right(student.busy(x))

    is_right.hypothesis = type("Property", (), {"inner_test": staticmethod(is_right)})
    with pytest.raises(AssertionError):
        run_on(is_right, {"student": student}, [Example({"x": DRAWN})])
    return asked


@pytest.fixture
def transport(judge, course, monkeypatch):
    monkeypatch.setattr(transports, "CALLS", 0.3 / judge.limits.cpu_seconds)
    unit = UnitReference(course.unit("softmax"))
    transport = RestartingTransport(judge, [Piece(BUSY, "cell 1", 1)], ExerciseMark("busy", 1.0), unit, [])
    transport.wall_left = 600.0  # however busy the machine is
    yield transport
    transport.close()


def test_calls_that_take_too_long_together_are_not_made_any_more(transport):
    answers = []

    def call_again_and_again():
        while len(answers) < 12:  # 11 take 0.33 s of the 0.3 that there are
            answers.append(transport.request(Operation.CALL, "busy", [1]))

    with pytest.raises(Stopped, match="too long with all its calls together") as stopped:
        call_again_and_again()
    assert stopped.value.verdict is Verdict.TIMEOUT
    assert len(answers) >= 2
    assert transport.deaths == []


def test_waiting_counts_too(transport):
    transport.cpu_left, transport.wall_left = 600.0, 0.0
    with pytest.raises(Stopped, match="too long with all its calls together"):
        transport.request(Operation.CALL, "busy", [1])


def test_a_search_ends_with_its_share_of_the_time_and_shows_the_smallest_input_that_it_knows(transport):
    """What is left after the search is for the tests that follow."""
    transport.cpu_left = 1.0
    student = Student(transport)
    asked = searched(student, lambda y: y.size < 3)
    assert 2 <= len(asked) <= 1 + minimal.SHARE / 0.03 + 1
    assert transport.cpu_left > 0.5
    (shown,) = student.calls[-1].positional
    assert shown is [x for x in asked if x.size >= 3][-1]


def test_what_failed_is_shown_and_not_what_was_tried_after_it(transport):
    transport.cpu_left = 1.0
    student = Student(transport)
    asked = searched(student, lambda y: y.sum() != DRAWN.sum())
    assert len(asked) >= 2
    (shown,) = student.calls[-1].positional
    assert shown is asked[0]


def test_a_wrong_answer_is_shown_where_no_time_was_left_to_make_it_smaller(tmp_path, monkeypatch):
    monkeypatch.setattr(minimal, "SHARE", 0.0)
    slow = (
        "import numpy as np\n" + BUSY + "def double(x):\n    return busy(x) * 3\ndef quadruple(x):\n    return 4 * x\n"
    )
    programs = {name: program_from_source(name, slow, "steps.py") for name in ("double", "quadruple")}
    with Grader(tiny_course(tmp_path)) as grader:
        double, quadruple = grader.grade(Submission("ann", "01_steps", "ann/steps.py", programs)).exercises
    assert quadruple.verdict is Verdict.PASSED
    failed = double.tests[0]
    assert failed.verdict is Verdict.FAILED
    assert failed.counterexample is not None
    assert failed.counterexample.got != failed.counterexample.expected
