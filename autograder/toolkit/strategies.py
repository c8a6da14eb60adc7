"""Inputs for property-based tests: the shape is drawn, the entries follow from one number.

    @given(x=arrays(min_dims=1, max_dims=3))
    @given(x=matrices(columns=3), factor=elements())

Drawing every entry costs far more than the student's call. What is lost, hypothesis's shrinking of entries, is done better by
`autograder.grading.shrink`, which knows arrays.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.judge.nodes import Seeded

Strategy = st.SearchStrategy[Any]
SEEDS = st.integers(0, 2**16 - 1)


def elements(magnitude: float = 8.0) -> Strategy:
    """Numbers within ±magnitude: whole numbers, halves, then any float that is not vanishingly small."""
    whole = st.integers(-int(magnitude), int(magnitude)).map(float)
    halves = st.integers(-int(2 * magnitude), int(2 * magnitude)).map(lambda n: n / 2)
    any_float = st.floats(-magnitude, magnitude, allow_subnormal=False).map(lambda x: 0.0 if abs(x) < 1e-6 else x)
    return whole | halves | any_float


def filled(shape: tuple[int, ...], seed: int, magnitude: float = 8.0) -> Any:
    """The float64 array of that shape and number: whole numbers, halves or any floats within ±magnitude, by turns."""
    generator = np.random.default_rng(seed)
    if seed % 3 == 2 or magnitude < 1:
        return generator.uniform(-magnitude, magnitude, shape)
    step = 1.0 if seed % 3 == 0 else 0.5
    bound = math.floor(magnitude / step)
    return generator.integers(-bound, bound, shape, endpoint=True) * step


@st.composite
def arrays(
    draw: st.DrawFn,
    *,
    min_dims: int = 1,
    max_dims: int = 3,
    min_side: int = 1,
    max_side: int = 4,
    magnitude: float = 8.0,
) -> Any:
    """float64 arrays of any rank and shape within the limits."""
    dims = draw(st.integers(min_dims, max_dims))
    shape = tuple(draw(st.integers(min_side, max_side)) for _ in range(dims))
    return filled(shape, draw(SEEDS), magnitude)


def vectors(min_size: int = 1, max_size: int = 6, magnitude: float = 8.0) -> Strategy:
    """float64 arrays of shape (n,)."""
    return arrays(min_dims=1, max_dims=1, min_side=min_size, max_side=max_size, magnitude=magnitude)


@st.composite
def matrices(
    draw: st.DrawFn, min_rows: int = 1, max_rows: int = 5, columns: Strategy | int = 3, magnitude: float = 8.0
) -> Any:
    """float64 arrays of shape (rows, columns)."""
    rows = draw(st.integers(min_rows, max_rows))
    width = columns if isinstance(columns, int) else draw(columns)
    return filled((rows, width), draw(SEEDS), magnitude)


axes = st.integers(-4, 3)
"""Numbers for `axis_of`."""


def axis_of(x: Any, number: int) -> int:
    """`number` as an axis that the array x has, counted from the back where it is negative."""
    dims: int = x.ndim
    return number % dims if number >= 0 else ~(~number % dims)


def spaced(array: Any) -> Any:
    """The same values in an array that is not contiguous: every second entry of a larger one. Right code does not notice."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


def generator(seed: int) -> Seeded:
    """What to pass where a function takes a NumPy generator: `np.random.default_rng(seed)`, made anew for each call."""
    if seed < 0:
        raise ValueError(f"a generator's seed is {seed}, expected 0 or more")
    return Seeded(seed)
