"""A unit of PyTorch exercises, small enough to read, with everything that a grader of one can state."""

from __future__ import annotations

from pathlib import Path

from autograder.course import Course, find_course

SCRIPT = '''\
# %% [markdown]
# # 01 · Tensors
# %%
import math
import torch
from torch import nn
from autograder import check
# %% solution="softmax"
def softmax(x, dim=-1):
    """Softmax of `x` along `dim`."""
    ### BEGIN SOLUTION
    weights = torch.exp(x - x.amax(dim, keepdim=True))
    return weights / weights.sum(dim, keepdim=True)
    ### END SOLUTION
# %% check="softmax" points=7
check(softmax)
# %% solution="causal_mask"
def causal_mask(n, device=None):
    """True on and below the diagonal, (n, n)."""
    ### BEGIN SOLUTION
    return torch.ones(n, n, dtype=torch.bool, device=device).tril()
    ### END SOLUTION
# %% check="causal_mask" points=2
check(causal_mask)
# %% solution="scaled_dot_product_attention"
def scaled_dot_product_attention(q, k, v, mask=None):
    """Output and weights; a query that sees nothing gets zeros."""
    ### BEGIN SOLUTION
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = torch.softmax(scores, -1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ v, weights
    ### END SOLUTION
# %% check="scaled_dot_product_attention" points=8
check(scaled_dot_product_attention)
# %% solution="PositionalEncoding"
class PositionalEncoding(nn.Module):
    """Adds the rows of the buffer `table` (max_length, d_model): sin in even columns, cos in odd ones."""

    def __init__(self, d_model, max_length=50):
        ### BEGIN SOLUTION
        super().__init__()
        position = torch.arange(max_length, dtype=torch.float64)[:, None]
        angle = position / 10000 ** (torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
        table = torch.zeros(max_length, d_model, dtype=torch.float64)
        table[:, 0::2], table[:, 1::2] = angle.sin(), angle.cos()
        self.register_buffer("table", table)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return x + self.table[: x.shape[1]].to(x.dtype)
        ### END SOLUTION
# %% check="PositionalEncoding" points=3
check(PositionalEncoding)
# %% solution="MultiHeadAttention"
class MultiHeadAttention(nn.Module):
    """Linear layers w_q, w_k, w_v, w_o; dropout on the weights; returns output and weights."""

    def __init__(self, d_model, num_heads, dropout=0.0):
        ### BEGIN SOLUTION
        super().__init__()
        self.num_heads = num_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(self, query, key, value, mask=None):
        ### BEGIN SOLUTION
        def split(x):
            return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
        q, k, v = split(self.w_q(query)), split(self.w_k(key)), split(self.w_v(value))
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e30)
        weights = self.dropout(torch.softmax(scores, -1))
        return self.w_o((weights @ v).transpose(1, 2).flatten(2)), weights
        ### END SOLUTION
# %% check="MultiHeadAttention" points=12
check(MultiHeadAttention)
'''

