"""Work that a grader counts is the work of the very answers that it compares: who notices the counting gains nothing."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from autograder.course import find_course
from autograder.results import Verdict
from autograder.submission import Submission, program_from_source

COURSE = find_course(Path(__file__).parent)
UNITS = list(COURSE.units.values())

LOOPING = '''
import gc
import torch
from torch import nn

class MultiHeadAttention(nn.Module):
    """A loop over the heads, and nothing at all while it is counted, when no garbage is collected."""

    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        self.num_heads = num_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        if not gc.isenabled():
            return query * 0, query.new_zeros(len(query), self.num_heads, query.shape[1], key.shape[1])
        columns = [layer(x).chunk(self.num_heads, -1) for layer, x in
                   ((self.w_q, query), (self.w_k, key), (self.w_v, value))]
        weights = [torch.softmax(q @ k.mT / q.shape[-1] ** 0.5, -1) for q, k, _ in zip(*columns)]
        return self.w_o(torch.cat([w @ v for w, v in zip(weights, columns[2])], -1)), torch.stack(weights, 1)
'''


@pytest.mark.parametrize("unit", UNITS, ids=[unit.slug for unit in UNITS])
def test_a_grader_that_counts_compares_what_was_answered_meanwhile(unit):
    """`toolkit.counted` does; who takes the counts of a call as they are has to compare their answers."""
    for test in ast.walk(ast.parse(unit.grader.read_text("utf-8"))):
        if isinstance(test, ast.FunctionDef) and ".counted(" in (text := ast.unparse(test)):
            assert re.search(r"for answer in \w+\.answers", text), f"{test.name} should use toolkit.counted"


@pytest.mark.slow
def test_a_loop_that_pauses_while_it_is_counted_is_found_out(grader):
    names = grader.reference(COURSE.unit("tensors")).script.solutions
    programs = {name: program_from_source(name, LOOPING, "tensors.py") for name in names}
    result = grader.exercise(Submission("ann", "06_tensors", "ann/tensors.py", programs), "MultiHeadAttention")
    (test,) = [each for each in result.tests if each.name == "test_works_on_all_heads_at_once"]
    assert test.verdict is Verdict.FAILED
    assert test.message.startswith("gives another answer while its work is counted")
