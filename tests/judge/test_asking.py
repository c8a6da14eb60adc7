"""A function of the grader's in a submission's hands: it can be called, and that is all that can be done with it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from programs import pieces

from autograder.faults import Stopped, StudentError
from autograder.judge import asking
from autograder.judge.protocol import Load
from autograder.judge.proxy import Student, local
from autograder.judge.session import Session
from autograder.results import Verdict

CODE = """
import numpy as np

kept = []

def twice(f, x):
    return f(f(x))

def named(f):
    return f(np.array([1.0, 2.0]), axis=0)

def forgives(f):
    try:
        f(1.0)
    except ZeroDivisionError as error:
        return f"{type(error).__name__}: {error}"

def changes_what_it_gives(f):
    x = np.array([1.0, 2.0])
    f(x)
    return x

def looks_inside(f):
    return [f.__name__, f.__closure__, f.__globals__, f.__defaults__, f.__dict__, f.__doc__, str(f.__code__.co_consts)]

def gives_an_object(f):
    class Trick:
        shape = (3,)
    return f(Trick())

def gives_a_function(f):
    return f(lambda: 1)

def keeps(f):
    kept.append(f)

def uses_what_it_kept():
    return kept[0](1.0)

def asks_for_ever(f):
    while True:
        f(1.0)

def works_for_ever_between_questions(f):
    while True:
        f(1.0)
        for _ in range(2_000_000):
            pass

def asks_about_much(f):
    return f(np.zeros(1_000_000))
"""


@pytest.fixture(scope="module")
def in_a_worker(judge):
    with judge.worker(pieces(CODE)) as worker:
        yield Student(worker)


@pytest.fixture(scope="module")
def at_home():
    session = Session()
    session.load(Load(0, pieces(CODE), [], "", []))
    return local(session)


@pytest.fixture(params=["in_a_worker", "at_home"])
def student(request):
    return request.getfixturevalue(request.param)


def spoil(x):
    x[...] = 0
    return x


def fail(x):
    raise ZeroDivisionError("by hand")


def test_its_value_comes_back(student):
    assert student.twice(lambda x: 3 * x, 2.0) == 18.0


def test_arguments_arrive_by_position_and_by_name(student):
    seen = []
    assert student.named(lambda x, axis: seen.append((x.tolist(), axis))) is None
    assert seen == [([1.0, 2.0], 0)]


def test_what_it_raises_can_be_caught_there(student):
    assert student.forgives(fail) == "ZeroDivisionError: by hand"


def test_what_nobody_catches_comes_back_as_the_same_exception(student):
    with pytest.raises(ZeroDivisionError, match="by hand"):
        student.twice(fail, 1.0)


def test_another_submissions_function_can_be_given(student, at_home):
    assert student.twice(lambda x: at_home.twice(lambda y: y + 1, x), 0.0) == 4.0


def test_it_is_given_copies(student):
    assert student.changes_what_it_gives(spoil).tolist() == [1.0, 2.0]


def test_two_functions_look_alike_from_inside(in_a_worker):
    seen = in_a_worker.looks_inside(fail)
    assert seen == in_a_worker.looks_inside(np.mean)
    assert seen[:3] == ["function", None, None]
    assert not any("fail" in str(part) or "by hand" in str(part) for part in seen)


@pytest.mark.parametrize("name", ["gives_an_object", "gives_a_function"])
def test_objects_of_the_submission_do_not_arrive(student, name):
    seen = []
    getattr(student, name)(seen.append)
    assert [type(value).__name__ for value in seen] == ["Opaque"]
    assert not hasattr(seen[0], "shape")


def test_one_that_was_kept_is_nobody_once_the_call_is_over(judge):
    with judge.worker(pieces(CODE)) as worker:
        student = Student(worker)
        student.keeps(lambda x: x)
        with pytest.raises(Stopped) as caught:
            student.uses_what_it_kept()
    assert caught.value.verdict is Verdict.CRASHED


def test_one_that_was_kept_is_nobody_at_home_either(at_home):
    at_home.keeps(lambda x: x)
    with pytest.raises(StudentError, match="nobody"):
        at_home.uses_what_it_kept()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("asks_for_ever", "more than"),
        ("works_for_ever_between_questions", "without an answer"),
        ("asks_about_much", "smaller arrays"),
    ],
)
def test_asking_is_bounded(judge, name, said):
    with judge.worker(pieces(CODE)) as worker, pytest.raises(Stopped, match=said) as caught:
        getattr(Student(worker), name)(lambda x: 0.0)
    assert caught.value.verdict is Verdict.TIMEOUT
    assert worker.status is not None


def test_our_own_time_is_bounded(judge, monkeypatch):
    monkeypatch.setattr(asking, "MAX_SECONDS", 0.0)
    with judge.worker(pieces(CODE)) as worker, pytest.raises(Stopped, match="at work"):
        Student(worker).twice(lambda x: x, 1.0)
