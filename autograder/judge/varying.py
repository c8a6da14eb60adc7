"""The same arguments once more, with other last bits: a result that was kept for the first is of no use for the second."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

MAX_DEPTH = 24
PERIOD = 997  # prime: no axis has it


def varied(value: Any, number: int, spread: float = 0.0, depth: int = 0) -> Any:
    """A copy of `value` whose floating-point arrays and tensors differ from other numbers' by a few units in the last place.

    Number 0 gives equal contents. Zeros, infinities and whole numbers stay what they are; so do modules and objects.

    Args:
        spread: how far, in proportion, each entry of an array may be off instead, every one by an amount of its own: then not even
            the result of another number is of use.
    """
    if type(value) in (list, tuple) and depth < MAX_DEPTH:
        return type(value)(varied(item, number, spread, depth + 1) for item in value)
    if type(value) is dict and depth < MAX_DEPTH:
        return {key: varied(item, number, spread, depth + 1) for key, item in value.items()}
    if type(value) is np.ndarray:
        return _array(value, number, spread)
    if type(value) is float:
        return value * (1 + number * float(np.finfo(np.float64).eps))
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor) and type(value) is not torch.nn.Parameter:
        return _tensor(value, number, spread, torch)
    return value


def _array(array: Any, number: int, spread: float) -> Any:
    copy = array.copy(order="K") if array.flags.c_contiguous or array.flags.f_contiguous else _spaced(array)
    if number and array.dtype.kind == "f":
        copy *= np.asarray(_factors(array.shape, number, float(np.finfo(array.dtype).eps), spread), array.dtype)
    return copy


def _factors(shape: tuple[int, ...], number: int, eps: float, spread: float) -> Any:
    if not spread:
        return 1 + number * eps
    few = np.random.default_rng(number).uniform(1 - spread, 1 + spread, PERIOD)
    return np.resize(few, shape)


def _spaced(array: Any) -> Any:
    """A copy that has gaps too."""
    room = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    room[..., ::2] = array
    return room[..., ::2]


def _tensor(tensor: Any, number: int, spread: float, torch: Any) -> Any:
    with torch.no_grad():
        copy = tensor.detach().clone(memory_format=torch.preserve_format)
        if number and tensor.is_floating_point():
            factors = _factors(tuple(tensor.shape), number, float(torch.finfo(tensor.dtype).eps), spread)
            copy.mul_(torch.as_tensor(factors).to(copy) if spread else factors)
    return copy.requires_grad_(tensor.requires_grad)
