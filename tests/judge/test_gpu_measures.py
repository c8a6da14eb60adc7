"""What a GPU's clock and allocator say of a call: asked in the right order, of a GPU played here and of a real one where there is one."""

from __future__ import annotations

import pytest
import torch

from autograder.devices import Device
from autograder.judge import gpu_measures, tensor_counting
from autograder.judge.protocol import Operation
from autograder.judge.proxy import Student
from autograder.judge.session import Session
from autograder.judge.transport import LocalTransport
from autograder.toolkit import Disagreement, assert_at_most_times_the_reference

from ..toolkit.torch_programs import program

KILO = 1 << 10


class PlayedGpu:
    """A GPU with a queue: work is done, and events happen, when somebody waits for it."""

    def __init__(self) -> None:
        self.queue = []
        self.clock = 0.0
        self.allocated = self.peak = 3 * KILO

    def work(self, milliseconds: float, held: int = 0) -> None:
        self.queue.append(lambda: self._do(milliseconds, held))

    def _do(self, milliseconds: float, held: int) -> None:
        self.clock += milliseconds
        self.peak = max(self.peak, self.allocated + held)

    def synchronize(self) -> None:
        while self.queue:
            self.queue.pop(0)()

    def reset_peak_memory_stats(self) -> None:
        self.peak = self.allocated

    def memory_allocated(self) -> int:
        return self.allocated

    def max_memory_allocated(self) -> int:
        return self.peak

    def event(self, enable_timing: bool) -> PlayedEvent:
        assert enable_timing
        return PlayedEvent(self)


class PlayedEvent:
    def __init__(self, gpu: PlayedGpu) -> None:
        self.gpu = gpu

    def record(self) -> None:
        self.gpu.queue.append(self._happen)

    def _happen(self) -> None:
        self.at = self.gpu.clock

    def elapsed_time(self, other: PlayedEvent) -> float:
        return other.at - self.at


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> PlayedGpu:
    played = PlayedGpu()
    for name in ("synchronize", "reset_peak_memory_stats", "memory_allocated", "max_memory_allocated"):
        monkeypatch.setattr(torch.cuda, name, getattr(played, name))
    monkeypatch.setattr(torch.cuda, "Event", played.event)
    return played


def test_a_call_is_timed_to_its_end_and_without_what_was_queued_before(gpu):
    gpu.work(500.0)
    value, seconds = gpu_measures.timed(lambda: gpu.work(20.0) or "done")
    assert (value, seconds) == ("done", 0.02)


def test_the_peak_is_that_of_the_call_alone(gpu):
    gpu.work(1.0, held=900 * KILO)
    assert gpu_measures.peak_bytes(lambda: gpu.work(1.0, held=4 * KILO)) == 4 * KILO


def test_work_that_is_counted_on_a_gpu_has_its_allocators_peak(gpu):
    x = torch.ones(2)
    counts = tensor_counting.count(lambda: gpu.work(1.0, held=7 * KILO) or x + 1, Device.CUDA)
    assert counts is not None
    assert counts["peak_bytes"] == 7 * KILO
    assert counts["operations"] == 1


def on_the_played_gpu(gpu: PlayedGpu, milliseconds: float) -> Student:
    class Transport(LocalTransport):
        """Calls are made here; what would take the GPU's time is queued."""

        def request(self, operation, target, positional, *more, **named):
            if operation is not Operation.GPU_TIMED:
                return super().request(operation, target, positional, *more, **named)
            _, seconds = gpu_measures.timed(lambda: gpu.work(milliseconds))
            return [super().request(Operation.CALL, target, positional, *more, **named), seconds]

    session: Session = program("def f(x): return 2 * x").transport.session
    return Student(Transport(session), device=Device.CUDA)


@pytest.mark.parametrize(("milliseconds", "refused"), [(2.0, False), (7.0, True)])
def test_on_a_gpu_the_ratio_is_of_its_own_clock(gpu, milliseconds, refused):
    student, reference = on_the_played_gpu(gpu, milliseconds), on_the_played_gpu(gpu, 1.0)
    x = torch.arange(6.0)
    if refused:
        with pytest.raises(Disagreement, match="more than 3 times as long"):
            assert_at_most_times_the_reference(3, student, reference, "f", [x])
    else:
        assert_at_most_times_the_reference(3, student, reference, "f", [x])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_a_real_gpu_takes_longer_and_more_memory_for_more_work():
    side, more = torch.ones(64, 64, device="cuda"), torch.ones(4096, 4096, device="cuda")
    (_, short), (_, long) = (gpu_measures.timed(lambda x=x: x @ x @ x) for x in (side, more))
    assert long > short > 0
    assert gpu_measures.peak_bytes(lambda: more @ more) >= more.nbytes
