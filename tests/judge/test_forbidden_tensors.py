"""The library's own attention, softmax, norms and cosines are seen under every name, in a worker and in a student's notebook."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from programs import pieces

from autograder.faults import Stopped
from autograder.judge.protocol import Load
from autograder.judge.proxy import local
from autograder.judge.session import Session
from autograder.results import Verdict

ATTENTION = "torch.nn.functional.scaled_dot_product_attention"
MULTI_HEAD = "torch.nn.MultiheadAttention"
NORM, DISTANCE, COSINE = "torch.linalg.norm", "torch.cdist", "torch.nn.functional.cosine_similarity"
HEAD = """
import torch
import torch.nn.functional as F
from torch import nn
def f():
    x = torch.ones(3, 4)
    q = torch.ones(1, 2, 3, 4)
"""
PROJECTIONS = "torch.ones(12, 4), torch.ones(12), None, None, False, 0.0, torch.ones(4, 4), torch.ones(4)"
FORBIDDEN = [
    (ATTENTION, "F.scaled_dot_product_attention(q, q, q)"),
    (ATTENTION, "F.scaled_dot_product_attention(x, x, x)"),
    (ATTENTION, "torch._C._nn.scaled_dot_product_attention(x, x, x)"),
    (ATTENTION, "torch.ops.aten.scaled_dot_product_attention(q, q, q)"),
    (ATTENTION, "torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(q, q, q)[0]"),
    (ATTENTION, "torch._scaled_dot_product_flash_attention_for_cpu(q, q, q)[0]"),
    (ATTENTION, "torch._scaled_dot_product_attention_math(x, x, x)[0]"),
    (MULTI_HEAD, "nn.MultiheadAttention(4, 2)(x, x, x)[0]"),
    (MULTI_HEAD, "nn.modules.activation.MultiheadAttention(4, 2)(x, x, x)[0]"),
    (MULTI_HEAD, "type('Mine', (nn.MultiheadAttention,), {})(4, 2)(x, x, x)[0]"),
    (MULTI_HEAD, "nn.TransformerEncoderLayer(4, 2)(x)"),
    (MULTI_HEAD, "nn.TransformerDecoderLayer(4, 2)(x, x)"),
    (MULTI_HEAD, "nn.Transformer(4, 2, 1, 1)(x, x)"),
    (MULTI_HEAD, f"F.multi_head_attention_forward(x, x, x, 4, 2, {PROJECTIONS})[0]"),
    (NORM, "torch.linalg.norm(x, dim=-1)"),
    (NORM, "torch.linalg.vector_norm(x, dim=-1)"),
    (NORM, "torch.linalg.matrix_norm(x[:, None])"),
    (NORM, "torch.norm(x, dim=-1)"),
    (NORM, "x.norm(dim=-1)"),
    (NORM, "F.normalize(x)"),
    (NORM, "torch.ops.aten.norm.ScalarOpt_dim(x, 2, [-1])"),
    (NORM, "torch.stack(torch._foreach_norm(list(x)))"),
    (DISTANCE, "torch.cdist(x, torch.zeros_like(x))"),
    (DISTANCE, "F.pairwise_distance(x, torch.zeros_like(x))"),
    (DISTANCE, "nn.PairwiseDistance()(x, torch.zeros_like(x))"),
    (DISTANCE, "torch.dist(x[0], torch.zeros(4))"),
    (DISTANCE, "F.pdist(x)"),
    (COSINE, "F.cosine_similarity(x, x)"),
    (COSINE, "torch.cosine_similarity(x, x)"),
    (COSINE, "nn.CosineSimilarity()(x, x)"),
    (COSINE, "1 - F.cosine_embedding_loss(x, x, torch.ones(3), reduction='none')"),
]
ALLOWED = [
    "torch.exp(q @ q.mT).sum()",
    "nn.Linear(4, 4)(x).sum()",
    "(x * x).sum(-1).sqrt()",
    "F.softmax(x, -1)",
    "F.layer_norm(x, (4,))",
    "F.dropout(x, 0.5)",
    "torch.logsumexp(x, -1)",
    "x.std(-1)",
]


def calling(name, expression):
    """The calls are made on whole tensors, and a number comes back."""
    return f"{HEAD}    return float(({expression}).sum())", [name] if isinstance(name, str) else name


@pytest.mark.parametrize(("name", "expression"), FORBIDDEN, ids=[expression for _, expression in FORBIDDEN])
def test_a_worker_sees_the_librarys_own_version(judge, name, expression):
    source, names = calling(name, expression)
    with judge.worker(pieces(source), names) as worker, pytest.raises(Stopped) as caught:
        worker.call("f", [])
    assert caught.value.verdict is Verdict.FORBIDDEN


@pytest.mark.parametrize(("name", "expression"), FORBIDDEN, ids=[expression for _, expression in FORBIDDEN])
def test_a_notebook_sees_the_librarys_own_version(name, expression):
    source, names = calling(name, expression)
    session = Session()
    session.load(Load(0, pieces(source), names, "", [], None))
    with pytest.raises(Stopped) as caught:
        local(session).f()
    assert caught.value.verdict is Verdict.FORBIDDEN


@pytest.mark.parametrize("expression", ALLOWED)
def test_what_a_student_writes_with_is_no_ready_made_version(judge, expression):
    source, names = calling([ATTENTION, MULTI_HEAD, NORM, DISTANCE, COSINE], expression)
    with judge.worker(pieces(source), names) as worker:
        assert isinstance(worker.call("f", []), float)
