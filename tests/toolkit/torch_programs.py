"""Tensor programs, right and wrong, loaded as a submission in this process."""

from __future__ import annotations

import textwrap

from autograder.judge.protocol import Load, Piece
from autograder.judge.proxy import Student, local
from autograder.judge.session import Session

IMPORTS = "import math\nimport random\nimport numpy as np\nimport torch\nfrom torch import nn\n"

SOFTMAX = """
def softmax(x, dim=-1):
    e = torch.exp(x - x.amax(dim, keepdim=True))
    return e / e.sum(dim, keepdim=True)
"""

ATTENTION = """
def attention(q, k, v, mask=None):
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = torch.softmax(scores, -1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0)
    return weights @ v, weights
"""

HEADS = """
class Heads(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        self.num_heads = num_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
        self.dropout = nn.Dropout(dropout)
    def forward(self, x):
        q, k, v = (w(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for w in (self.w_q, self.w_k, self.w_v))
        weights = self.dropout(torch.softmax(q @ k.mT / math.sqrt(q.shape[-1]), -1))
        return self.w_o((weights @ v).transpose(1, 2).flatten(2))
"""


def program(source: str) -> Student:
    session = Session()
    loaded = session.load(Load(0, [Piece(IMPORTS + textwrap.dedent(source), "cell 1", 1)], [], "", []))
    assert not loaded.failures
    return local(session)
