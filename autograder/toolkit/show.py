"""Values as a student would type them, short enough to be worked through by hand."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

DIGITS = 6
MANY_DIGITS = 17
MAX_ELEMENTS = 64
PLAIN_DTYPES = ("float64", "int64", "bool")


def show(value: Any, digits: int = DIGITS) -> str:
    """`[[1.0, 2.0], [0.5, 3.0]]`, `0.25`, `(…, …)`; the dtype is named where it is not NumPy's usual one."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        name = str(value.dtype).removeprefix("torch.")
        numbers = (
            value.detach().cpu().to(torch.float64).numpy()
            if value.is_floating_point()
            else value.detach().cpu().numpy()
        )
        return _array(numbers, digits, "" if name in ("float32", "int64", "bool") else name)
    if isinstance(value, np.ndarray):
        name = value.dtype.name
        return _array(value, digits, "" if name in PLAIN_DTYPES else name)
    if isinstance(value, (np.integer, np.bool_)):
        return repr(value.item())
    if isinstance(value, (float, np.floating)):
        return _number(float(value), digits)
    if isinstance(value, (list, tuple)):
        inner = ", ".join(show(item, digits) for item in value[:MAX_ELEMENTS]) + (
            ", …" if len(value) > MAX_ELEMENTS else ""
        )
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' if len(value) == 1 else ''})"
    return repr(value)


def show_pair(got: Any, expected: Any) -> tuple[str, str]:
    """Both values, with as many digits as it takes to tell them apart."""
    for digits in (DIGITS, 10, MANY_DIGITS):
        mine, right = show(got, digits), show(expected, digits)
        if mine != right:
            break
    return mine, right


def _array(array: Any, digits: int, dtype: str) -> str:
    suffix = f" ({dtype})" if dtype else ""
    if array.size > MAX_ELEMENTS:
        shape = "×".join(str(extent) for extent in array.shape)
        return f"{shape} values from {show(array.min(), digits)} to {show(array.max(), digits)}{suffix}"
    if array.size == 0 and array.ndim > 1:
        return f"an empty array of shape {array.shape}{suffix}"
    return _nested(array.tolist(), digits) + suffix


def _nested(value: Any, digits: int) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_nested(item, digits) for item in value) + "]"
    return _number(value, digits) if isinstance(value, float) else repr(value)


def _number(value: float, digits: int) -> str:
    text = (
        repr(value) if digits >= MANY_DIGITS else f"{value:.{digits}g}"
    )  # the shortest that stands for no other number
    return text if any(mark in text for mark in ".en") else f"{text}.0"
