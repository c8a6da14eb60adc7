"""Work counted instead of timed: the same numbers on every machine.

`steps` are the lines of Python executed plus the C functions called, in any file: code that works on whole arrays issues the same few
steps at every size, a loop issues more. `peak_bytes` is the most memory that lived at once beyond what lived before, results included.
Where PyTorch computes, `operations` and `moved_bytes` say what it was given to do (`tensor_counting`), without recording gradients.
`calls` says how often each function of the submission was called.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable, Container
from types import FrameType
from typing import Any

from autograder.judge import tensor_counting
from autograder.judge.varying import varied

MAX_NAMES = 200
VARIATIONS = 4


def count(
    function: Callable[..., object],
    positional: list[Any],
    named: dict[str, Any],
    files: Container[str] = (),
    device: str = "cpu",
) -> dict[str, Any]:
    """Calls `function` once to warm up, then for each counter, with inputs of its own: none like them was seen before.

    What the counted calls returned is among the counts, with the number of the variation (see `varying`) that they were given: who notices
    the counting and answers without work gives himself away.

    Args:
        files: the submission's: whose functions `calls` is about.
        device: where its tensors live.
    """
    inputs = [varied([positional, named], number) for number in range(VARIATIONS)]
    answers: dict[int, object] = {}

    def call(number: int) -> Callable[[], None]:
        def run() -> None:
            answers[number] = function(*inputs[number][0], **inputs[number][1])

        return run

    with tensor_counting.without_gradients():
        call(1)()
        del answers[1]
        steps, calls = _steps(call(0), files)
        tensors = tensor_counting.count(call(2), device)
        if tensors is None or not tensors["operations"]:
            tensors = {"operations": 0, "moved_bytes": 0, "peak_bytes": _peak_bytes(call(3))}
    return {"steps": steps, "calls": dict(calls.most_common(MAX_NAMES)), "answers": answers, **tensors}


def _steps(call: Callable[[], object], files: Container[str]) -> tuple[int, Counter[str]]:
    lines = 0
    c_calls = 0
    calls: Counter[str] = Counter()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    def profile(frame: FrameType, event: str, _: Any) -> None:
        nonlocal c_calls
        c_calls += event == "c_call"
        if event == "call" and frame.f_code.co_filename in files:
            calls[frame.f_code.co_qualname] += 1

    before = sys.gettrace(), sys.getprofile()
    gc.disable()  # finalizers that happen to run would be counted
    sys.setprofile(profile)
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
        gc.enable()
    return lines + c_calls, calls


def _peak_bytes(call: Callable[[], object]) -> int:
    gc.disable()
    tracemalloc.start()
    try:
        start = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        call()
        return max(0, tracemalloc.get_traced_memory()[1] - start)
    finally:
        tracemalloc.stop()
        gc.enable()
