"""What a call makes PyTorch do, counted in this process and in a confined worker, and what the thresholds say about it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from autograder.judge.client import Judge
from autograder.judge.protocol import Piece
from autograder.judge.proxy import Student
from autograder.toolkit import Disagreement
from autograder.toolkit import tensors as t

from .torch_programs import ATTENTION, HEADS, IMPORTS, SOFTMAX, program

PROGRAMS = (
    SOFTMAX
    + ATTENTION
    + HEADS
    + """
def by_rows(q, k, v):
    return torch.stack([torch.softmax(k @ row / math.sqrt(q.shape[-1]), -1) @ v for row in q])

def broadcast(q, k, v):
    return torch.softmax((q[:, None] * k[None]).sum(-1) / math.sqrt(q.shape[-1]), -1) @ v

def chunked(q, k, v, size):
    largest = q.new_full((len(q), 1), -math.inf)
    total, out = q.new_zeros(len(q), 1), torch.zeros_like(v)
    for start in range(0, len(k), size):
        s = q @ k[start:start + size].T / math.sqrt(q.shape[-1])
        new = torch.maximum(largest, s.amax(-1, keepdim=True))
        p, kept = torch.exp(s - new), torch.exp(largest - new)
        total, out, largest = total * kept + p.sum(-1, keepdim=True), out * kept + p @ v[start:start + size], new
    return out / total

class HeadByHead(Heads):
    def forward(self, x):
        q, k, v = self.w_q(x), self.w_k(x), self.w_v(x)
        d = q.shape[-1] // self.num_heads
        parts = [slice(h * d, h * d + d) for h in range(self.num_heads)]
        return self.w_o(torch.cat([torch.softmax(q[..., p] @ k[..., p].mT / math.sqrt(d), -1) @ v[..., p] for p in parts], -1))

def cached_step(x, w_q, w_k, w_v, keys, values):
    keys, values = torch.cat([keys, x @ w_k]), torch.cat([values, x @ w_v])
    return torch.softmax((x @ w_q) @ keys.T, -1) @ values, keys, values

def step_again(xs, w_q, w_k, w_v):
    q, k, v = xs @ w_q, xs @ w_k, xs @ w_v
    return (torch.softmax((q @ k.T).masked_fill(~torch.ones(len(xs), len(xs), dtype=torch.bool).tril(), -1e9), -1) @ v)[-1]

def waits(x):
    if x.sum() > 0:
        return x + 1
    return x

def encode(x):
    return x + 1

def decodes(x, steps):
    memory = encode(x)
    for _ in range(steps):
        memory = memory * 2
    return memory

def encodes_each_time(x, steps):
    for _ in range(steps):
        memory = encode(x)
    return memory
