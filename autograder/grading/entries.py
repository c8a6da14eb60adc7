"""NumPy arrays and tensors alike: one row taken out, one entry replaced, in a copy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np


def is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) or _is_tensor(value)


def drop(array: Any, index: int, axis: int) -> Any:
    if isinstance(array, np.ndarray):
        return np.delete(array, index, axis)
    import torch

    kept = [place for place in range(array.shape[axis]) if place != index]
    return array.index_select(axis, torch.tensor(kept, dtype=torch.int64))


def places(array: Any, most: int) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Every index with its number, as a Python number; nothing for arrays of more than `most` entries, or of other things."""
    numeric = not array.is_complex() if _is_tensor(array) else array.dtype.kind in "fib"
    if numeric and int(np.prod(array.shape)) <= most:
        for index in np.ndindex(tuple(array.shape)):
            yield index, array[index].item()


def replaced(array: Any, index: tuple[int, ...], value: Any) -> Any:
    changed = array.detach().clone() if _is_tensor(array) else array.copy()
    changed[index] = value
    return changed


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)
