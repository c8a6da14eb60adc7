"""Whether two values are the same, up to the rounding that a right answer may have.

In float64 the bound is 1e-9 · (1 + max|expected|): no right answer was ever found beyond it, nearly every wrong formula lies far off.
In float32, float16 and bfloat16 it is (8 + 2√n) · eps · S, with n the numbers that were added up and S the scale that the arithmetic
really had (`autograder.toolkit.scales` knows it for the operations of the course); but never so much that nothing but zeros would pass.
"""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

from autograder.judge.nodes import Opaque
from autograder.toolkit.show import show, show_pair

FLOAT64_BOUND = 1e-9
EPSILONS = {"float32": 2.0**-23, "complex64": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}
SMALLEST_FLOAT16 = 2.0**-24
LARGEST_SHARE = 0.5  # of the largest expected number: zeros are further off than that
SIGNAL = 2.0  # roundings of S: an expected number below that may be nothing but rounding itself


class Disagreement(AssertionError):
    """A value is not what it should be. `got` and `expected` are texts; `expected` is None where a property failed.

    `next_step` says what to do now, where there is more to say than about every wrong value.
    """

    def __init__(
        self, message: str, got: str | None = None, expected: str | None = None, *, next_step: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.got = got
        self.expected = expected
        self.next_step = next_step


def require(condition: object, message: str, got: object = None) -> None:
    """A property that must hold: `require((weights >= 0).all(), "weights are never negative", weights)`."""
    if not condition:
        raise Disagreement(message, None if got is None else show(got))


def assert_agrees(got: Any, expected: Any, *, scale: Any = None, terms: int | None = None) -> None:
    """The student's value is the reference's: same type, dtype and shape, equal up to rounding, NaN and infinities in the same places.

    Args:
        got: a NumPy array, a tensor, a float (a Python float or `np.float64`), an int, or a tuple or list of these.
        expected: what the reference gives.
        scale: the size of the numbers that were added up, where the default 1 + max|expected| is not it: give max|expected| to have
            small answers judged relative to their size, or an array of the expected shape to have each judged by its own.
        terms: how many numbers were added up for one of the result, where that is more than its longest axis.

    Raises:
        Disagreement: with the largest difference, where it is, and both values.
    """
    if isinstance(expected, (tuple, list)):
        _agree_each(got, expected, scale, terms)
        return
    _same_kind(got, expected)
    if isinstance(expected, (str, type(None))):
        if got != expected:
            raise Disagreement("is not the expected value", *show_pair(got, expected))
        return
    _agree_numbers(got, expected, scale, terms)


def _agree_each(got: Any, expected: tuple[Any, ...] | list[Any], scale: Any, terms: int | None) -> None:
    if not isinstance(got, (tuple, list)):
        raise Disagreement(f"returns {_kind(got)}, expected {len(expected)} values", *show_pair(got, expected))
    if len(got) != len(expected):
        raise Disagreement(f"returns {len(got)} values, expected {len(expected)}", *show_pair(got, expected))
    for position, (mine, right) in enumerate(zip(got, expected, strict=True)):
        try:
            assert_agrees(mine, right, scale=scale, terms=terms)
        except Disagreement as error:
            message = f"value {position + 1} of {len(expected)}: {error.message}"
            raise Disagreement(message, *show_pair(got, expected)) from None


def _same_kind(got: Any, expected: Any) -> None:
    """Exact types, but that a float may be Python's or NumPy's."""
    if isinstance(got, Opaque) or _family(got) != _family(expected):
        raise Disagreement(f"returns {_kind(got)}, expected {_kind(expected)}", *show_pair(got, expected))
    if _family(expected) in ("array", "tensor"):
        if tuple(got.shape) != tuple(expected.shape):
            message = f"has shape {tuple(got.shape)}, expected {tuple(expected.shape)}"
            raise Disagreement(message, *show_pair(got, expected))
        if got.dtype != expected.dtype:
            raise Disagreement(f"has dtype {got.dtype}, expected {expected.dtype}", *show_pair(got, expected))


def _agree_numbers(got: Any, expected: Any, scale: Any, terms: int | None) -> None:
    name = str(getattr(expected, "dtype", type(expected).__name__)).removeprefix("torch.")
    if name in ("bool", "int") or name.startswith(("int", "uint")):
        mine, right = _as_array(got), _as_array(expected)
        _no_difference(np.asarray(mine != right), mine, right, got, expected)
        return
    mine, right = _as_float64(got), _as_float64(expected)
    _no_difference(np.isnan(mine) != np.isnan(right), mine, right, got, expected)
    _no_difference((np.isinf(right) | np.isinf(mine)) & (mine != right) & ~np.isnan(right), mine, right, got, expected)
    finite = np.isfinite(right)
    difference = np.where(finite, np.abs(np.where(finite, mine, 0) - np.where(finite, right, 0)), 0)
    largest = float(np.max(np.abs(right[finite]), initial=0))
    size = 1 + largest if scale is None else np.abs(_as_float64(scale))
    longest = terms or max(right.shape, default=1)
    _no_difference(difference > _bound(name, largest, size, longest), mine, right, got, expected)


def _bound(dtype: str, largest: float, size: Any, terms: int) -> Any:
    """How far a number may be off; `size` is S, for all or for each, `largest` the largest number expected."""
    if dtype not in EPSILONS:
        return FLOAT64_BOUND * size
    rounding = EPSILONS[dtype] * size
    bound = (8 + 2 * math.sqrt(terms)) * rounding + (terms * SMALLEST_FLOAT16 if dtype == "float16" else 0.0)
    # Where the numbers stand out from rounding at all, the bound must not reach down to zero.
    return np.minimum(bound, LARGEST_SHARE * largest) if largest > SIGNAL * np.max(rounding, initial=0) else bound


def _no_difference(wrong: Any, mine: Any, right: Any, got: Any, expected: Any) -> None:
    if not wrong.any():
        return
    with np.errstate(invalid="ignore"):
        apart = np.abs(np.asarray(mine, np.complex128) - np.asarray(right, np.complex128))
        distance = np.where(wrong, np.nan_to_num(apart, nan=np.inf, posinf=np.inf), -1.0)
    index = np.unravel_index(int(np.argmax(distance)), distance.shape)
    numbers = tuple(int(i) for i in index)
    place = f" at index {numbers if len(numbers) > 1 else numbers[0]}" if numbers else ""
    here, there = show_pair(mine[index], right[index])
    raise Disagreement(f"is {here}{place}, expected {there}", *show_pair(got, expected))


def _as_array(value: Any) -> Any:
    return value.detach().cpu().numpy() if hasattr(value, "detach") else np.asarray(value)


def _as_float64(value: Any) -> Any:
    if hasattr(value, "detach") and value.is_floating_point():  # NumPy has no bfloat16
        value = value.detach().double()
    array = _as_array(value)
    return array if array.dtype.kind == "c" else array.astype(np.float64)


def _family(value: Any) -> str:
    torch = sys.modules.get("torch")
    if type(value) is np.ndarray:
        return "array"
    if torch is not None and isinstance(value, torch.Tensor):
        return "tensor"
    if isinstance(value, bool | np.bool_):
        return "bool"
    if type(value) in (float, np.float64):
        return "float"
    if type(value) is int:
        return "int"
    return type(value).__name__


def _kind(value: Any) -> str:
    """The type, as one would say it to a student."""
    if isinstance(value, Opaque):
        return f"a {value.type_name}"
    if value is None:
        return "None (is a `return` missing?)"
    if type(value) is np.ndarray:
        return f"an array of shape {value.shape}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
