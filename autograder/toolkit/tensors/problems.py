"""Inputs whose axes have names. `problem.q` is a tensor; `*problem` gives all of them, in order.

    Problem({"q": q, "k": k}, {"q": ("queries", "d_k"), "k": ("keys", "d_k")})

Where an axis is shortened, it is shortened in every tensor that has it: a query's width stays that of its keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Problem:
    """`tensors` by name, None for one that is not given; `axes` names the axes of each, the first first.

    An axis called "1" is one element long, to be broadcast, and stays so.
    """

    tensors: dict[str, torch.Tensor | None]
    axes: dict[str, tuple[str, ...]]

    def __iter__(self) -> Iterator[torch.Tensor | None]:
        return iter(self.tensors.values())

    def __getattr__(self, name: str) -> torch.Tensor | None:
        if name.startswith("_") or name in ("tensors", "axes"):  # not there yet: it is being copied
            raise AttributeError(name)
        try:
            return self.tensors[name]
        except KeyError:
            raise AttributeError(f"the problem has {', '.join(self.tensors)}, and no {name}") from None

    @property
    def lengths(self) -> dict[str, int]:
        """How long each axis is."""
        found: dict[str, int] = {}
        for name, tensor in self.tensors.items():
            if tensor is not None:
                found.update(zip(self.axes[name], tensor.shape, strict=True))
        return {axis: length for axis, length in found.items() if axis != "1"}

    def without(self, axis: str, index: int) -> Problem:
        """The problem with one place of `axis` left out everywhere."""
        return Problem(
            {name: _dropped(tensor, self.axes[name], axis, index) for name, tensor in self.tensors.items()}, self.axes
        )

    def without_axis(self, axis: str) -> Problem:
        """The problem with only the first place of `axis`, and no such axis."""
        kept = {}
        for name, tensor in self.tensors.items():
            has = tensor is not None and axis in self.axes[name]
            kept[name] = tensor.select(self.axes[name].index(axis), 0) if tensor is not None and has else tensor
        return Problem(kept, {name: tuple(a for a in axes if a != axis) for name, axes in self.axes.items()})

    def replaced(self, name: str, tensor: Any) -> Problem:
        return Problem({**self.tensors, name: tensor}, self.axes)


def _dropped(tensor: torch.Tensor | None, axes: tuple[str, ...], axis: str, index: int) -> torch.Tensor | None:
    if tensor is None or axis not in axes:
        return tensor
    dim = axes.index(axis)
    kept = [place for place in range(tensor.shape[dim]) if place != index]
    return tensor.index_select(dim, torch.tensor(kept, dtype=torch.int64))
