"""What every function owes its caller, a line each in a grader.

assert_inputs_unchanged(student.softmax, x)                   # arrays, tensors, modules
assert_keeps_dtype(student.softmax, reference.softmax, x)
assert_computes_integers_in_float64(student.softmax, reference.softmax, np.array([100, -100]))
assert_accepts_any_layout(student.softmax, reference.softmax, x, axis=0)
assert_value_error(student.softmax_with_temperature, x, 0.0, names=["0"])
assert_no_warnings(student.softmax, np.full(3, -np.inf))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.faults import StudentError
from autograder.judge.measures import parts
from autograder.judge.objects import ask
from autograder.judge.protocol import Operation
from autograder.judge.proxy import Function, Handle
from autograder.toolkit.compare import Disagreement, assert_agrees
from autograder.toolkit.show import show, show_pair
from autograder.toolkit.strategies import spaced

INTEGERS = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)


def assert_inputs_unchanged(function: Function, *positional: Any, **named: Any) -> Any:
    """The call leaves its arguments as they were; of a module, its parameters and buffers, and whether it is in training mode.

    Returns what the call gave. Raises Disagreement with the argument before and after.
    """
    modules = [value for value in [*positional, *named.values()] if isinstance(value, Handle)]
    before_call = [_state(module) for module in modules]
    value, after, named_after = function.with_inputs(*positional, **named)
    for before, now in [*zip(positional, after, strict=True), *((named[name], named_after[name]) for name in named)]:
        if not isinstance(before, Handle) and not _identical(before, now):
            got, expected = show_pair(now, before)
            raise Disagreement("changes its input: work on a copy", got, expected)
    for module, state in zip(modules, before_call, strict=True):
        _state_unchanged(state, _state(module))
    return value


def assert_keeps_dtype(
    function: Function, reference: Callable[..., Any], *positional: Any, scale: float = 1.0, **named: Any
) -> None:
    """float16, float32 and float64 in, the same out (and as exact as that type allows); whole numbers compute in float64.

    Args:
        positional: float64 arguments, well conditioned; arrays are converted, masks (bool) and everything else passed as they are.
            What the function returns may be a tuple or list.
        scale: the size S of the numbers that are added up (see `compare`).
    """
    for dtype in (np.float32, np.float16, np.float64):
        converted = [_as_type(value, dtype) for value in positional]
        exact = reference(*[_as_type(value, np.float64) for value in converted], **named)
        assert_agrees(function(*converted, **named), _as_type(exact, dtype), scale=scale)
    whole = [_as_type(np.rint(value), np.int64) if _is_numeric(value) else value for value in positional]
    assert_agrees(function(*whole, **named), reference(*whole, **named))


def assert_computes_integers_in_float64(
    function: Function, reference: Callable[..., Any], *positional: Any, scale: Any = None, **named: Any
) -> None:
    """Integers give what the same numbers give as float64: their sums, products and differences need not fit into their own type.

    Args:
        positional: arrays of whole numbers, converted to each integer type that can hold all of them; masks (bool) and everything else
            are passed as they are.
        scale: the size S of the numbers that are added up (see `compare`).
    """
    numbers = [value for value in positional if _is_numeric(value)]
    exact = reference(*[_as_type(value, np.float64) for value in positional], **named)
    for dtype in INTEGERS:
        limits = np.iinfo(dtype)
        if all(limits.min <= int(value.min()) and int(value.max()) <= limits.max for value in numbers):
            assert_agrees(function(*[_as_type(value, dtype) for value in positional], **named), exact, scale=scale)


def assert_accepts_any_layout(
    function: Function, reference: Callable[..., Any], *positional: Any, scale: Any = None, **named: Any
) -> None:
    """However arrays lie in memory, the answer is right and they are left alone: also where they are every second entry of something
    larger, or lie column by column, as after `.T`.

    Args:
        scale: the size S of the numbers that are added up (see `compare`).
    """
    expected = reference(*positional, **named)
    for change in (np.ascontiguousarray, spaced, np.asfortranarray):
        laid, laid_named = (
            [_laid(value, change) for value in positional],
            {n: _laid(v, change) for n, v in named.items()},
        )
        assert_agrees(assert_inputs_unchanged(function, *laid, **laid_named), expected, scale=scale)


def assert_value_error(
    function: Callable[..., Any], *positional: Any, names: list[str] | None = None, **named: Any
) -> None:
    """Bad input raises ValueError, and the message names what was found.

    Args:
        names: texts that must be in the message. A shape, "(2, 3)", may stand in square brackets too, as PyTorch prints it.
    """
    try:
        value = function(*positional, **named)
    except ValueError as error:
        text = str(error)
        round_brackets = text.translate(str.maketrans("[]", "()"))
        lacking = [name for name in names or [] if name not in text and name not in round_brackets]
        if lacking:
            raise Disagreement(
                f"the ValueError's message should name {' and '.join(lacking)}; it says: {text or '(nothing)'}"
            ) from None
        return
    except StudentError as error:
        raise Disagreement(f"raises {error.type_name} for this input, expected ValueError") from None
    raise Disagreement("accepts this input, expected a ValueError", show(value), "ValueError")


def assert_no_warnings(function: Function, *positional: Any, **named: Any) -> Any:
    """The call warns of nothing, not even of what Python shows once only. Returns its value."""
    value, warned = function.with_warnings(*positional, **named)
    if warned:
        raise Disagreement(f"warns: {warned[0]}", show(value))
    return value


def _as_type(value: Any, dtype: Any) -> Any:
    """Arrays of numbers as `dtype`, also in a tuple or list; a float is the array or NumPy number that it stands for."""
    if isinstance(value, (tuple, list)):
        return type(value)(_as_type(item, dtype) for item in value)
    return np.asarray(value).astype(dtype)[()] if _is_numeric(value) else value


def _laid(value: Any, change: Callable[..., Any]) -> Any:
    return change(value) if isinstance(value, np.ndarray) and value.ndim else value


def _is_numeric(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.floating)) and value.dtype.kind in "fiu"


def _identical(before: Any, now: Any) -> bool:
    if isinstance(before, np.ndarray):
        return (
            type(now) is np.ndarray
            and before.dtype == now.dtype
            and np.array_equal(before, now, equal_nan=before.dtype.kind == "f")
        )
    if hasattr(before, "isnan"):
        return bool(before.equal(now)) or bool(((before == now) | (before.isnan() & now.isnan())).all())
    if isinstance(before, (list, tuple)) and isinstance(now, (list, tuple)):
        return len(before) == len(now) and all(_identical(a, b) for a, b in zip(before, now, strict=True))
    return bool(before == now)


def _state(module: Handle) -> dict[str, Any]:
    """What a module has learnt and its mode, by name; nothing of an object that is no module."""
    try:
        found = parts([ask(module, Operation.STATE)], [dict])[0]
    except StudentError:
        return {}
    tensors = {name: value for part in ("parameters", "buffers") for name, value in found.get(part, {}).items()}
    kept = {name: value.detach().clone() for name, value in tensors.items() if hasattr(value, "detach")}
    return {**kept, "training": module.training}


def _state_unchanged(before: dict[str, Any], now: dict[str, Any]) -> None:
    for name, value in before.items():
        if name not in now or not _identical(value, now[name]):
            got, expected = show_pair(now.get(name), value)
            what = "leaves the module that it was given in another mode" if name == "training" else ""
            raise Disagreement(what or f"changes `{name}` of the module that it was given", got, expected)
