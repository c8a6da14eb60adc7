"""A call can be asked under `torch.no_grad()` and under another default dtype, and what it leaves changed is put back and told."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from programs import pieces

from autograder.faults import StudentError
from autograder.grading.again import line_of
from autograder.judge.protocol import Load
from autograder.judge.proxy import Handle, Student, local
from autograder.judge.session import Session
from autograder.judge.settings import Setting, switches

SOURCE = """
    import random
    import numpy as np
    import torch
    def seen(x=None):
        return torch.is_grad_enabled(), str(torch.get_default_dtype())
    def pair(x):
        return seen(), seen
    def noise(x):
        return torch.rand(3, dtype=torch.float64) * x
    def adds(x):
        with torch.no_grad():
            x += 1
        return x
    def draws(x):
        return torch.rand(2), np.random.rand(), random.random()
    def gradients_off(x):
        torch.set_grad_enabled(False)
        return x
    def default_dtype(x):
        torch.set_default_dtype(torch.float64)
        return x
    def errors(x):
        np.seterr(all="ignore")
        return x
    def threads(x):
        torch.set_num_threads(torch.get_num_threads() + 1)
        return x
    def seed(x):
        torch.manual_seed(3)
        return x
    def raises(x):
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        raise ValueError("after the change")
    class Layer(torch.nn.Module):
        def forward(self, x):
            return seen()
"""
USUAL, NO_GRAD, FLOAT64 = (True, "torch.float32"), (False, "torch.float32"), (True, "torch.float64")


def here():
    session = Session()
    session.load(Load(0, pieces(SOURCE), [], "", []))
    return local(session)


@pytest.fixture(params=["in a worker", "in this process"])
def student(request, judge):
    if request.param == "in this process":
        yield here()
        return
    with judge.worker(pieces(SOURCE)) as worker:
        yield Student(worker)


def test_the_setting_holds_for_its_call_and_for_no_other(student):
    assert student.seen.under(Setting.NO_GRAD)() == NO_GRAD
    assert student.seen() == USUAL
    assert student.seen.under(Setting.FLOAT64)() == FLOAT64
    assert student.seen() == USUAL


def test_methods_and_modules_are_asked_under_a_setting_too(student):
    layer = student.Layer()
    x = torch.ones(2)
    assert layer.forward.under(Setting.NO_GRAD)(x) == NO_GRAD
    assert layer.forward(x) == USUAL


def test_whatever_is_asked_about_a_call_can_be_asked_under_a_setting(student):
    under = student.noise.under(Setting.NO_GRAD)
    x = torch.ones(3).double()
    assert torch.equal(under.seeded(5, x), student.noise.seeded(5, x))
    assert not torch.equal(under.seeded(5, x), under.seeded(6, x))
    _, (after,), _ = student.adds.under(Setting.NO_GRAD).with_inputs(x)
    assert after.tolist() == [2, 2, 2]
    value, kept = student.pair.keeping(1).under(Setting.FLOAT64)(x)
    assert value == FLOAT64
    assert isinstance(kept, Handle)


LEFT = {
    "gradients_off": ["torch.set_grad_enabled"],
    "default_dtype": ["torch.set_default_dtype"],
    "errors": ["np.seterr"],
    "threads": ["torch.set_num_threads"],
    "seed": ["torch.manual_seed"],
    "draws": [],
}


@pytest.mark.parametrize(("name", "left"), LEFT.items(), ids=LEFT)
def test_what_a_call_leaves_changed_is_told_every_time(student, name, left):
    function = getattr(student, name)
    for _ in range(2):  # were it not put back, the second call would leave everything as it found it
        assert function.watched(torch.ones(2))[3] == left


@pytest.mark.parametrize("name", ["gradients_off", "default_dtype", "raises"])
def test_what_a_call_leaves_changed_spoils_no_other(student, name):
    for function in (getattr(student, name), getattr(student, name).under(Setting.FLOAT64)):
        with suppress(StudentError):
            function(torch.ones(2))
        assert student.seen() == USUAL


def test_the_switches_of_a_notebook_stay_as_its_owner_has_set_them():
    student = here()
    before = switches()
    torch.set_default_dtype(torch.float64)
    try:
        with np.errstate(all="raise"):
            assert student.seen() == FLOAT64
            student.errors(torch.ones(2))
            student.seen.under(Setting.NO_GRAD)()
            assert torch.get_default_dtype() == torch.float64
            assert np.geterr()["divide"] == "raise"
    finally:
        torch.set_default_dtype(torch.float32)
    assert switches() == before


def test_a_call_under_a_setting_is_shown_as_one_would_type_it():
    student = here()
    student.seen.under(Setting.NO_GRAD)(torch.ones(1))
    assert student.calls[-1].text == "with torch.no_grad(): seen(x)"
    assert line_of(student.calls[-1]) == "with torch.no_grad(): print(seen(torch.tensor([1.0])))"
    student.seen.under(Setting.FLOAT64)(torch.ones(1))
    assert student.calls[-1].text == "torch.set_default_dtype(torch.float64); seen(x)"
    assert line_of(student.calls[-1]) is None  # a float written without its dtype would be another
