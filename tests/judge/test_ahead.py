"""Questions asked ahead: the same answers and verdicts as one by one, each call's its own."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "grading"))
from programs import pieces
from tiny import GRADER, tiny_course

from autograder.faults import Stopped
from autograder.grading import Grader
from autograder.judge.ahead import LostAnswers, Recorder
from autograder.judge.protocol import Load
from autograder.judge.proxy import Student
from autograder.judge.session import Session
from autograder.judge.signatures import signatures_of
from autograder.judge.transport import LocalTransport
from autograder.results import Verdict
from autograder.submission import Submission, program_from_source

SOURCE = """
    import numpy as np
    seen = []
    def f(x):
        seen.append(len(seen))
        return 2 * x
    def how_often(): return len(seen)
    class Line:
        def __init__(self, slope): self.slope = slope
        def at(self, x): return self.slope * x
        def plus(self, other): return Line(self.slope + other.slope)
"""


def recorded(test, source=SOURCE):
    """What `test` asks of this source, as it is written down."""
    session = Session()
    session.load(Load(0, pieces(source), [], "", []))
    recorder = Recorder(LocalTransport(session))
    test(Student(recorder, signatures_of(session.namespace)))
    return tuple(recorder.asked), signatures_of(session.namespace)


def asked_ahead(judge, test, source, records=1, expected_of=SOURCE, forbidden=()):
    """A student in a worker that has been asked what `test` asks."""
    record, signatures = recorded(test, expected_of)
    student = Student(judge.worker(pieces(source), list(forbidden)), signatures)
    student.ask_ahead([record] * records)
    return student


def three_calls(student):
    return [student.f(np.arange(n, dtype=float)) for n in (2, 3, 4)]


def test_answers_asked_ahead_are_those_of_calls_one_by_one(judge):
    student = asked_ahead(judge, three_calls, SOURCE)
    with student.transport:
        assert [answer.tolist() for answer in three_calls(student)] == [[0, 2], [0, 2, 4], [0, 2, 4, 6]]
        assert student.how_often() == 3


def test_all_of_them_are_answered_before_the_first_is_read(judge):
    student = asked_ahead(judge, three_calls, SOURCE)
    with student.transport:
        student.f(np.arange(2.0))
        assert student.how_often() == 3


def test_a_call_that_was_not_foreseen_gets_its_own_answer(judge):
    student = asked_ahead(judge, three_calls, SOURCE)
    with student.transport:
        assert student.f(np.ones(1)).tolist() == [2]
        assert student.f(np.arange(3.0)).tolist() == [0, 2, 4]
        assert student.how_often() == 5


def test_an_argument_that_differs_in_its_last_bit_was_not_foreseen(judge):
    student = asked_ahead(judge, three_calls, SOURCE)
    with student.transport:
        assert student.f(np.nextafter([0.0, 1.0], 1)).tolist() == [2 * np.nextafter(0.0, 1), 2]
        assert student.how_often() == 4


def test_objects_that_are_made_ahead_are_called_ahead(judge):
    def lines(student):
        line = student.Line(2.0)
        return [line.at(3.0), line.plus(student.Line(5.0)).at(1.0)]

    student = asked_ahead(judge, lines, SOURCE, records=3)
    with student.transport:
        assert [lines(student) for _ in range(3)] == [[6.0, 7.0]] * 3
        assert not student.transport._ahead


def test_a_class_that_hands_out_other_objects_than_foreseen_is_called_as_it_is(judge):
    def lines(student):
        return [student.Line(2.0).at(3.0), student.Line(4.0).at(3.0)]

    source = SOURCE.replace(
        "class Line:", "class Line:\n        def __new__(cls, slope): return (cls, object.__new__(cls))"
    )
    student = asked_ahead(judge, lines, source)
    with student.transport:
        made = student.Line(2.0)
        assert isinstance(made, tuple)
        assert student.how_often() == 0


@pytest.mark.parametrize("size", [3, 10_000], ids=["small", "large"])
def test_a_later_call_cannot_change_an_earlier_answer(judge, size):
    def calls(student):
        return [student.f(size, value) for value in (1.0, 2.0, 3.0)]

    source = """
        import numpy as np
        kept = []
        def f(size, value):
            if not kept: kept.append(np.zeros(size))
            kept[0][:] = value
            return kept[0]
    """
    student = asked_ahead(judge, calls, source, expected_of=source)
    with student.transport:
        assert student.transport._ahead
        assert [(float(answer.min()), float(answer.max())) for answer in calls(student)] == [(1, 1), (2, 2), (3, 3)]


def test_a_forbidden_call_is_told_of_the_call_that_made_it(judge):
    source = "import numpy as np\ndef f(x): return np.dot(x, x) if len(x) == 4 else 2 * x"
    student = asked_ahead(judge, three_calls, source, forbidden=["numpy.dot"])
    with student.transport:
        assert student.f(np.arange(2.0)).tolist() == [0, 2]
        assert student.f(np.arange(3.0)).tolist() == [0, 2, 4]
        with pytest.raises(Stopped) as caught:
            student.f(np.arange(4.0))
    assert caught.value.verdict is Verdict.FORBIDDEN


@pytest.mark.parametrize(
    "end", ["os._exit(0)", "os.write(100, b'x' * 64)", "ctypes.string_at(0)", "[0 for _ in iter(int, 1)]"]
)
def test_what_ends_a_worker_among_them_is_not_taken_for_an_answer(judge, end):
    source = f"import os, ctypes\ndef f(x): return {end} if len(x) == 4 else 2 * x"
    student = asked_ahead(judge, three_calls, source)
    with student.transport, pytest.raises(LostAnswers):
        three_calls(student)


def test_an_answer_to_another_question_ends_asking_ahead(judge):
    source = """
        import os, struct
        def f(x):
            if len(x) == 2:
                header = bytes([0x95, 9, 0x01, 0xC0, 0xA0, 0x90])  # request 9: the value 1
                os.write(100, struct.pack("<IQ", len(header), 0) + header)
            return 2 * x
    """
    student = asked_ahead(judge, three_calls, source)
    with student.transport, pytest.raises(LostAnswers):
        three_calls(student)


def test_what_is_measured_is_not_asked_ahead():
    def measures(student):
        student.f(np.ones(1))
        student.f.cpu_seconds(np.ones(2))
        student.f(np.ones(3))

    record, _ = recorded(measures)
    assert len(record) == 1


def graded(tmp_path, source):
    """The tests of `double`, whose first example is a seven."""
    programs = {name: program_from_source(name, source, "steps.py") for name in ("double", "quadruple")}
    given = "@given(x=arrays(min_dims=2"
    grader = GRADER.replace(given, f"@example(x=np.array([[7.0]]))\n    {given}")
    with Grader(tiny_course(tmp_path, grader=grader)) as one:
        result = one.grade(Submission("ann", "01_steps", "ann/steps.py", programs))
    return {test.name: test for test in result.exercises[0].tests}


def test_the_example_that_ends_the_process_is_found(tmp_path):
    source = """
import os
def double(x):
    if x.shape[0] == 3: os._exit(1)
    return 2 * x
def quadruple(x): return 4 * x
"""
    crashed = graded(tmp_path, source)["test_doubles_every_entry"]
    assert crashed.verdict is Verdict.CRASHED
    assert crashed.counterexample.inputs[0].value.count("[") == 4  # three rows


def test_a_wrong_answer_before_a_crash_is_a_wrong_answer(tmp_path):
    source = """
import os
calls = []
def double(x):
    calls.append(x)
    if len(calls) == 2: os._exit(1)
    return 3 * x if x[0, 0] == 7 else 2 * x
def quadruple(x): return 4 * x
"""
    assert graded(tmp_path, source)["test_doubles_every_entry"].verdict is Verdict.FAILED
