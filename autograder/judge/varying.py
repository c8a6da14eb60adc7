"""The same arguments once more, with other last bits: a result that was kept for the first is of no use for the second."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

MAX_DEPTH = 24


def varied(value: Any, number: int, depth: int = 0) -> Any:
    """A copy of `value` whose floating-point arrays and tensors differ from other numbers' by a few units in the last place.

    Number 0 gives equal contents. Zeros, infinities and whole numbers stay what they are; so do modules and objects.
    """
    if type(value) in (list, tuple) and depth < MAX_DEPTH:
        return type(value)(varied(item, number, depth + 1) for item in value)
    if type(value) is dict and depth < MAX_DEPTH:
        return {key: varied(item, number, depth + 1) for key, item in value.items()}
    if type(value) is np.ndarray:
        return _array(value, number)
    if type(value) is float:
        return value * (1 + number * float(np.finfo(np.float64).eps))
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor) and type(value) is not torch.nn.Parameter:
        return _tensor(value, number, torch)
    return value


def _array(array: Any, number: int) -> Any:
    copy = array.copy(order="K") if array.flags.c_contiguous or array.flags.f_contiguous else _spaced(array)
    if number and array.dtype.kind == "f":
        copy *= array.dtype.type(1 + number * float(np.finfo(array.dtype).eps))
    return copy


def _spaced(array: Any) -> Any:
    """A copy that has gaps too."""
    room = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    room[..., ::2] = array
    return room[..., ::2]


def _tensor(tensor: Any, number: int, torch: Any) -> Any:
    factor = 1 + number * float(torch.finfo(tensor.dtype).eps) if number and tensor.is_floating_point() else None
    with torch.no_grad():
        copy = tensor.detach().clone(memory_format=torch.preserve_format)
        if factor is not None:
            copy.mul_(factor)
    return copy.requires_grad_(tensor.requires_grad)
