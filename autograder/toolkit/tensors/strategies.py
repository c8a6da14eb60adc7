"""Inputs of PyTorch exercises for property-based tests. Shapes are drawn; entries follow from one number a problem.

    @given(problem=attention_problems())           q, k, v, mask: all sizes different, masks of every kind
    @given(x=tensors(min_dims=1, max_dims=3))
    @given(size=sizes(), seed=SEEDS)               a module's sizes, and weights for it: `twins(…, seed=seed)`
    @given(tokens=token_batches(vocab_size=11))

Everything floating is float64, where right and wrong answers lie far apart.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

from autograder.toolkit.strategies import SEEDS, Strategy, arrays, filled
from autograder.toolkit.tensors.problems import Problem


class MaskKind(StrEnum):
    """What a drawn mask of (queries, keys) hides; True stands for what may be looked at."""

    NONE = "none"
    """There is no mask: None."""
    CAUSAL = "causal"
    """Each query sees the keys up to its own place, (queries, keys)."""
    PADDING = "padding"
    """Some last keys are hidden from every query; (1, keys), to be broadcast."""
    RANDOM = "random"
    """Any keys, at least one to each query."""
    EMPTY_ROWS = "empty rows"
    """Any keys, and at least one query that sees none."""


MASKS = tuple(MaskKind)
WITHOUT_EMPTY_ROWS = tuple(kind for kind in MaskKind if kind is not MaskKind.EMPTY_ROWS)


def tensors(
    *, min_dims: int = 1, max_dims: int = 3, min_side: int = 1, max_side: int = 4, magnitude: float = 8.0
) -> Strategy:
    """float64 tensors of any rank and shape within the limits."""
    drawn = arrays(min_dims=min_dims, max_dims=max_dims, min_side=min_side, max_side=max_side, magnitude=magnitude)
    return drawn.map(lambda array: torch.from_numpy(np.array(array)))


@st.composite
def attention_problems(
    draw: st.DrawFn,
    *,
    masks: tuple[MaskKind, ...] = MASKS,
    batch_axes: tuple[str, ...] = ("batch", "heads"),
    max_side: int = 5,
    magnitude: float = 3.0,
) -> Any:
    """Problems with q (…, queries, d_k), k (…, keys, d_k), v (…, keys, d_v) and mask (True: may be looked at).

    Args:
        masks: the kinds of mask to draw from.
        batch_axes: what the leading axes are called; as many of them as are drawn are there, from the right.
    """
    kind = draw(st.sampled_from(masks))
    outer = batch_axes[len(batch_axes) - draw(st.integers(0, len(batch_axes))) :]
    names = [*outer, "queries", "keys", "d_k", "d_v"]
    # All lengths differ while there are enough numbers: an axis taken for another then shows.
    lengths = dict(zip(names, draw(st.permutations(range(1, max(max_side, len(names)) + 1))), strict=False))
    seed = draw(SEEDS)
    axes = {
        "q": (*outer, "queries", "d_k"),
        "k": (*outer, "keys", "d_k"),
        "v": (*outer, "keys", "d_v"),
        "mask": _mask_axes(kind),
    }
    given = {
        name: _filled([lengths[axis] for axis in axes[name]], seed + number, magnitude)
        for number, name in enumerate(("q", "k", "v"))
    }
    return Problem({**given, "mask": _mask(kind, lengths["queries"], lengths["keys"], seed)}, axes)


@st.composite
def token_batches(
    draw: st.DrawFn, *, vocab_size: int = 11, pad: int = 0, max_batch: int = 3, max_length: int = 6, first: int = 1
) -> Any:
    """int64 tensors (batch, length): tokens from `first` on, each row padded on the right; at least one token in each."""
    batch, length, seed = draw(st.integers(1, max_batch)), draw(st.integers(1, max_length)), draw(SEEDS)
    generator = np.random.default_rng(seed)
    tokens = generator.integers(first, vocab_size, (batch, length))
    real = generator.integers(1, length, (batch, 1), endpoint=True)
    return torch.from_numpy(np.where(np.arange(length) < real, tokens, pad))


@dataclass(frozen=True)
class Sizes:
    """The sizes of a module and its inputs. A counterexample shrinks number by number."""

    batch: int
    length: int
    other_length: int
    num_heads: int
    d_k: int
    d_ff: int
    num_layers: int

    @property
    def d_model(self) -> int:
        return self.num_heads * self.d_k

    def tensor(self, *axes: str, seed: int, magnitude: float = 2.0) -> torch.Tensor:
        """A float64 tensor with axes of these sizes: `size.tensor("batch", "length", "d_model", seed=3)`."""
        return _filled([getattr(self, axis) for axis in axes], 3 * seed + 2, magnitude)

    def simpler(self) -> Iterator[Sizes]:
        for field in dataclasses.fields(self):
            for smaller in range(1, getattr(self, field.name)):
                yield dataclasses.replace(self, **{field.name: smaller})


def sizes(*, max_heads: int = 4, max_d_k: int = 4, max_length: int = 5, max_layers: int = 2) -> Strategy:
    """Sizes of modules: the length of a sequence and of its memory differ."""
    lengths = st.permutations(range(1, max_length + 1))
    return st.builds(
        lambda batch, pair, heads, d_k, d_ff, layers: Sizes(batch, pair[0], pair[1], heads, d_k, d_ff, layers),
        st.integers(1, 3),
        lengths,
        st.integers(1, max_heads),
        st.integers(1, max_d_k),
        st.integers(1, 9),
        st.integers(1, max_layers),
    )


def weights_like(shapes: dict[str, torch.Tensor], seed: int) -> dict[str, torch.Tensor]:
    """float64 weights in place of those in `shapes`, drawn with variance 1/fan-in, all from `seed`; biases and gains are not special."""
    generator = np.random.default_rng(seed)
    drawn = {}
    for name in sorted(shapes):  # the order of a module's parameters is the student's choice
        shape = tuple(shapes[name].shape)
        fan_in = shape[-1] if len(shape) > 1 else 1
        drawn[name] = torch.from_numpy(np.asarray(generator.standard_normal(shape) / math.sqrt(fan_in)))
    return drawn


def _filled(shape: list[int], seed: int, magnitude: float) -> torch.Tensor:
    return torch.from_numpy(np.array(filled(tuple(shape), seed, magnitude), np.float64))


def _mask_axes(kind: MaskKind) -> tuple[str, ...]:
    return ("1", "keys") if kind is MaskKind.PADDING else ("queries", "keys")


def _mask(kind: MaskKind, queries: int, keys: int, seed: int) -> torch.Tensor | None:
    generator = np.random.default_rng([seed, 1])
    match kind:
        case MaskKind.NONE:
            return None
        case MaskKind.CAUSAL:
            return torch.ones(queries, keys, dtype=torch.bool).tril()
        case MaskKind.PADDING:
            return torch.arange(keys)[None] < int(generator.integers(1, keys, endpoint=True))
    allowed = generator.random((queries, keys)) < 0.6
    allowed[np.arange(queries), generator.integers(0, keys, queries)] = True
    if kind is MaskKind.EMPTY_ROWS:
        allowed[generator.integers(0, queries)] = False
    return torch.from_numpy(allowed)
