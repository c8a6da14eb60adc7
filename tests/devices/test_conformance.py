"""The simulated device against the CPU on PyTorch's own operator database: values, shapes, dtypes and gradients.

Its support in PyTorch is experimental: this is what tells when a new version changes it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.devices import backend

QUICK = (
    "add", "arange", "baddbmm", "cat", "clamp", "cumsum", "einsum", "exp", "gather", "index_put", "masked_fill", "matmul", "mean",
    "nn.functional.cross_entropy", "nn.functional.embedding", "nn.functional.layer_norm",
    "softmax", "sort", "sum", "topk", "tril", "unfold", "where",
)  # fmt: skip
EXPECTED_OPERATORS = 500  # 505 with PyTorch 2.13: fewer would mean that the comparison lost its subject


@pytest.fixture(scope="module")
def _simulation() -> Iterator[None]:
    pytest.importorskip("expecttest", reason="PyTorch's operator database needs it")
    assert backend.register()
    with backend.in_this_thread():
        yield


@pytest.mark.usefixtures("_simulation")
@pytest.mark.filterwarnings("ignore")
def test_a_sample_of_operators_agrees_with_the_cpu():
    from .operator_database import disagreements, operators

    chosen = [operator for operator in operators() if operator.name in QUICK and not operator.variant_test_name]
    found = [disagreements(operator) for operator in chosen]
    assert {operator.name for operator in chosen} == set(QUICK)
    assert all(compared for compared, _ in found)
    assert [text for _, texts in found for text in texts] == []


@pytest.mark.slow
@pytest.mark.usefixtures("_simulation")
@pytest.mark.filterwarnings("ignore")
def test_every_operator_agrees_with_the_cpu():
    from .operator_database import disagreements, operators

    found = [disagreements(operator) for operator in operators()]
    assert sum(compared > 0 for compared, _ in found) >= EXPECTED_OPERATORS
    assert [text for _, texts in found for text in texts] == []
