"""The toolkit's assertions about performance, on a loaded machine: none refuses a right program, none lets a slow one pass.

Each is tried 200 times on right programs, by turns, and 200 times on slow ones, every time in a new confined process, while other work
wants every core. A table is printed (`-s`); a run takes about ten minutes where nothing else is done, `-k` chooses a part.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch

from autograder.faults import Stopped
from autograder.grading.variants import alternatives_of, pieces_with
from autograder.judge.client import Judge
from autograder.judge.protocol import Piece
from autograder.judge.proxy import Student
from autograder.judge.remote_worker import Worker
from autograder.toolkit import (
    Disagreement,
    assert_at_most_times_the_reference,
    assert_memory_grows_linearly,
    assert_steady_operations,
)
from autograder.toolkit import tensors as t

from .busy import every_core_busy
from .paces import ARRAYS, TENSORS

REPETITIONS = 200


@dataclass(frozen=True)
class Case:
    """What an assertion says of the submission's `tried` (the second submission is the reference), and which programs should pass."""

    source: str
    check: Callable[[Student, Student], None]
    right: tuple[str, ...]
    slow: tuple[str, ...]


def rows(count: int, width: int = 16) -> Any:
    return np.random.default_rng(count).standard_normal((count, width))


def shares(count: int) -> list[Any]:
    return [np.full((8, count), 1 / count), rows(8, count)]


def block(*shape: int, seed: int = 3) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def qkv(n: int, d: int = 32) -> list[torch.Tensor]:
    return [block(n, d, seed=seed) for seed in (1, 2, 3)]


def after(n: int) -> list[torch.Tensor]:
    """The arguments of a step after n tokens."""
    xs, weights = block(n + 1, 32), [block(32, 32, seed=seed) for seed in (4, 5, 6)]
    return [xs, *weights, xs[:-1] @ weights[1], xs[:-1] @ weights[2]]


def heads_are_steady(student: Student, reference: Student) -> None:
    """As `assert_operations_steady` compares lengths, with its allowance for heads."""
    few, many = (student.tried(16, heads).forward for heads in (2, 16))
    x = block(2, 8, 16)
    small, large = few.counted(x).operations, many.counted(x).operations
    if large > small + t.performance.ALLOWED_FOR_HEADS:
        raise Disagreement("there is a loop over heads")


CASES = {
    "steps, arrays": Case(
        ARRAYS,
        lambda s, r: assert_steady_operations(s.tried, small=[rows(4)], large=[rows(60)]),
        ("softmax", "softmax_in_logarithms", "softmax_in_place"),
        ("softmax_by_rows", "softmax_by_map", "softmax_by_entries"),
    ),
    "peak, arrays": Case(
        ARRAYS,
        lambda s, r: assert_memory_grows_linearly(s.tried, small=shares(256), large=shares(1024)),
        ("backward", "backward_by_product"),
        ("backward_with_a_jacobian",),
    ),
    "CPU time": Case(
        ARRAYS,
        lambda s, r: assert_at_most_times_the_reference(3, s, r, "tried", [rows(64, 256)]),
        ("softmax", "softmax_in_place"),
        ("softmax_by_entries",),
    ),
    "operations, length": Case(
        TENSORS,
        lambda s, r: t.assert_operations_steady(s.tried, small=qkv(16), large=qkv(64)),
        ("attention", "attention_by_names"),
        ("attention_by_queries",),
    ),
    "operations, heads": Case(TENSORS, heads_are_steady, ("Heads", "HeadsOfTheBatch"), ("HeadByHead",)),
    "peak, tensors": Case(
        TENSORS,
        lambda s, r: t.assert_memory_is_linear(s.tried, small=[*qkv(256), 32], large=[*qkv(1024), 32]),
        ("chunked", "chunked_over_queries"),
        ("not_chunked",),
    ),
    "peak, at most": Case(
        TENSORS,
        lambda s, r: t.assert_peak_at_most(6 * 64 * 64 * 4, s.tried, *qkv(64)),
        ("attention", "attention_by_names"),
        ("attention_with_a_width_for_every_pair",),
    ),
    "bytes moved": Case(
        TENSORS,
        lambda s, r: t.assert_linear_traffic(*(s.tried.counted(*after(n)) for n in (64, 256))),
        ("next_token", "next_token_into_place"),
        ("next_token_from_the_start",),
    ),
    "waits": Case(
        TENSORS,
        lambda s, r: t.assert_no_waiting(s.tried, block(3, 4)),
        ("positive", "positive_by_the_largest"),
        ("positive_after_a_look",),
    ),
    "calls": Case(
        TENSORS,
        lambda s, r: t.assert_calls(s.tried, "encode", 1, block(3), 4),
        ("decode", "decode_recursively"),
        ("decode_from_the_source",),
    ),
}

