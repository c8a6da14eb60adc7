"""Grading a test that a student wrote: by what it refuses, and by what it spares."""

from __future__ import annotations

import pytest

from autograder.faults import Stopped
from autograder.judge.protocol import Load, Piece
from autograder.judge.proxy import Student, local
from autograder.judge.session import Session
from autograder.toolkit import Candidate, Disagreement, assert_refuses, assert_spares, student_tests

RIGHT = [Candidate("a right double", lambda x: 2 * x), Candidate("another right double", lambda x: x + x)]
WRONG = Candidate("one that adds 2", lambda x: x + 2)
SUBTLE = Candidate("one that is wrong below 0", lambda x: 2 * abs(x))


@pytest.fixture(params=["in a worker", "at home"])
def graded(request, judge):
    """Makes a Student of a test's source, in a worker of its own for every call, or in this process."""
    workers = []

    def graded(body: str) -> Student:
        pieces = [Piece(f"seen = []\ndef check_double(double):\n    {body}\n", "cell 1", 1)]
        if request.param == "at home":
            session = Session()
            session.load(Load(0, pieces, [], "", []))
            return local(session)
        workers.append(judge.worker(pieces))
        return Student(workers[-1], renew=lambda: judge.worker(pieces))

    yield graded
    for worker in workers:
        worker.close()


def test_a_good_test_spares_the_right_and_refuses_the_wrong(graded):
    student = graded("assert double(3.0) == 6.0 and double(-1.0) == -2.0")
    assert_spares(student.check_double, RIGHT)
    assert_refuses(student.check_double, WRONG, RIGHT)
    assert_refuses(student.check_double, SUBTLE, RIGHT)


def test_a_weak_test_is_told_which_mistake_it_accepts(graded):
    student = graded("assert double(3.0) == 6.0")
    assert_refuses(student.check_double, WRONG, RIGHT)
    with pytest.raises(Disagreement, match="accepts one that is wrong below 0") as caught:
        assert_refuses(student.check_double, SUBTLE, RIGHT)
    assert (caught.value.got, caught.value.expected) == ("accepts it", "refuses it")


@pytest.mark.parametrize("body", ["return double(3.0) == 6.0", "return None if double(3.0) == 6.0 else False"])
def test_false_refuses_and_anything_else_accepts(graded, body):
    student = graded(body)
    assert_spares(student.check_double, RIGHT)
    assert_refuses(student.check_double, WRONG, RIGHT)


def test_a_test_that_refuses_a_right_one_is_shown_what_it_asked(graded):
    student = graded("assert double(3.0) == 9.0, 'not nine'")
    with pytest.raises(Disagreement, match=r"raises AssertionError: not nine(?s:.)*\(3\.0\), and it answered 6\.0"):
        assert_spares(student.check_double, RIGHT)


def test_a_question_is_told_as_it_was_asked_whatever_has_become_of_its_array(graded):
    student = graded("import numpy as np; x = np.ones(2); y = double(x); x += 5; y += 5; assert False")
    with pytest.raises(Disagreement, match=r"asked: \(\[1(?s:.)*answered \[2"):
        assert_spares(student.check_double, RIGHT)


def test_questions_are_laid_out_only_where_somebody_reads_them(graded, monkeypatch):
    shown = []
    monkeypatch.setattr(student_tests, "show", shown.append)
    assert_spares(graded("[double(x) for x in range(9)]").check_double, RIGHT)
    assert shown == []


def test_what_it_refuses_does_not_count_where_it_refuses_the_right(graded):
    student = graded("assert False")
    with pytest.raises(Disagreement, match="does not count"):
        assert_refuses(student.check_double, WRONG, RIGHT)


def test_a_test_that_stumbles_over_a_wrong_answer_has_refused_it(graded):
    student = graded("double(3.0).is_integer(); assert [0] * int(double(3.0)) and {6.0: 1}[double(3.0)]")
    assert_spares(student.check_double, RIGHT)
    assert_refuses(student.check_double, WRONG, RIGHT)


def test_a_candidate_is_tried_where_no_other_has_been(judge):
    pieces = [
        Piece("seen = []\ndef check_double(double):\n    seen.append(1)\n    assert len(seen) < 3\n", "cell 1", 1)
    ]
    with judge.worker(pieces) as worker:
        student = Student(worker, renew=lambda: judge.worker(pieces))
        assert_spares(student.check_double, RIGHT)
        with pytest.raises(Disagreement, match="accepts"):
            assert_refuses(student.check_double, WRONG, RIGHT)


def test_a_test_that_never_ends_is_not_waited_for_again_and_again(judge):
    pieces = [Piece("def check_double(double):\n    while True: pass\n", "cell 1", 1)]
    started = []
    with judge.worker(pieces) as worker:
        student = Student(worker, renew=lambda: started.append(1) or judge.worker(pieces))
        for _ in range(5):
            with pytest.raises(Stopped, match="without an answer"):
                assert_refuses(student.check_double, WRONG, RIGHT)
    assert len(started) == 2
