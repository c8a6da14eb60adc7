"""What a GPU's own clock and allocator say of a call. They can be read only where the call runs, so a submission could bend them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def timed(call: Callable[[], object]) -> tuple[object, float]:
    """The value of the call, and the seconds between two events of the GPU's: what was queued before it is waited for first."""
    import torch

    cuda: Any = torch.cuda
    begin, end = (cuda.Event(enable_timing=True) for _ in range(2))
    cuda.synchronize()
    begin.record()
    value = call()
    end.record()
    cuda.synchronize()
    return value, float(begin.elapsed_time(end)) / 1000


def peak_bytes(call: Callable[[], object]) -> int:
    """The most bytes that the allocator has given to tensors at once during the call, beyond what they had before."""
    import torch

    cuda: Any = torch.cuda
    cuda.synchronize()
    cuda.reset_peak_memory_stats()
    before = cuda.memory_allocated()
    call()
    cuda.synchronize()
    return max(0, int(cuda.max_memory_allocated()) - int(before))
