"""A call's warnings come with its value, and a generator is made where the call is: here and in a confined worker."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.judge.client import Judge
from autograder.judge.nodes import Seeded
from autograder.judge.protocol import Piece
from autograder.judge.proxy import Student
from autograder.toolkit import Disagreement, assert_agrees, assert_no_warnings, generator

from .torch_programs import IMPORTS, program

SOURCE = """
import warnings
def share(x): return x / x.sum()
def careful(x):
    with np.errstate(all="ignore"):
        return x / x.sum()
def warns(times, text):
    for number in range(times):
        warnings.warn(f"{number} {text}")
    return times
def draw(rng, count): return rng.normal(size=count)
class Layer:
    def __init__(self, rng): self.weights = rng.normal(size=3)
def give(): return np.random.default_rng(3)
"""
NOTHING = np.zeros(2)


@pytest.fixture(scope="module", params=["here", "in a worker"])
def student(request, judge: Judge):
    if request.param == "here":
        yield program(SOURCE)
        return
    with judge.worker([Piece(IMPORTS + SOURCE, "cell 1", 1)]) as worker:
        yield Student(worker)


def test_what_numpy_warns_of_is_told(student):
    with pytest.raises(Disagreement, match=r"warns: RuntimeWarning: invalid value encountered in .*divide"):
        assert_no_warnings(student.share, NOTHING)


def test_it_is_told_every_time(student):
    assert [len(student.share.with_warnings(NOTHING)[1]) for _ in range(3)] == [1, 1, 1]


def test_silence_that_was_asked_for_once_and_for_all_does_not_hide_it(judge: Judge):
    source = 'import warnings\nwarnings.simplefilter("ignore")\ndef f(): warnings.warn("loud")'
    with judge.worker([Piece(source, "cell 1", 1)]) as worker:
        assert Student(worker).f.with_warnings() == (None, ["UserWarning: loud"])


def test_code_that_warns_of_nothing_gives_its_value(student):
    assert_agrees(assert_no_warnings(student.share, np.array([1.0, 3.0])), np.array([0.25, 0.75]))
    assert_agrees(assert_no_warnings(student.careful, NOTHING), np.full(2, np.nan))


def test_warnings_are_few_and_short(student):
    value, warned = student.warns.with_warnings(1000, "x" * 10_000)
    assert value == 1000
    assert len(warned) == 5
    assert max(map(len, warned)) < 400
    assert warned[0].startswith("UserWarning: 0 xxx")


def test_a_generator_is_the_one_of_its_seed(student):
    expected = np.random.default_rng(7).normal(size=4)
    for _ in range(2):  # made anew for each call
        assert_agrees(student.draw(generator(7), 4), expected)
    assert_agrees(student.draw(rng=generator(7), count=4), expected)
    assert_agrees(student.Layer(generator(5)).weights, np.random.default_rng(5).normal(size=3))


def test_every_name_without_an_underscore_is_the_objects_own(student):
    assert [name for name in dir(student.Layer(generator(5))) if not name.startswith("_")] == []


def test_a_generator_of_a_submission_stays_where_it_is(student):
    assert not isinstance(student.give(), (Seeded, np.random.Generator))


def test_a_counterexample_says_how_to_make_the_generator():
    assert repr(generator(7)) == "np.random.default_rng(7)"


def test_a_seed_below_zero_is_refused_at_once():
    with pytest.raises(ValueError, match="-1, expected 0 or more"):
        generator(-1)


def test_a_worker_that_sends_a_generator_breaks_the_rules(judge: Judge):
    from autograder.faults import Stopped

    source = """
import os, struct
def f():
    header = bytes([0x92, 1, 0x92, 0xA1]) + b"g" + bytes([7])  # the answer to request 1: the generator of seed 7
    os.write(100, struct.pack("<IQ", len(header), 0) + header)
    os._exit(0)
"""
    with judge.worker([Piece(source, "cell 1", 1)]) as worker, pytest.raises(Stopped, match="that can be read"):
        worker.call("f", [])
