"""Performance without flakiness: counts decide, and CPU time is a backstop.

assert_steady_operations(student.softmax, small=[x[:8]], large=[x])
assert_work_grows_linearly(student.dot, small=[a[:200], b[:200]], large=[a, b])
assert_memory_grows_linearly(student.softmax_backward, small=[y, dy], large=[y4, dy4])
assert_at_most_times_the_reference(3, student, reference, "softmax", [x])
"""

from __future__ import annotations

import statistics
from operator import attrgetter
from typing import Any

from autograder.devices.names import Device
from autograder.judge.measures import Counts
from autograder.judge.nodes import Opaque, Ref
from autograder.judge.proxy import Function, Handle, Student, function_of
from autograder.toolkit.compare import Disagreement, assert_agrees
from autograder.toolkit.show import show_pair

ALLOWED_STEPS = 2
LINEAR_LIMIT = 8.0  # for inputs four times as large: linear code is at 4, quadratic at 16
LINEAR_STEPS = 5.0  # likewise: counts do not vary, so that less room is needed
STEPS_FOR_ANY_SIZE = 50
SMALLEST_PEAK = 1 << 16
FIRST_LOOK = 3
CALLS_A_PAIR = 15
PAIRS = 3
SHORTEST = 1e-6  # seconds: the resolution of the clock


def counted(call: Function | Handle, *positional: Any, **named: Any) -> Counts:
    """The work of a call that answers as it does when nobody counts.

    A function is asked again in another process, which has seen other calls: what it kept there is something else. What belongs to an
    object, or is given one, is asked again where that is.

    Raises:
        Disagreement: where it answers otherwise. Code that notices the counting and does less then, or hands back what it has kept for
            inputs of this size, gains nothing by it.
    """
    function = function_of(call)
    counts = function.counted(*positional, **named)
    again = (
        function if any(isinstance(each, Handle) for each in (*positional, *named.values())) else function.elsewhere()
    )
    for answer in counts.answers:
        free = again(*answer.positional, **answer.named)
        if _alike(answer.value, free):
            continue
        if again is function and not _alike(function(*answer.positional, **answer.named), free):
            continue  # another answer each time, counted or not
        raise Disagreement("gives another answer while its work is counted", *show_pair(answer.value, free))
    function.note(*positional, **named)
    return counts


def _alike(first: Any, second: Any) -> bool:
    """The same value; what is no data cannot be told apart."""
    if isinstance(second, (Handle, Ref, Opaque)):
        return isinstance(first, (Handle, Ref, Opaque))
    if isinstance(second, dict):
        return isinstance(first, dict) and _alike([*first.items()], [*second.items()])
    if isinstance(second, (list, tuple)):
        alike = isinstance(first, (list, tuple)) and len(first) == len(second)
        return alike and all(map(_alike, first, second))
    try:
        assert_agrees(first, second)
    except Disagreement:
        return False
    return True


def assert_steady_operations(function: Function, *, small: list[Any], large: list[Any]) -> None:
    """The steps issued from Python are the same for small and large arrays: the work is done on whole arrays, not in a loop."""
    few = counted(function, *small).steps
    many = counted(function, *large).steps
    if many > few + ALLOWED_STEPS:
        raise Disagreement(
            f"the work issued from Python grows with the size of the input: {few} steps, then {many} for a larger one. "
            "Replace the loop by operations on whole arrays."
        )


def assert_work_grows_linearly(function: Function, *, small: list[Any], large: list[Any]) -> None:
    """Steps and peak memory for `large`, four times the size of `small`, are about four times as many, or as few for code on whole
    arrays: nothing is done once for every pair of numbers."""
    few, many = counted(function, *small), counted(function, *large)
    if many.steps > LINEAR_STEPS * few.steps + STEPS_FOR_ANY_SIZE:
        raise Disagreement(
            f"the work grows faster than the input: {few.steps} steps, then {many.steps} for one four times as large. "
            "Is there a loop inside a loop, or a slice or a copy of everything at each step?"
        )
    _require_linear_memory(few.peak_bytes, many.peak_bytes)


def assert_memory_grows_linearly(function: Function, *, small: list[Any], large: list[Any]) -> None:
    """Peak memory for `large`, four times the size of `small`, is at most 8 times as much. Use arrays of at least 64 KB."""
    _require_linear_memory(counted(function, *small).peak_bytes, counted(function, *large).peak_bytes)


def _require_linear_memory(little: int, much: int) -> None:
    if much > LINEAR_LIMIT * max(little, SMALLEST_PEAK):
        raise Disagreement(
            f"memory grows faster than the input: {little >> 10} KiB at its peak, then {much >> 10} KiB for an input four times as large. "
            "Which intermediate array is larger than the input?"
        )


def assert_at_most_times_the_reference(
    limit: float, student: Student, reference: Student, name: str, arguments: list[Any]
) -> None:
    """CPU time at most `limit` times the reference's: the median of interleaved calls, in fresh pairs of processes when it is too much.

    On a GPU, time by its own clock.
    A first look at a few calls is enough where each of them is within the limit: one call of the reference that was held up, by a page
    fault or a host that took the core away, must not excuse slow code.
    Fails only when every pair says so: an unlucky pair of processes stays slow for its whole life, a fresh one does not. The answers
    of the timed calls are compared too: what is quick must also be right.
    """
    getattr(student, name).note(*arguments)
    for _ in range(PAIRS):
        with student.fresh() as mine, reference.fresh() as right:
            both = getattr(mine, name), getattr(right, name)
            ours, theirs = _seconds(*both, arguments, FIRST_LOOK)
            if all(our <= limit * max(their, SHORTEST) for our, their in zip(ours, theirs, strict=True)):
                return
            ours, theirs = _seconds(*both, arguments, CALLS_A_PAIR)
        if statistics.median(ours) <= limit * max(statistics.median(theirs), SHORTEST):
            return
    raise Disagreement(f"takes more than {limit:g} times as long as it needs to.")


def _seconds(mine: Function, right: Function, arguments: list[Any], calls: int) -> tuple[list[float], list[float]]:
    """Of interleaved calls of both, after one to warm up. Raises Disagreement where they do not answer alike."""
    clock = attrgetter("gpu_seconds" if mine.device == Device.CUDA else "cpu_seconds")
    assert_agrees(mine(*arguments), right(*arguments))
    pairs = []
    for _ in range(calls):
        pairs.append((clock(mine)(*arguments), clock(right)(*arguments)))
        # The answers of the timed calls themselves: code can know that it was called before, and be quick and wrong.
        assert_agrees(mine.latest.value, right.latest.value)
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