"""
)
LOCAL = program(PROGRAMS)


@pytest.fixture(scope="module")
def confined(judge: Judge) -> Iterator[Student]:
    with judge.worker([Piece(IMPORTS + PROGRAMS, "cell 1", 1)]) as worker:
        yield Student(worker)


def block(*shape: int, seed: int = 3) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def qkv(n: int, d: int = 32) -> list[torch.Tensor]:
    return [block(n, d, seed=seed) for seed in (1, 2, 3)]


def test_counts_are_the_same_every_time_here_and_in_a_confined_worker(confined: Student):
    first, again, there = (student.softmax.counted(block(8, 16)) for student in (LOCAL, LOCAL, confined))
    assert first == again
    numbers = [(c.operations, c.peak_bytes, c.moved_bytes, c.calls) for c in (first, there)]
    assert numbers[0] == numbers[1]


def test_operations_and_bytes_are_those_one_counts_by_hand():
    counts = LOCAL.encode.counted(block(100))
    assert (counts.operations, counts.peak_bytes, counts.moved_bytes) == (1, 400, 800)


def test_views_are_no_operations():
    assert program("def f(x): return x.T[None, ::2].reshape(1, -1)").f.counted(block(4, 1)).operations == 0


def test_memory_given_back_does_not_add_up():
    source = "def f(x):\n    for _ in range(10):\n        y = x + 1\n    return y\n"
    assert program(source).f.counted(block(100)).peak_bytes == 800  # the old value lives until the new one is bound


def test_a_view_keeps_the_memory_of_its_base():
    source = "def f(x):\n    kept = [(x + 1)[:1] for _ in range(5)]\n    return kept\n"
    assert program(source).f.counted(block(100)).peak_bytes == 2_000


def test_numpy_s_memory_is_counted_where_pytorch_does_nothing():
    counts = program("def f(n): return np.ones(n).sum()").f.counted(100_000)
    assert counts.operations == 0
    assert 800_000 <= counts.peak_bytes < 900_000


def test_work_on_a_module_is_counted_through_its_handle(confined: Student):
    module = confined.Heads(16, 4)
    assert (
        module.forward.counted(block(2, 5, 16)).operations
        == LOCAL.Heads(16, 4).forward.counted(block(2, 5, 16)).operations
    )


def test_a_loop_over_queries_is_found_and_whole_tensors_are_not(confined: Student):
    t.assert_operations_steady(confined.attention, small=qkv(16), large=qkv(64))
    with pytest.raises(Disagreement, match="there is a loop over an axis"):
        t.assert_operations_steady(confined.by_rows, small=qkv(16), large=qkv(64))


def test_a_loop_over_heads_is_found_and_a_batched_product_is_not():
    x = block(2, 8, 16)
    few, many = (LOCAL.Heads(16, heads).forward.counted(x).operations for heads in (2, 16))
    one_by_one = [LOCAL.HeadByHead(16, heads).forward.counted(x).operations for heads in (2, 16)]
    assert many <= few + 4
    assert one_by_one[1] > one_by_one[0] + 4


def test_chunks_need_linear_memory_and_a_score_for_every_pair_does_not():
    t.assert_memory_is_linear(LOCAL.chunked, small=[*qkv(256), 32], large=[*qkv(1024), 32])
    with pytest.raises(Disagreement, match="memory grows faster than the input"):
        t.assert_memory_is_linear(LOCAL.attention, small=qkv(256), large=qkv(1024))


def test_a_temporary_with_a_width_for_every_pair_is_found():
    limit = 6 * 64 * 64 * 4
    t.assert_peak_at_most(limit, LOCAL.attention, *qkv(64))
    with pytest.raises(Disagreement, match="where a matrix product would do"):
        t.assert_peak_at_most(limit, LOCAL.broadcast, *qkv(64))


def test_a_cache_moves_little_and_computing_again_moves_much():
    weights = [block(32, 32, seed=seed) for seed in (4, 5, 6)]
    with_cache = [LOCAL.cached_step.counted(block(1, 32), *weights, block(n, 32), block(n, 32)) for n in (64, 256)]
    without = [LOCAL.step_again.counted(block(n, 32), *weights) for n in (64, 256)]
    t.assert_linear_traffic(*with_cache)
    with pytest.raises(Disagreement, match="computed again"):
        t.assert_linear_traffic(*without)


def test_a_wait_for_the_device_is_told_with_the_student_s_line(confined: Student):
    t.assert_no_waiting(confined.softmax, block(3, 4))
    with pytest.raises(Disagreement, match="because a value is read") as raised:
        t.assert_no_waiting(confined.waits, block(3, 4))
    assert "if x.sum() > 0:" in raised.value.message
    assert "cell 1, line" in raised.value.message


def test_calls_of_a_function_are_counted_by_name(confined: Student):
    t.assert_calls(confined.decodes, "encode", 1, block(3), 4)
    with pytest.raises(Disagreement, match="calls `encode` 4 times, expected once"):
        t.assert_calls(confined.encodes_each_time, "encode", 1, block(3), 4)


def test_device_bytes_and_launches_are_counted_on_the_simulated_device(confined: Student):
    counts = confined.on("simulated").encode.counted(block(100))
    assert (counts.launches, counts.peak_bytes, counts.synchronisations) == (1, 400, ())


def test_backward_passes_run_in_a_confined_worker_on_the_simulated_device(confined: Student):
    here = confined.Heads(8, 2)
    t.load_state(here, t.weights_like(t.state_of(here).parameters, 5))
    there = confined.on("simulated").Heads(8, 2)
    t.load_state(there, t.weights_like(t.state_of(here).parameters, 5))
    t.assert_gradients_agree(there, here, block(2, 3, 8).double())


def test_a_parameter_with_two_names_stays_one_on_the_way_to_the_device():
    tied = program(
        "class Tied(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.a, self.b = nn.Linear(2, 2), nn.Linear(2, 2)\n"
        "        self.b.weight = self.a.weight\n"
        "    def forward(self, x): return self.b(self.a(x))\n"
    )
    assert list(t.state_of(tied.on("simulated").Tied()).parameters) == ["a.weight", "a.bias", "b.bias"]
