"""What PyTorch was given to do, counted where its operations are dispatched.

operations     those that compute or copy; views (transposes, slices …) and fresh memory are none
peak_bytes     the most bytes in tensors made by the call that lived at once, results included; on a GPU by its allocator
moved_bytes    read and written by the operations: an element counts once for each operation that touches it
launches, synchronisations   of the simulated device, where that is where the call ran
"""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from autograder.devices.names import Device
from autograder.devices.work import is_work
from autograder.judge import gpu_measures, placing
from autograder.judge.tensor_operations import compiler_is_loaded

MAX_SYNCHRONISATIONS = 100


@contextmanager
def without_gradients() -> Iterator[None]:
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    with torch.no_grad():
        yield


def count(call: Callable[[], object], device: str) -> dict[str, Any] | None:
    """The counts of one call; None where PyTorch is not even imported."""
    if "torch" not in sys.modules:
        return None
    gc.disable()  # what happens to be collected meanwhile must not show
    try:
        if device == Device.SIMULATED and placing.prepare():
            return _on_the_simulation(call)
        ledger = _Ledger()
        if device == Device.CUDA:
            with ledger.watching():
                peak = gpu_measures.peak_bytes(call)
            return {**ledger.counts(), "peak_bytes": peak}
        with ledger.watching():
            call()
        return ledger.counts()
    finally:
        gc.enable()


def _on_the_simulation(call: Callable[[], object]) -> dict[str, Any]:
    ledger = _Ledger()
    with placing.account().measured() as measures, ledger.watching():
        call()
    waits = [[wait.what, wait.file, wait.line] for wait in measures.synchronisations[:MAX_SYNCHRONISATIONS]]
    return {
        **ledger.counts(),
        "peak_bytes": measures.peak_bytes,
        "launches": measures.launches,
        "synchronisations": waits,
    }


class _Ledger:
    """Adds up, operation by operation."""

    def __init__(self) -> None:
        self.operations = 0
        self.moved = 0
        self.live = 0
        self.peak = 0
        self._storages: weakref.WeakSet[Any] = weakref.WeakSet()

    def counts(self) -> dict[str, Any]:
        return {"operations": self.operations, "moved_bytes": self.moved, "peak_bytes": self.peak}

    @contextmanager
    def watching(self) -> Iterator[None]:
        from torch.utils._python_dispatch import TorchDispatchMode

        ledger = self

        class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]  # PyTorch has no types here
            _should_skip_dynamo = staticmethod(compiler_is_loaded)

            def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
                result = func(*args, **(kwargs or {}))
                if is_work(func):
                    ledger.enter([*args, *(kwargs or {}).values()], result)
                return result

        with Watch():  # type: ignore[no-untyped-call]
            yield

    def enter(self, arguments: list[Any], result: Any) -> None:
        self.operations += 1
        read, written = list(_tensors(arguments)), list(_tensors([result]))
        self.moved += sum(_touched(tensor) for tensor in [*read, *written])
        taken = {_storage_key(tensor) for tensor in read}
        for tensor in written:
            if _storage_key(tensor) not in taken:
                self._keep(tensor)

    def _keep(self, tensor: Any) -> None:
        storage = tensor.untyped_storage()
        if storage in self._storages:
            return
        self._storages.add(storage)
        size = storage.nbytes()
        self.live += size
        self.peak = max(self.peak, self.live)
        weakref.finalize(storage, self._free, size).atexit = False

    def _free(self, size: int) -> None:
        self.live -= size


def _tensors(values: Any) -> Iterator[Any]:
    from torch import Tensor

    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from _tensors(value)


def _storage_key(tensor: Any) -> int:
    key: int = tensor.untyped_storage()._cdata
    return key


def _touched(tensor: Any) -> int:
    """Bytes of the elements that are really there: an expanded axis is one element long."""
    count = 1
    for extent, stride in zip(tensor.shape, tensor.stride(), strict=True):
        count *= extent if stride else min(extent, 1)
    return count * int(tensor.element_size())
