"""Marks on whole solutions: known mistakes, and right solutions written differently.

    @mistake("softmax", caught_by="test_survives_large_scores", says="The maximum is not subtracted before exp.")
    def no_maximum_subtracted(x, axis=-1): ...

    @alternative("softmax")
    def in_logarithms(x, axis=-1): ...

Each takes the place of the exercise's function or class in the reference's module; names of other exercises are those of the reference.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Solution = TypeVar("Solution")


def mistake(exercise: str, *, caught_by: str, says: str) -> Callable[[Solution], Solution]:
    """A wrong solution.

    Args:
        exercise: the exercise it is a solution of.
        caught_by: the test of the hidden grader that is meant for it.
        says: one or two sentences for the student who made it: what is wrong, not how the right code reads.
    """
    return lambda solution: solution


def alternative(exercise: str) -> Callable[[Solution], Solution]:
    """A right solution that every test must accept."""
    return lambda solution: solution
