"""The same arguments once more, with other numbers near by: a result that was kept for the first is wrong for the second."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

MAX_DEPTH = 24
PERIOD = 997  # prime: no axis has it
SPREAD = 1 / 64  # far beyond any tolerance, and no other work


def varied(value: Any, number: int, depth: int = 0) -> Any:
    """A copy of `value` whose arrays, tensors and lists of floats differ from other numbers' by up to SPREAD, each entry by its own share.

    Number 0 gives equal contents. Zeros, infinities and whole numbers stay what they are; so do modules and objects. A float alone
    may be a rate or a probability: it differs in its last bits.
    """
    if type(value) is list and len(value) > 1 and all(type(item) is float for item in value):
        factors = _factors((len(value),), number) if number else np.ones(len(value))
        return [item * float(factor) for item, factor in zip(value, factors, strict=True)]
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
        copy *= _factors(array.shape, number).astype(array.dtype)
    return copy


def _factors(shape: tuple[int, ...], number: int) -> Any:
    few = np.random.default_rng(number).uniform(1 - SPREAD, 1 + SPREAD, PERIOD)
    return np.resize(few, shape)


def _spaced(array: Any) -> Any:
    """A copy that has gaps too."""
    room = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    room[..., ::2] = array
    return room[..., ::2]


def _tensor(tensor: Any, number: int, torch: Any) -> Any:
    with torch.no_grad():
        copy = tensor.detach().clone(memory_format=torch.preserve_format)
        if number and tensor.is_floating_point():
            copy.mul_(torch.as_tensor(_factors(tuple(tensor.shape), number)).to(copy))
    return copy.requires_grad_(tensor.requires_grad)
