"""Makes the simulated device known to PyTorch, through its (experimental) support for back ends written in Python.

PyTorch has room for one such back end in a process. Where another package took it, the simulated device is not available, and what would
have run on it is reported as not verified.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

import torch
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

from autograder.devices.names import Device
from autograder.devices.simulated import SimulatedTensor, hide, run

_NOT_TAKEN = "privateuseone"
_DISTRIBUTED = "torch.distributed.tensor"
_libraries: list[torch.library.Library] = []  # a library's kernels live as long as it does


def register() -> bool:
    """Make `torch.device("simulated")` work in this process; False when the place is taken. Doing it twice does no harm.

    In a process that will be forked, run a backward pass first: PyTorch's autograd engine starts one thread for each device it knows
    when it is first used, and threads do not survive a fork.
    """
    if _libraries:
        return True
    if torch._C._get_privateuse1_backend_name() != _NOT_TAKEN:
        return False
    _setup_privateuseone_for_python_backend(Device.SIMULATED.value)
    module: Any = getattr(torch, Device.SIMULATED.value)
    # For `torch.random.fork_rng`. What is drawn there is drawn by the CPU's generator: there is no other state.
    module.get_rng_state = lambda device=0: torch.empty(0, dtype=torch.uint8)
    module.set_rng_state = lambda state, device=0: None
    library: Any = torch.library.Library  # PyTorch gives it no types
    kernels = library("aten", "IMPL")
    kernels.impl("empty.memory_format", _empty, "PrivateUse1")
    kernels.impl("empty_strided", _empty_strided, "PrivateUse1")
    kernels.impl("_copy_from", _copy_from, "PrivateUse1")
    everything_else = library("_", "IMPL")
    everything_else.fallback(_run, "PrivateUse1")
    _libraries.extend((kernels, everything_else))
    _answer_for_distributed_tensors()
    return True


def _answer_for_distributed_tensors() -> None:
    """PyTorch wants to know of the first tensor of a class like ours whether it is a distributed one, and imports half a second's worth of
    modules to ask. It asks once in a process, here, and is given a class that no tensor is of."""
    if _DISTRIBUTED in sys.modules:
        return
    nobodys: Any = ModuleType(_DISTRIBUTED)
    nobodys.DTensor = type("DTensor", (), {})
    sys.modules[_DISTRIBUTED] = nobodys
    try:
        torch.ones(1, device=Device.SIMULATED.value)
    finally:
        del sys.modules[_DISTRIBUTED]


def in_this_thread() -> AbstractContextManager[None]:
    """Backward passes inside run where they are called: workers may not start threads, and have none."""
    return torch.autograd.set_multithreading_enabled(False)


def _run(operation: Any, *positional: Any, **named: Any) -> Any:
    return run(operation, positional, named)


def _empty(
    size: Any,
    *,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: Any = None,
    memory_format: Any = None,
) -> SimulatedTensor:
    memory_format = memory_format or torch.contiguous_format
    return hide(torch.empty(size, dtype=dtype, memory_format=memory_format, device="cpu"))


def _empty_strided(
    size: Any, stride: Any, *, dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: Any = None
) -> SimulatedTensor:
    return hide(torch.empty_strided(size, stride, dtype=dtype, device="cpu"))


def _copy_from(source: Any, target: Any, non_blocking: bool = False) -> Any:
    inside = target._hidden if isinstance(target, SimulatedTensor) else target
    inside.copy_(source._hidden if isinstance(source, SimulatedTensor) else source)
    return target
