"""A model that is a table answers like a function, and a submission that is given it gets its answers and nothing else."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch

from autograder.faults import Stopped
from autograder.judge.protocol import Load, Piece
from autograder.judge.proxy import Student, local
from autograder.judge.session import Session
from autograder.toolkit.tensors import Lookup

TABLE = torch.tensor([[0.1, 0.2, 0.7], [0.3, 0.3, 0.4], [0.5, 0.5, 0.0]], dtype=torch.float64)
SOURCE = """
import torch

def ask(f, prefixes):
    return f(prefixes)

def ask_in_vain(f, *shape):
    try:
        f(torch.zeros(shape, dtype=torch.int64))
    except ValueError as error:
        return str(error)

def reaches(f):
    found = [f.__closure__, f.__globals__, f.__defaults__, f.__dict__ or None, getattr(f, "table", None), getattr(f, "base", None)]
    try:
        f(torch.tensor([[9]]))
    except ValueError as error:
        trace = error.__traceback__
        while trace.tb_next:
            trace = trace.tb_next
        found += [value for value in trace.tb_frame.f_locals.values() if isinstance(value, torch.Tensor)]
    return [str(each) for each in found]

def spoils(f):
    f(torch.tensor([[0]])).fill_(9.0)
    return f(torch.tensor([[0]]))
"""


def here():
    session = Session()
    session.load(Load(0, [Piece(SOURCE, "submission.py", 1)], [], "", []))
    return local(session)


@pytest.fixture(scope="module")
def in_a_worker(judge):
    with judge.worker([Piece(SOURCE, "submission.py", 1)]) as worker:
        yield Student(worker)


@pytest.fixture(params=["here", "in a worker"])
def student(request):
    return here() if request.param == "here" else request.getfixturevalue("in_a_worker")


def test_a_table_answers_for_the_last_token(student):
    answers = student.ask(Lookup(TABLE), torch.tensor([[0, 2], [1, 0]]))
    assert torch.equal(answers, TABLE[[2, 0]])


def test_a_large_table_has_a_row_for_every_prefix():
    seen = Lookup(torch.arange(81.0)[:, None].expand(81, 3), base=3)
    prefixes = [[a] for a in range(3)] + [[a, b] for a in range(3) for b in range(3)] + [[2, 0, 1], [0, 2, 1]]
    assert len({float(seen(torch.tensor([prefix]))[0, 0]) for prefix in prefixes}) == len(prefixes)


def test_no_prefixes_have_no_answers():
    assert Lookup(TABLE)(torch.zeros((0, 2), dtype=torch.int64)).shape == (0, 3)


@pytest.mark.parametrize(
    ("prefixes", "message"),
    [
        (torch.tensor([0, 1]), r"shape \(m, n\), found torch.int64 of shape \(2,\)"),
        (torch.tensor([[0.0, 1.0]]), "int64 tensor"),
        (torch.tensor([[0, 1]], dtype=torch.int32), "int64 tensor"),
        ([[0, 1]], "found list"),
        (np.array([[0, 1]]), "int64 tensor"),
        (None, "found NoneType"),
        (torch.tensor([[3]]), r"knows the tokens 0 to 2, found \[3\]"),
        (torch.tensor([[-1]]), "knows the tokens 0 to 2"),
        (torch.zeros((2, 0), dtype=torch.int64), "bos first, found 0"),
    ],
)
def test_prefixes_that_no_model_could_read_are_refused(student, prefixes, message):
    with pytest.raises(ValueError, match=message):
        student.ask(Lookup(TABLE), prefixes)


@pytest.mark.parametrize("shape", [(0, 1 << 40), (1 << 40, 0), (0, 0), (1, 100_000), (0, 1 << 20)])
def test_shapes_that_hold_nothing_cost_no_time(in_a_worker, shape):
    """Their bytes are few, so they arrive: it is the grader that would count to their end."""
    start = time.process_time()
    assert "bos first" in in_a_worker.ask_in_vain(Lookup(TABLE, base=3), *shape)
    assert time.process_time() - start < 1.0


def test_a_submission_does_not_reach_the_table(in_a_worker):
    assert set(in_a_worker.reaches(Lookup(TABLE))) == {"None"}


def test_answers_are_copies(student):
    assert torch.equal(student.spoils(Lookup(TABLE)), TABLE[:1])


def test_one_question_too_large_ends_the_call(judge):
    with judge.worker([Piece(SOURCE, "submission.py", 1)]) as worker, pytest.raises(Stopped, match="smaller arrays"):
        Student(worker).ask_in_vain(Lookup(TABLE), 200_000, 1)
