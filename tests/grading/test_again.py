"""A counterexample can be had again: the line beside it, run below the student's code, gives the student's answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import autograder
from autograder.grading.again import LONGEST, line_of
from autograder.judge.proxy import Student, local
from autograder.judge.session import Session
from autograder.judge.settings import Setting
from autograder.report import html_exercise, text_exercise
from autograder.results import Counterexample, ExerciseResult, TestResult, Verdict
from autograder.toolkit import generator
from autograder.toolkit.tensors import load_state, training, twins

CODE = """
import numpy as np
import torch
def same(x, *, times=1):
    return x
class Arrow:
    def __init__(self, numbers):
        self.numbers = numbers
    def dot(self, other):
        return sum(a * b for a, b in zip(self.numbers, other.numbers))
class Drawn:
    def __init__(self, rng):
        self.w = rng.normal(size=3)
    def forward(self, x):
        return self.w * x
class Layer(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.a, self.b = torch.nn.Linear(n, 2), torch.nn.Linear(2, n)
    def forward(self, x):
        return self.b(self.a(x))
"""


@pytest.fixture
def names() -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "submission"}
    exec(CODE, namespace)
    return namespace


@pytest.fixture
def student(names) -> Student:
    return local(Session(names))


def repeated(line: str | None, names: dict[str, Any]) -> Any:
    """What the line gives in a cell below the code."""
    assert line is not None
    assert "\n" not in line
    first, _, last = line.rpartition("; ")
    exec(first, names)
    return eval(last, names)


VALUES = [
    np.array([[1000.0, 1 / 3], [-0.0, 5e-324]]),
    np.array([np.nan, np.inf, -np.inf]),
    np.array([0.1, 65504], np.float16),
    np.array([[3, 255]], np.uint8),
    np.array([True, False]),
    np.zeros((0, 3), np.float32),
    np.zeros((2, 0), bool),
    np.float64(0.1),
    np.array(2.5),
    torch.tensor([[0.1, torch.nan], [-torch.inf, 1e-45]]),
    torch.tensor([0.1, 3.0], dtype=torch.bfloat16),
    torch.tensor([1 / 3], dtype=torch.float64),
    torch.tensor([[2**62, -1]]),
    torch.tensor(True),
    torch.zeros(3, 0, dtype=torch.int32),
    float("-inf"),
    [1, (2.5,), None, "a"],
]


@pytest.mark.parametrize("value", VALUES, ids=[str(number) for number in range(len(VALUES))])
def test_every_digit_and_dtype_comes_back(student, names, value):
    student.same(value)
    again = repeated(line_of(student.calls[-1]), names)
    assert type(again) is type(value)
    if isinstance(value, torch.Tensor):
        assert again.dtype == value.dtype
        assert torch.equal(again.nan_to_num(7.25), value.nan_to_num(7.25))
        assert again.shape == value.shape
    elif isinstance(value, (np.ndarray, np.generic)):
        assert (again.dtype, again.shape, again.tobytes()) == (value.dtype, value.shape, value.tobytes())
    else:
        assert again == value


def test_a_call_reads_as_one_would_type_it(student):
    student.same(np.array([1000.0, 0.0]), times=2)
    assert line_of(student.calls[-1]) == "same(np.array([1000.0, 0.0]), times=2)"


def test_objects_are_made_again(student, names):
    assert student.Arrow([1.0, 2.0]).dot(student.Arrow([3.0, 4.0])) == 11.0
    line = line_of(student.calls[-1])
    assert line == "Arrow([1.0, 2.0]).dot(Arrow([3.0, 4.0]))"
    assert repeated(line, names) == 11.0


def test_weights_from_a_generator_are_drawn_again(student, names):
    x = np.array([1.0, 2.0, 3.0])
    value = student.Drawn(rng=generator(5)).forward(x)
    assert np.array_equal(repeated(line_of(student.calls[-1]), names), value)


def test_a_module_gets_the_weights_that_the_test_gave_it(student, names):
    module, _ = twins(student, local(Session(dict(names))), "Layer", 3, seed=11)
    value = module(torch.tensor([[1.0, 2.0, 3.0]]).double())
    line = line_of(student.calls[-1])
    assert line is not None
    assert line.startswith("from autograder import weighted; weighted(Layer(3), seed=11)(torch.tensor(")
    assert torch.equal(repeated(line, names), value)
    assert "weighted" in autograder.__all__


def test_a_call_without_gradients_is_repeated_without_them(student, names, capsys):
    module, _ = twins(student, local(Session(dict(names))), "Layer", 2, seed=4)
    value = module.forward.under(Setting.NO_GRAD)(torch.ones(1, 2).double())
    line = line_of(student.calls[-1])
    assert line is not None
    assert line.startswith(
        "with torch.no_grad(): from autograder import weighted; print(weighted(Layer(2), seed=4).forward("
    )
    exec(line, names)
    printed = capsys.readouterr().out
    assert printed == f"{value}\n"
    assert "grad_fn" not in printed


def test_where_a_plain_call_would_do_something_else_there_is_no_line(student, names):
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    module, other = twins(student, local(Session(dict(names))), "Layer", 2, seed=1)
    given = torch.ones(1, 2).double()
    loaded, _ = twins(student, local(Session(dict(names))), "Layer", 2, seed=1)
    load_state(loaded, {"a.bias": torch.ones(2).double()})
    training(other)
    for call in (
        lambda: student.same(x.T),  # the same numbers, which lie in memory in another order
        lambda: student.same(np.zeros((9, 9))),  # too large to be read
        lambda: student.same(["a" * LONGEST]),
        lambda: student.same.seeded(3, x),
        lambda: student.same.counted(x),
        lambda: module.forward.gradients(1, given),
        lambda: other(given),  # in training
        lambda: loaded(given),
    ):
        call()
        assert line_of(student.calls[-1]) is None


def test_text_and_page_print_the_line():
    found = Counterexample("softmax(x)", [], "nan", "1.0", "softmax(np.array([1000.0]))")
    test = TestResult("t", "T", Verdict.FAILED, 0.0, 1.0, "", found)
    exercise = ExerciseResult("softmax", Verdict.FAILED, 0.0, 1.0, [test])
    assert "to repeat it" in text_exercise(exercise)
    for told in (text_exercise(exercise), html_exercise(exercise)):
        assert "softmax(np.array([1000.0]))" in told
