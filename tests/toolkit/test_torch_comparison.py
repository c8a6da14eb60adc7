"""The comparison accepts right answers computed in other ways and refuses wrong ones, in every precision.

Right variants differ by rounding only: another order of summation, another formula. Wrong ones are typical mistakes, and the controls:
zeros, and an answer that is a little off.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch

from autograder.toolkit.compare import Disagreement, assert_agrees
from autograder.toolkit.scales import attention_scale, dot_scale, layer_norm_scale, position_scale, softmax_scale

DTYPES = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
RUNS = 25
F = Callable[..., torch.Tensor]


@dataclass(frozen=True)
class Operation:
    """`exact` in float64; variants in the precision under test; `scale` and `terms` as a grader gives them."""

    inputs: Callable[[np.random.Generator], list[torch.Tensor]]
    exact: F
    right: dict[str, F]
    wrong: dict[str, F]
    scale: Callable[..., Any]
    terms: Callable[..., int] = field(default=lambda *inputs: max(inputs[0].shape))


def _draw(generator: np.random.Generator, *shape: int, spread: float = 1.5) -> torch.Tensor:
    return torch.from_numpy(generator.standard_normal(shape) * spread)


def _side(generator: np.random.Generator, low: int, high: int) -> int:
    return int(generator.integers(low, high, endpoint=True))


def _by_hand(x: torch.Tensor) -> torch.Tensor:
    e = torch.exp(x - x.amax(-1, keepdim=True))
    return e / e.sum(-1, keepdim=True)


def _backwards(x: torch.Tensor) -> torch.Tensor:
    """A sum in the reverse order, one by one, in the dtype itself."""
    total = torch.zeros_like(x[..., 0])
    for part in x.flip(-1).unbind(-1):
        total = total + part
    return total


def _attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, divisor: float | None = None) -> torch.Tensor:
    return torch.softmax(q @ k.mT / (divisor or math.sqrt(q.shape[-1])), -1) @ v


def _normalised(x: torch.Tensor, eps: float = 1e-5) -> torch.Tensor:
    return (x - x.mean(-1, keepdim=True)) / torch.sqrt(x.var(-1, keepdim=True, correction=0) + eps)


def _positions(marks: torch.Tensor, base: float = 10000.0, offset: int = 0) -> torch.Tensor:
    length, width = marks.shape
    rate = base ** (torch.arange(0, width, 2).to(marks.dtype) / width)
    angle = (torch.arange(length).to(marks.dtype)[:, None] + offset) / rate
    return torch.stack([angle.sin(), angle.cos()], -1).flatten(1)


OPERATIONS = {
    "norm": Operation(
        inputs=lambda g: [_draw(g, _side(g, 2, 64)) + 0.5],
        exact=lambda x: x.pow(2).sum(-1).sqrt(),
        right={
            "backwards": lambda x: _backwards(x * x).sqrt(),
            "largest first": lambda x: x.abs().max() * ((x / x.abs().max()) ** 2).sum(-1).sqrt(),
            "of the library": lambda x: torch.linalg.vector_norm(x),
        },
        wrong={
            "no root": lambda x: x.pow(2).sum(-1),
            "absolute values": lambda x: x.abs().sum(-1),
            "mean": lambda x: x.pow(2).mean(-1).sqrt(),
        },
        scale=lambda expected, x: expected,
    ),
    "dot": Operation(
        inputs=lambda g: [_draw(g, n, spread=1.0) + 1 for n in [_side(g, 2, 64)] * 2],
        exact=lambda x, y: (x * y).sum(-1),
        right={"backwards": lambda x, y: _backwards(x * y), "as a product": lambda x, y: x @ y},
        wrong={
            "one term lost": lambda x, y: (x * y)[1:].sum(-1) + 0 * x[0],
            "distance": lambda x, y: (x - y).pow(2).sum(-1),
        },
        scale=lambda expected, x, y: dot_scale(x, y),
    ),
    "softmax": Operation(
        inputs=lambda g: [_draw(g, 3, _side(g, 3, 48))],
        exact=_by_hand,
        right={
            "in logarithms": lambda x: torch.exp(x - torch.logsumexp(x, -1, keepdim=True)),
            "of the library": lambda x: torch.softmax(x, -1),
            "backwards": lambda x: torch.exp(x - x.amax()) / _backwards(torch.exp(x - x.amax()))[:, None],
        },
        wrong={
            "the other axis": lambda x: torch.softmax(x, 0),
            "base two": lambda x: torch.softmax(x * math.log(2), -1),
            "not divided": lambda x: torch.exp(x - x.amax(-1, keepdim=True)),
            "uniform": lambda x: torch.full_like(x, 1 / x.shape[-1]),
        },
        scale=lambda expected, x: softmax_scale(x),
    ),
    "attention": Operation(
        inputs=lambda g: [_draw(g, n, d, spread=1.0) for n, d in ((7, 8), (9, 8), (9, 6))],
        exact=_attend,
        right={
            "scaled first": lambda q, k, v: torch.softmax((q / math.sqrt(q.shape[-1])) @ k.mT, -1) @ v,
            "of the library": lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(q[None], k[None], v[None])[0],
            "value by value": lambda q, k, v: _backwards(
                (torch.softmax(q @ k.mT / math.sqrt(8), -1)[..., None] * v[None]).movedim(1, -1)
            ),
        },
        wrong={
            "not scaled": lambda q, k, v: _attend(q, k, v, 1.0),
            "scaled by the width": lambda q, k, v: _attend(q, k, v, float(q.shape[-1])),
            "the average value": lambda q, k, v: v.mean(0).expand(len(q), -1),
            "queries ignored": lambda q, k, v: _attend(q[:1].expand_as(q), k, v),
        },
        scale=lambda expected, q, k, v: attention_scale(q, k, v),
    ),
    "layer norm": Operation(
        inputs=lambda g: [_draw(g, 4, _side(g, 6, 48)) + float(g.normal())],
        exact=_normalised,
        right={
            "of the library": lambda x: torch.nn.functional.layer_norm(x, x.shape[-1:]),
            "rsqrt": lambda x: (x - x.mean(-1, keepdim=True))
            * torch.rsqrt((x - x.mean(-1, keepdim=True)).pow(2).mean(-1, keepdim=True) + 1e-5),
        },
        wrong={
            "over the batch": lambda x: (x - x.mean(0)) / torch.sqrt(x.var(0, correction=0) + 1e-5),
            "no mean taken away": lambda x: x / torch.sqrt(x.var(-1, keepdim=True, correction=0) + 1e-5) + 0.5,
            "not rooted": lambda x: (x - x.mean(-1, keepdim=True)) / (4 * x.var(-1, keepdim=True, correction=0)),
        },
        scale=lambda expected, x: layer_norm_scale(x, expected),
    ),
    "positions": Operation(
        inputs=lambda g: [torch.zeros(_side(g, 6, 12), 8, dtype=torch.float64)],
        exact=_positions,
        right={
            "in logarithms": lambda marks: torch.stack(
                [
                    function(
                        torch.arange(len(marks)).to(marks.dtype)[:, None]
                        * torch.exp(torch.arange(0, 8, 2).to(marks.dtype) * (-math.log(10000.0) / 8))
                    )
                    for function in (torch.sin, torch.cos)
                ],
                -1,
            ).flatten(1),
        },
        wrong={
            "from one on": lambda marks: _positions(marks, offset=1),
            "another base": lambda marks: _positions(marks, base=100.0),
            "sines, then cosines": lambda marks: torch.cat([_positions(marks)[:, 0::2], _positions(marks)[:, 1::2]], -1),
        },
        scale=lambda expected, marks: position_scale(len(marks)),
    ),
}  # fmt: skip


def _problems(
    operation: Operation, dtype: torch.dtype
) -> Iterator[tuple[list[torch.Tensor], torch.Tensor, dict[str, Any]]]:
    """Inputs in the precision, the exact answer to those very inputs in it, and what the grader says about it."""
    generator = np.random.default_rng(5)
    for _ in range(RUNS):
        inputs = [value.to(dtype) for value in operation.inputs(generator)]
        wide = [value.double() for value in inputs]
        exact = operation.exact(*wide)
        given = {"scale": operation.scale(exact, *wide), "terms": operation.terms(*inputs)}
        yield inputs, exact.to(dtype), {} if dtype is torch.float64 else given


def _accepted(got: torch.Tensor, expected: torch.Tensor, given: dict[str, Any]) -> bool:
    try:
        assert_agrees(got, expected, **given)
    except Disagreement:
        return False
    return True


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", OPERATIONS)
def test_right_variants_are_never_refused(name: str, dtype: torch.dtype):
    operation = OPERATIONS[name]
    refused = [
        variant
        for inputs, expected, given in _problems(operation, dtype)
        for variant, function in operation.right.items()
        if not _accepted(function(*inputs), expected, given)
    ]
    assert refused == []


BLIND = {
    ("dot", torch.float16): {"one term lost"},
    ("dot", torch.bfloat16): {"one term lost", "distance"},
    ("softmax", torch.bfloat16): {"base two"},
    ("attention", torch.bfloat16): {"scaled by the width", "queries ignored", "the average value"},
    ("layer norm", torch.bfloat16): {"no mean taken away"},
}
"""Mistakes that so few digits do not always show: what float64 is for."""


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", OPERATIONS)
def test_wrong_variants_are_found_by_every_example(name: str, dtype: torch.dtype):
    operation = OPERATIONS[name]
    accepted = {
        variant
        for inputs, expected, given in _problems(operation, dtype)
        for variant, function in operation.wrong.items()
        if _accepted(function(*inputs), expected, given)
    }
    assert accepted <= BLIND.get((name, dtype), set())


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", OPERATIONS)
def test_zeros_are_never_accepted(name: str, dtype: torch.dtype):
    for _, expected, given in _problems(OPERATIONS[name], dtype):
        assert not _accepted(torch.zeros_like(expected), expected, given)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_zeros_are_refused_for_a_large_softmax_without_being_told_its_scale(dtype: torch.dtype):
    expected = torch.softmax(torch.linspace(-1, 1, 512, dtype=torch.float64), -1).to(dtype)
    assert not _accepted(torch.zeros_like(expected), expected, {})


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_a_reordered_sum_is_accepted_without_being_told_its_scale(dtype: torch.dtype):
    x = torch.linspace(0.5, 1.5, 60, dtype=torch.float64).to(dtype)
    assert _accepted(_backwards(x), x.double().sum().to(dtype), {"terms": 60, "scale": float(x.double().sum())})


@pytest.mark.parametrize(("dtype", "off"), [(torch.float64, 1e-8), (torch.float32, 1e-4), (torch.float16, 0.3)])
def test_an_answer_that_is_a_little_off_is_refused(dtype: torch.dtype, off: float):
    expected = torch.linspace(1, 2, 9, dtype=torch.float64).to(dtype)
    changed = expected.clone()
    changed[4] += off
    assert not _accepted(changed, expected, {})


def test_a_rounding_beside_an_exact_zero_is_accepted():
    assert _accepted(torch.tensor(1.2e-17, dtype=torch.float64), torch.tensor(0.0, dtype=torch.float64), {})
    assert _accepted(torch.tensor(0.0), torch.tensor(3e-9), {})


def test_the_number_of_entries_does_not_loosen_the_bound():
    """It is the longest axis that counts: numbers of other rows were never added up."""
    expected = torch.ones(100, 100)
    assert not _accepted(expected + 8e-6, expected, {})
    assert _accepted(expected + 6e-6, expected, {})


def test_each_entry_may_have_a_scale_of_its_own():
    expected = torch.tensor([1e-3, 1e3])
    scale = torch.tensor([1e-3, 1e3])
    assert _accepted(expected * (1 + 1e-6), expected, {"scale": scale})
    assert not _accepted(expected + 1e-6, expected, {"scale": scale})


def test_integers_are_compared_exactly_however_large():
    assert not _accepted(torch.tensor([2**60 + 1]), torch.tensor([2**60]), {})
    with pytest.raises(Disagreement, match="1152921504606846977"):
        assert_agrees(torch.tensor([2**60 + 1]), torch.tensor([2**60]))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_nan_and_infinity_belong_where_the_reference_has_them(dtype: torch.dtype):
    nan, inf = math.nan, math.inf
    expected = torch.tensor([1.0, nan, inf], dtype=dtype)
    assert _accepted(expected.clone(), expected, {})
    for wrong in ([nan, nan, inf], [1.0, 2.0, inf], [1.0, nan, -inf], [1.0, nan, 6e4], [inf, nan, inf]):
        assert not _accepted(torch.tensor(wrong, dtype=dtype), expected, {})
