"""Coverage-guided fuzzing of the decoder, kept short: nothing but a refusal, bounded memory, bounded work, and no line never tried.

Two controls: the search has to find a fault that it once found, and one that asks for memory too early.
"""

from __future__ import annotations

import inspect
import math
import random
import sys
import tracemalloc
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from guided import Reached, search
from test_hostile_bytes import SEEDS, received, sent

from autograder.judge import remote_worker, values
from autograder.judge.nodes import Ref
from autograder.judge.protocol import MAX_HEADER, Reply

MORE_SEEDS = [
    sent({(1, 2**70): np.zeros((0, 3)), 1j: None}),
    (msgspec.msgpack.encode(Reply(1, Ref(1, "Thing", False))), b""),
]
ROUNDS = 15_000
FILES = {values.__file__, remote_worker.__file__}
STEPS_A_BYTE = 60


def fuzzed(rounds=ROUNDS, seed=1):
    """The steps reached, and the faults: wrong exceptions, too much memory, too much work."""
    reached, faults = Reached(FILES), []

    def run(header, body):
        if len(header) > MAX_HEADER:
            return
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        received(header, body)
        peak = tracemalloc.get_traced_memory()[1] - before
        if peak > (1 << 20) + 40 * len(header) + 8 * len(body):
            raise AssertionError(f"{peak} bytes for {len(header)} and {len(body)}")

    tracemalloc.start()
    try:
        for header, body, error in search([*SEEDS, *MORE_SEEDS], run, reached, rounds, random.Random(seed)):
            if error is not None:
                faults.append((header, body, repr(error)))
            elif reached.lines > 2_000 + STEPS_A_BYTE * (len(header) + len(body)):
                faults.append((header, body, f"{reached.lines} lines"))
    finally:
        tracemalloc.stop()
    return reached, faults


@pytest.mark.slow
def test_no_answer_is_more_than_refused_and_every_line_of_the_decoder_was_tried():
    reached, faults = fuzzed()
    assert faults == []
    parts = [part for _, part in inspect.getmembers(values._Decoder, inspect.isfunction)]
    parts += [values._key, values._tensor, values._laid_out, values._from_digits, remote_worker.bounded]
    assert set().union(*map(reached.lines_missed, parts)) == set()


def careless_parameter(array, node):
    tensor = torch.from_numpy(array)
    return torch.nn.Parameter(tensor, node.requires_grad) if node.kind == "p" else tensor


def with_trust_in_the_shape(decoder, node):
    """Asks for memory as the header says, before a look at what has come."""
    count = math.prod(extent for extent in node.shape if 0 < extent < 1 << 24)
    np.zeros(min(count, 1 << 24))
    return ARRAY(decoder, node)


ARRAY = values._Decoder.array


@pytest.mark.slow
@pytest.mark.parametrize(
    ("owner", "name", "careless"),
    [(values, "_tensor", careless_parameter), (values._Decoder, "array", with_trust_in_the_shape)],
)
def test_a_planted_fault_is_found(monkeypatch, owner, name, careless):
    monkeypatch.setattr(owner, name, careless)
    assert fuzzed()[1] != []