TIMED = {
    ("softmax", "softmax"): [rows(1024, 1024)],
    ("attention", "scaled_dot_product_attention"): [rows(384, 128), rows(400, 128), rows(400, 128) + 1],
    ("tensors", "softmax"): [block(2, 512, 512).double()],
    ("tensors", "scaled_dot_product_attention"): [block(4, 128, 32, seed=seed).double() for seed in (1, 2, 3)],
}
"""By unit and exercise: what the reference and all right alternatives are timed on."""


@pytest.fixture(scope="module", autouse=True)
def load() -> Iterator[None]:
    with every_core_busy() as number:
        print(f"\n{number} other processes are at work")
        yield


@pytest.fixture(scope="module")
def patient() -> Iterator[Judge]:
    with Judge() as judge:
        judge.start()
        yield judge


Makes = Callable[[], AbstractContextManager[Worker]]


def refused(check: Callable[[Student, Student], None], tried: list[Makes], reference: Makes) -> tuple[int, float]:
    """How many of the repetitions end in a refusal, each of the next program in turn; and how many seconds one takes."""
    count, start = 0, time.perf_counter()
    for makes in itertools.islice(itertools.cycle(tried), REPETITIONS):
        with makes() as worker:
            try:
                check(Student(worker, renew=makes), Student(worker, renew=reference))  # timed in fresh processes only
            except (Disagreement, Stopped):
                count += 1
    return count, (time.perf_counter() - start) / REPETITIONS


def told(name: str, who: str, count: int, seconds: float) -> None:
    print(f"{name:45} {who:15} {count:3} of {REPETITIONS} refused, {seconds * 1e3:6.0f} ms each")


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_no_right_program_is_refused_and_every_slow_one_is(patient, name):
    case = CASES[name]

    def made_of(program: str) -> Makes:
        return lambda: patient.worker([Piece(case.source, "cell 1", 1), Piece(f"tried = {program}", "cell 2", 1)])

    reference = made_of(case.right[0])
    false_alarms, seconds = refused(case.check, [made_of(each) for each in case.right], reference)
    told(name, f"{len(case.right)} right", false_alarms, seconds)
    caught, seconds = refused(case.check, [made_of(each) for each in case.slow], reference)
    told(name, f"{len(case.slow)} slow", caught, seconds)
    assert (false_alarms, caught) == (0, REPETITIONS)


@pytest.mark.slow
@pytest.mark.parametrize(("unit", "exercise"), TIMED, ids=[f"{unit}-{name}" for unit, name in TIMED])
def test_no_right_solution_of_the_course_takes_three_times_as_long(course, grader, patient, unit, exercise):
    of_unit = grader.reference(course.unit(unit))
    others = [variant for variant in alternatives_of(of_unit.unit) if variant.exercise == exercise]

    def made_of(pieces: list[Piece]) -> Makes:
        return lambda: patient.worker(pieces, earlier=of_unit.earlier)

    reference = made_of(of_unit.pieces)
    right = [reference, *(made_of(pieces_with(of_unit, variant)) for variant in others)]

    def in_time(student: Student, reference: Student) -> None:
        assert_at_most_times_the_reference(3, student, reference, exercise, TIMED[unit, exercise])

    false_alarms, seconds = refused(in_time, right, reference)
    told(f"CPU time, {unit}: {exercise}", f"{len(right)} right", false_alarms, seconds)
    assert false_alarms == 0
