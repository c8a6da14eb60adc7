"""Counted work: code that behaves otherwise while it is counted gains nothing, and code that does not is never refused for it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import numpy as np
import pytest
import torch

from autograder.judge.protocol import Operation
from autograder.judge.proxy import Student
from autograder.judge.transport import LocalTransport
from autograder.toolkit import (
    Disagreement,
    assert_at_most_times_the_reference,
    assert_memory_grows_linearly,
    assert_steady_operations,
)
from autograder.toolkit import tensors as t
from autograder.toolkit.performance import CALLS_A_PAIR, FIRST_LOOK, PAIRS

from .torch_programs import program

LOOP = "[2 * row for row in x]"
ROWS = np.arange(1.0, 41.0).reshape(10, 4)


def steady(source: str) -> None:
    assert_steady_operations(program(source).f, small=[ROWS[:2]], large=[ROWS])


@pytest.mark.parametrize(
    "noticed",
    [
        "sys.gettrace() is not None",
        "sys.getprofile() is not None",
        "len(traceback.extract_stack()) > 0 and sys.gettrace()",
    ],
)
def test_who_answers_without_work_while_lines_are_counted_is_found_out(noticed):
    with pytest.raises(Disagreement, match="while its work is counted"):
        steady(f"import sys, traceback\ndef f(x):\n    if {noticed}: return x\n    return np.array({LOOP})")


def test_who_answers_without_work_while_tensor_operations_are_counted_is_found_out():
    source = """
from torch.utils._python_dispatch import _get_current_dispatch_mode
def f(x):
    if _get_current_dispatch_mode() is not None: return x
    return torch.stack([2 * row for row in x])
"""
    x = torch.arange(1.0, 41.0).reshape(10, 4)
    with pytest.raises(Disagreement, match="while its work is counted"):
        t.assert_operations_steady(program(source).f, small=[x[:2]], large=[x])


def test_who_keeps_the_answers_of_earlier_calls_has_not_seen_those_that_are_counted():
    source = f"""
kept = {{}}
def f(x):
    if x.tobytes() not in kept:
        kept[x.tobytes()] = np.array({LOOP})
    return kept[x.tobytes()]
"""
    made = program(source)
    made.f(ROWS)
    made.f(ROWS[:2])
    with pytest.raises(Disagreement, match="grows with the size"):
        assert_steady_operations(made.f, small=[ROWS[:2]], large=[ROWS])


@pytest.mark.parametrize(
    "body",
    [
        "2 * x",
        "np.argsort(x, axis=0)",
        "x > 5",
        "np.random.default_rng().random(x.shape) * x",
        "(x, [x.sum()], {'x': x})",
        "None",
        "object()",
        "lambda: x",
        "np.array(['a'])",
    ],
)
def test_honest_code_is_not_refused_whatever_it_returns(body):
    steady(f"def f(x): return {body}")


def test_a_loop_is_still_shown_with_what_was_measured():
    made = program(f"def f(x): return np.array({LOOP})")
    with pytest.raises(Disagreement, match="grows with the size"):
        assert_steady_operations(made.f, small=[ROWS[:2]], large=[ROWS])
    assert made.calls[-1].positional[0] is ROWS
    assert made.calls[-1].value is None


def test_memory_is_counted_of_the_same_answer():
    big = np.ones((1 << 8, 1 << 8))
    source = "import tracemalloc\ndef f(x): return x[:1] if tracemalloc.is_tracing() else np.outer(x, x)"
    with pytest.raises(Disagreement, match="while its work is counted"):
        assert_memory_grows_linearly(program(source).f, small=[big[:2]], large=[big[:8]])


class Clocked(LocalTransport):
    """Timed calls take as long as `seconds` says, one after the other."""

    def __init__(self, student: Student, seconds: Iterable[float]) -> None:
        super().__init__(student.transport.session)
        self.seconds = iter(seconds)
        self.timed: list[bytes] = []

    def request(self, operation, target, positional, *more, **named):
        value = super().request(operation, target, positional, *more, **named)
        if operation is Operation.TIMED:
            self.cpu_seconds = next(self.seconds)
            self.timed.append(positional[0].tobytes())
        return value


def timed(seconds: Iterable[float]) -> Student:
    return Student(Clocked(program("def f(x): return 2 * x"), seconds))


def at_most_three_times(mine: Iterable[float], theirs: Iterable[float]) -> None:
    assert_at_most_times_the_reference(3, timed(mine), timed(theirs), "f", [ROWS])


QUICK, SLOW, HELD_UP = 1e-4, 1e-3, 1.0


def held_up(place: int, usual: float) -> Iterable[float]:
    """One call of many takes ages."""
    return (HELD_UP if number == place else usual for number in itertools.count())


@pytest.mark.parametrize("place", range(20))
def test_slow_code_is_not_excused_by_a_call_of_the_reference_that_was_held_up(place):
    with pytest.raises(Disagreement, match="more than 3 times as long"):
        at_most_three_times(itertools.repeat(SLOW), held_up(place, QUICK))


@pytest.mark.parametrize("place", range(20))
def test_quick_code_is_not_refused_for_a_call_of_its_own_that_was_held_up(place):
    at_most_three_times(held_up(place, QUICK), itertools.repeat(QUICK))


def test_no_two_timed_calls_of_a_process_get_the_same_input():
    """Also not those after the first look: what was kept then is of no use."""
    student = timed(itertools.repeat(SLOW))
    with pytest.raises(Disagreement):
        assert_at_most_times_the_reference(3, student, timed(itertools.repeat(QUICK)), "f", [ROWS])
    of_a_pair = FIRST_LOOK + CALLS_A_PAIR
    assert len(student.transport.timed) == PAIRS * of_a_pair
    assert len(set(student.transport.timed[:of_a_pair])) == of_a_pair
