"""The work that PyTorch is given, counted: the same numbers on every machine, so that a threshold never fails by chance.

    assert_operations_steady(student.scaled_dot_product_attention, small=[q8, k8, v8], large=[q32, k32, v32])
    assert_memory_is_linear(student.chunked_attention, small=[*qkv(256), 32], large=[*qkv(1024), 32])
    assert_peak_at_most(6 * n * n * 8, student.scaled_dot_product_attention, q, k, v)
    assert_linear_traffic(counted(step, x, cache_16), counted(step, x, cache_64))
    assert_no_waiting(student.softmax, x)
    assert_calls(student.greedy_decode, "Transformer.encode", 1, …)

Everything is counted without recording gradients.
"""

from __future__ import annotations

from typing import Any

from autograder.devices import Device
from autograder.judge.measures import Counts
from autograder.judge.proxy import Function, Handle
from autograder.toolkit.compare import Disagreement
from autograder.toolkit.performance import counted

Call = Function | Handle
# Thresholds at which no right program was ever refused; the nearest wrong ones are far beyond.
ALLOWED_FOR_LENGTH = 2  # operations more for four times the length: a loop adds several for every step
ALLOWED_FOR_HEADS = 4  # operations more for 16 heads than for 2: a loop over heads adds 80
LINEAR_MEMORY = 8.0  # for four times the length: linear code is at 4 to 4.5, quadratic at 16
LINEAR_TRAFFIC = 5.0  # for four times the length: with a cache at 3 to 4, without at 9 or more
SMALLEST_PEAK = 1 << 12


def assert_operations_steady(
    call: Call, *, small: list[Any], large: list[Any], allowed: int = ALLOWED_FOR_LENGTH, what: str = "input"
) -> None:
    """PyTorch is given as many operations for `large` as for `small`: the work is done on whole tensors."""
    few, many = (counted(call, *arguments).operations for arguments in (small, large))
    if many > few + allowed:
        raise Disagreement(
            f"PyTorch is given {few} operations for a small {what} and {many} for a larger one: "
            "there is a loop over an axis. Replace it by operations on whole tensors."
        )


def assert_memory_is_linear(call: Call, *, small: list[Any], large: list[Any]) -> None:
    """Peak memory for `large`, which is four times as long as `small`, is at most 8 times as much."""
    little, much = (counted(call, *arguments).peak_bytes for arguments in (small, large))
    if much > LINEAR_MEMORY * max(little, SMALLEST_PEAK):
        raise Disagreement(
            f"memory grows faster than the input: {_size(little)} at its peak, and {_size(much)} for an input four "
            "times as long. Which tensor has a row and a column for every position?"
        )


def assert_peak_at_most(limit: int, call: Call, *positional: Any, **named: Any) -> None:
    """Tensors made by the call, all that live at once, hold at most `limit` bytes."""
    peak = counted(call, *positional, **named).peak_bytes
    if peak > limit:
        raise Disagreement(
            f"needs {_size(peak)} at its peak, where {_size(limit)} are plenty. Is a tensor expanded, or multiplied "
            "element by element and summed, where a matrix product would do?"
        )


def assert_linear_traffic(short: Counts, long: Counts) -> None:
    """The bytes moved for one more token grow no faster than what came before it, four times as long in `long`."""
    if long.moved_bytes > LINEAR_TRAFFIC * short.moved_bytes:
        times = long.moved_bytes / max(short.moved_bytes, 1)
        raise Disagreement(
            f"a step moves {times:.1f} times as much memory after four times as many tokens: something is computed again for "
            "each earlier token, or made for all pairs of tokens, such as a mask. Keep the earlier keys and values, project the new "
            "token only, and give scores and mask a row for it alone."
        )


def assert_no_waiting(call: Function, *positional: Any, **named: Any) -> None:
    """On the simulated device, the host never has to wait for a value: no `.item()`, no `if` on a tensor, no `.cpu()`."""
    counts = counted(call.on(Device.SIMULATED), *positional, **named)
    if counts.synchronisations:
        wait = counts.synchronisations[0]
        raise Disagreement(f"makes the processor wait for the GPU, because {wait.reason}:\n    {wait.place}")


def assert_calls(call: Call, name: str, times: int, *positional: Any, **named: Any) -> None:
    """The function of that qualified name (`Transformer.encode`) is called so many times."""
    found = counted(call, *positional, **named).calls.get(name, 0)
    if found != times:
        raise Disagreement(f"calls `{name}` {_times(found)}, expected {_times(times)}")


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MiB" if count >= 1 << 20 else f"{count / 2**10:.1f} KiB"


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