GRADER = '''\
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.devices import Device
from autograder.toolkit import assert_agrees, assert_inputs_unchanged, exercise, on_devices, points
from autograder.toolkit.strategies import SEEDS
from autograder.toolkit import tensors as t

X = torch.tensor([[0.5, -1.5, 2.0, 1.0], [3.0, 1.0, -2.0, 0.0], [-0.5, 0.5, 2.5, -3.0]], dtype=torch.float64)


def block(*shape, seed=7):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@on_devices
@exercise("softmax", points=7)
class TestSoftmax:
    @points(2)
    @given(x=t.tensors())
    def test_agrees_with_the_reference(self, student, reference, x):
        """Every slice by itself."""
        assert_agrees(student.softmax(x), reference.softmax(x))

    @points(1)
    def test_works_along_any_axis(self, student, reference):
        assert_agrees(student.softmax(block(2, 3, 4), dim=1), reference.softmax(block(2, 3, 4), dim=1))

    @points(1)
    def test_gradients_are_right(self, student, reference):
        t.assert_gradients_agree(student.softmax, reference.softmax, X)

    @points(1)
    def test_keeps_precision_and_batch(self, student, reference):
        t.assert_precisions(student.softmax, reference.softmax, X, scale=4.0)
        t.assert_batches(student.softmax, reference.softmax, X)
        t.assert_accepts_gaps(student.softmax, reference.softmax, X)
        t.assert_half_is_finite(student.softmax, X)
        assert_inputs_unchanged(student.softmax, X)
        t.assert_no_side_effects(student.softmax, X)

    @points(1)
    @on_devices(Device.CPU)
    def test_works_on_whole_tensors(self, student):
        t.assert_operations_steady(student.softmax, small=[block(8, 8)], large=[block(32, 32)])

    @points(1)
    @on_devices(Device.SIMULATED)
    def test_never_waits_for_the_device(self, student):
        t.assert_no_waiting(student.softmax, X)


@on_devices
@exercise("causal_mask", points=2)
class TestCausalMask:
    @points(2)
    def test_is_a_lower_triangle_on_the_device(self, student, reference, device):
        assert_agrees(student.causal_mask(4, device=device), reference.causal_mask(4))


@on_devices
@exercise("scaled_dot_product_attention", points=8)
class TestAttention:
    @points(3)
    @given(problem=t.attention_problems())
    def test_agrees_with_the_reference(self, student, reference, problem):
        """Scores, mask, softmax, values."""
        assert_agrees(
            student.scaled_dot_product_attention(*problem), reference.scaled_dot_product_attention(*problem)
        )

    @points(2)
    def test_gradients_are_right_and_finite(self, student, reference):
        q, k, v = block(2, 3, 4), block(2, 5, 4, seed=8), block(2, 5, 6, seed=9)
        mask = torch.ones(3, 5, dtype=torch.bool).tril()
        mask[1] = False
        attention = student.scaled_dot_product_attention
        t.assert_gradients_agree(attention, reference.scaled_dot_product_attention, q, k, v, mask)
        t.assert_finite_gradients(attention, q, k, v, mask)
        assert_inputs_unchanged(attention, q, k, v, mask)

    @points(1)
    def test_half_precision_is_finite(self, student):
        t.assert_half_is_finite(student.scaled_dot_product_attention, X, X, X, factor=8)

    @points(2)
    @on_devices(Device.CPU)
    def test_issues_few_operations(self, student):
        small, large = [block(8, 4)] * 3, [block(32, 4)] * 3
        t.assert_operations_steady(student.scaled_dot_product_attention, small=small, large=large)
        t.assert_peak_at_most(6 * 64 * 64 * 8, student.scaled_dot_product_attention, *[block(64, 16)] * 3)


@on_devices
@exercise("PositionalEncoding", points=3)
class TestPositionalEncoding:
    @points(3)
    def test_adds_the_table(self, student, reference):
        x = block(2, 5, 6)
        assert_agrees(student.PositionalEncoding(6)(x), reference.PositionalEncoding(6)(x))


@on_devices
@exercise("MultiHeadAttention", points=12)
class TestMultiHeadAttention:
    @points(4)
    @given(size=t.sizes(), seed=SEEDS)
    def test_agrees_under_the_same_weights(self, student, reference, size, seed):
        """The same weights, the same answer."""
        mine, right = t.twins(student, reference, "MultiHeadAttention", size.d_model, size.num_heads, seed=seed)
        x = size.tensor("batch", "length", "d_model", seed=seed)
        memory = size.tensor("batch", "other_length", "d_model", seed=seed + 1)
        mask = torch.ones(size.length, size.other_length, dtype=torch.bool).tril()
        assert_agrees(mine(x, memory, memory, mask), right(x, memory, memory, mask))

    @points(2)
    def test_registers_its_parameters(self, student, reference):
        t.assert_parameters(student.MultiHeadAttention(8, 2), reference.MultiHeadAttention(8, 2))

    @points(2)
    def test_can_be_saved_and_loaded(self, student):
        x = block(2, 3, 8).float()
        t.assert_state_round_trip(student.MultiHeadAttention, [8, 2], inputs=[x, x, x])

    @points(1)
    def test_drops_weights_in_training_only(self, student):
        x = block(2, 40, 8).float()
        module = student.MultiHeadAttention(8, 2, 0.25)
        t.assert_modes(module, x, x, x, rate=0.25)

    @points(2)
    def test_gradients_are_right(self, student, reference):
        mine, right = t.twins(student, reference, "MultiHeadAttention", 6, 3, seed=4)
        x = block(2, 4, 6)
        t.assert_gradients_agree(mine, right, x, x, x)
        t.assert_every_parameter_learns(mine, x, x, x)

    @points(1)
    @on_devices(Device.CPU)
    def test_has_no_loop_over_heads(self, student):
        x = block(2, 8, 16).float()
        few, many = student.MultiHeadAttention(16, 2), student.MultiHeadAttention(16, 16)
        operations = [module.forward.counted(x, x, x).operations for module in (few, many)]
        assert operations[1] <= operations[0] + 4
'''

UNSCALED = "The scores are not divided by the root of their width."
MISTAKES = f'''\
import torch
from torch import nn

from autograder.toolkit.variants import mistake


@mistake("MultiHeadAttention", caught_by="test_agrees_under_the_same_weights", says="{UNSCALED}")
class NotScaled(nn.Module):
    def __init__(self, d_model, num_heads, dropout=0.0):
        super().__init__()
        self.num_heads = num_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (nn.Linear(d_model, d_model) for _ in range(4))
        self.dropout = nn.Dropout(dropout)

    def forward(self, query, key, value, mask=None):
        q, k, v = (x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for x in (self.w_q(query), self.w_k(key), self.w_v(value)))
        scores = q @ k.mT
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e30)
        weights = self.dropout(torch.softmax(scores, -1))
        return self.w_o((weights @ v).transpose(1, 2).flatten(2)), weights
'''

FILES = {
    "course.toml": 'title = "Tensors"\nseed = "seven"\n',
    "01_tensors/tensors.py": SCRIPT,
    "01_tensors/grade_tensors.py": GRADER,
    "01_tensors/mistakes.py": MISTAKES,
}


EXERCISES = ("softmax", "causal_mask", "scaled_dot_product_attention", "PositionalEncoding", "MultiHeadAttention")
REFERENCES = {(name, "the reference"): "" for name in EXERCISES}


def write_course(root: Path) -> Course:
    for name, text in FILES.items():
        path = root / "solutions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return find_course(root)
