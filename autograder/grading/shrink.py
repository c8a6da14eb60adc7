"""From an input that fails to the smallest that fails the same way: something a student can work through by hand.

Axes are dropped row by row, then entries become 0, 1, 2 or whole numbers. In a problem whose axes have names, an axis is shortened
everywhere at once; among plain arrays, axes of equal length are shortened together first (those of a query and its keys belong to each
other), then each for itself. Whatever no longer fails in the same way is put back.
The search is greedy, deterministic, and bounded by a number of tries; where the calls are slow, whoever asks for it ends it earlier.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.grading.entries import drop, is_array, places, replaced

MAX_TRIES = 250
MAX_ENTRIES = 48  # beyond that, entries are left as they are
SIMPLE_NUMBERS = (0.0, 1.0, 2.0)

Arguments = dict[str, Any]


def shrink(
    arguments: Arguments, fails: Callable[[Arguments], bool], enough: Callable[[], bool] = lambda: False
) -> Arguments:
    """The smallest arguments found for which `fails` is still true. `fails(arguments)` itself is taken to be.

    Of all that were tried, they are the last for which `fails` was true. The search ends when `enough()`.

    Arguments may be NumPy arrays, tensors, numbers, problems with named axes (`autograder.toolkit.tensors.Problem`), or anything that
    has a method `simpler()`, which gives simpler ones of its kind. Others are left as they are.
    """
    tries = itertools.count(1)

    def better(candidates: Callable[[Arguments], Iterator[Arguments]], current: Arguments) -> Arguments:
        """Take the first candidate that fails, and begin again from it, until none does."""
        progress = True
        while progress:
            progress = False
            for candidate in candidates(current):
                if next(tries) > MAX_TRIES or enough():
                    return current
                if fails(candidate):
                    current, progress = candidate, True
                    break
        return current

    smaller = better(_smaller, arguments)
    return better(_with_simpler_entries, smaller)


def _smaller(arguments: Arguments) -> Iterator[Arguments]:
    for name, value in arguments.items():
        if hasattr(value, "simpler"):
            for simple in value.simpler():
                yield {**arguments, name: simple}
        elif _is_problem(value):
            for problem in _smaller_problems(value):
                yield {**arguments, name: problem}
    yield from _without_a_row(arguments)


def _smaller_problems(problem: Any) -> Iterator[Any]:
    """What need not be given is left out; then every way to do without an outer axis, or without one place of an axis."""
    for name, tensor in problem.tensors.items():
        if tensor is not None and name == "mask":
            yield problem.replaced(name, None)
    for axis in _outer_axes(problem):
        yield problem.without_axis(axis)
    for axis, length in sorted(problem.lengths.items(), key=lambda pair: -pair[1]):
        for index in range(length if length > 1 else 0):
            yield problem.without(axis, index)


def _outer_axes(problem: Any) -> list[str]:
    """Axes that come before the last two wherever they are: those of a batch."""
    inner = {axis for axes in problem.axes.values() for axis in axes[-2:]}
    return [axis for axis in problem.lengths if axis not in inner]


def _without_a_row(arguments: Arguments) -> Iterator[Arguments]:
    """Every way to take one index out of all axes of one length, or out of a single axis."""
    arrays = {name: value for name, value in arguments.items() if is_array(value)}
    axes = [(name, axis, extent) for name, array in arrays.items() for axis, extent in enumerate(array.shape)]
    lengths = sorted({extent for _, _, extent in axes if extent > 1}, reverse=True)
    together = [[(name, axis) for name, axis, extent in axes if extent == length] for length in lengths]
    alone = [[(name, axis)] for name, axis, extent in axes if extent > 1]
    groups = [group for group in together if len(group) > 1] + alone
    for name, array in arrays.items():  # a leading axis of one element is no axis
        if array.ndim > 1 and array.shape[0] == 1:
            yield {**arguments, name: array[0]}
    for group in groups:
        name, axis = group[0]
        for index in range(arrays[name].shape[axis]):
            changed = dict(arguments)
            for other, dimension in group:
                changed[other] = drop(changed[other], index, dimension)
            yield changed


def _with_simpler_entries(arguments: Arguments) -> Iterator[Arguments]:
    """Every way to make one number simpler."""
    for name, value in arguments.items():
        if is_array(value):
            for changed in _simpler_arrays(value):
                yield {**arguments, name: changed}
        elif _is_problem(value):
            for inner, tensor in value.tensors.items():
                for changed in _simpler_arrays(tensor) if tensor is not None else ():
                    yield {**arguments, name: value.replaced(inner, changed)}
        elif type(value) in (int, float):
            for simple in _simpler(value):
                yield {**arguments, name: type(value)(simple)}


def _simpler_arrays(array: Any) -> Iterator[Any]:
    for place, value in places(array, MAX_ENTRIES):
        for simple in _simpler(value):
            yield replaced(array, place, simple)


def _simpler(value: float | bool) -> list[float | bool]:
    """Simpler numbers than `value`, the simplest first; none for the simplest."""
    if isinstance(value, bool):
        return [] if value else [True]  # an open mask is the simplest
    if not np.isfinite(value):
        return []
    known = [simple for simple in SIMPLE_NUMBERS if simple != value]
    if value in SIMPLE_NUMBERS:
        return [simple for simple in SIMPLE_NUMBERS if simple < value]
    whole = float(round(value))
    rounded = [whole] if whole != value and whole not in known else []
    return [*known, *rounded, *([-value] if value < 0 else [])]


def _is_problem(value: Any) -> bool:
    return hasattr(value, "without_axis") and hasattr(value, "axes")
