"""What stays in the worker stays the very object that it is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from programs import pieces

from autograder.devices import Device
from autograder.judge.protocol import Load
from autograder.judge.proxy import Handle, Student, local
from autograder.judge.session import Session

CACHES = {
    "tuple": "(kept,)",
    "named tuple": "Named(kept)",
    "list": "[kept]",
    "dict": "{'kept': kept, torch.float64: 1}",
    "tensor": "kept",
    "own class": "Own(kept)",
    "dataclass": "Data(kept)",
    "function": "lambda: kept",
    "bytes": "b'0123'",
}
RUNNING = """
import collections, dataclasses, torch
Named = collections.namedtuple("Named", "kept")
@dataclasses.dataclass
class Data:
    kept: object
class Own:
    def __init__(self, kept): self.kept = kept
ALL = []
def begin(x):
    kept = x.clone()
    ALL.append(CACHE)
    return x.sum(), ALL[-1]
def go_on(cache):
    return cache is ALL[-1], type(cache).__name__
"""


def here(source):
    session = Session()
    session.load(Load(0, pieces(source), [], "", []))
    return local(session)


@pytest.mark.parametrize("cache", CACHES.values(), ids=CACHES)
def test_what_is_kept_goes_back_in_as_the_object_it_was(judge, cache):
    source = RUNNING.replace("CACHE", cache)
    with judge.worker(pieces(source)) as worker:
        for student in (here(source), Student(worker)):
            total, kept = student.begin.keeping(1)(torch.ones(3))
            assert float(total) == 3.0
            assert isinstance(kept, Handle)
            same, kind = student.go_on(kept)
            assert same, kind
            assert repr(kept).endswith(f"{kind} object>")


@pytest.mark.parametrize("cache", ["(kept,)", "[kept]", "{'kept': kept}", "kept", "Own(kept)"])
def test_what_is_kept_stays_on_its_device(cache):
    student = here(RUNNING.replace("CACHE", cache)).on(Device.SIMULATED)
    total, kept = student.begin.keeping(1)(torch.ones(3))
    assert float(total) == 3.0
    assert student.go_on.keeping(5)(kept)[0]


def test_what_is_kept_is_no_part_of_a_projection():
    """The gradient of what is handed back, and of nothing else: with the whole pair it would be that of both."""
    student = here("def both(x): return 2 * x, (5 * x, 7 * x)")
    x = torch.tensor([1.0, 2.0])
    found = student.both.keeping(1).gradients(3, x)
    alone = here("def both(x): return 2 * x").both.gradients(3, x)
    assert torch.equal(found.inputs[0], alone.inputs[0])
    assert not torch.equal(student.both.gradients(3, x).inputs[0], alone.inputs[0])


def test_a_call_on_what_is_kept_can_be_counted():
    student = here("def start(x): return x, [x]\ndef step(x, cache): return cache[0] + x, cache")
    _, cache = student.start.keeping(1)(torch.ones(1000))
    counts = student.step.keeping(1).counted(torch.ones(1000), cache)
    assert counts.operations == 1
    assert counts.peak_bytes == 4000


def test_other_results_are_handed_back_as_ever():
    student = here("def three(): return [1, 2, (3,)]\ndef one(): return 4.0")
    assert student.three.keeping(7)() == [1, 2, (3,)]
    assert student.one.keeping(0)() == 4.0
