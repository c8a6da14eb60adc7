"""What happened on the simulated device: kernels launched, waits of the host for the device, bytes held.

All of it is counted, none of it is timed, so the numbers are the same on every machine.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch

OURS = (str(Path(torch.__file__).parent), str(Path(__file__).parents[1]))


@dataclass(frozen=True)
class Synchronisation:
    """The host waited for the device. `file` and `line` are where the code asked for it, outside PyTorch."""

    what: str
    file: str
    line: int


@dataclass
class Measures:
    """What one stretch of code did.

    launches: operations that a GPU would have been given to run; views are none.
    peak_bytes: the most that lived on the device at once beyond what lived there at the start.
    """

    launches: int = 0
    synchronisations: list[Synchronisation] = field(default_factory=list)
    peak_bytes: int = 0


class Allocation:
    """The bytes of one storage; they count until the last tensor that uses it is gone."""

    def __init__(self, account: Account, size: int) -> None:
        self._account = account
        self._size = 0
        self.resize(size)

    def resize(self, size: int) -> None:
        self._account.hold(size - self._size)
        self._size = size

    def __del__(self) -> None:
        self._account.hold(-self._size)


class Account:
    """Counts for whoever asks with `measured`; at other times only the bytes are kept up to date."""

    def __init__(self) -> None:
        self.live_bytes = 0
        self._measures = Measures()
        self._start_bytes = 0
        self._allocations: weakref.WeakValueDictionary[int, Allocation] = weakref.WeakValueDictionary()

    @contextmanager
    def measured(self) -> Iterator[Measures]:
        """Everything that happens inside, in the Measures that are given; not to be nested."""
        before = self._measures, self._start_bytes
        self._measures, self._start_bytes = Measures(), self.live_bytes
        try:
            yield self._measures
        finally:
            self._measures, self._start_bytes = before

    def launch(self) -> None:
        self._measures.launches += 1

    def synchronise(self, what: str) -> None:
        file, line = _submitted_line()
        self._measures.synchronisations.append(Synchronisation(what, file, line))

    def hold(self, size: int) -> None:
        self.live_bytes += size
        self._measures.peak_bytes = max(self._measures.peak_bytes, self.live_bytes - self._start_bytes)

    def allocation_of(self, hidden: torch.Tensor) -> Allocation:
        """The allocation that stands for the storage of `hidden`, the same for every tensor that shares it."""
        storage = hidden.untyped_storage()
        key, size = storage._cdata, storage.nbytes()
        known = self._allocations.get(key)
        if known is None:
            known = self._allocations[key] = Allocation(self, size)
        elif known._size != size:
            known.resize(size)
        return known


def _submitted_line() -> tuple[str, int]:
    """Innermost frame that is neither PyTorch's nor ours. By depth: in a worker, our frames do not say who called them."""
    depth = 2
    while True:
        try:
            frame = sys._getframe(depth)
        except ValueError:
            return "", 0
        if not frame.f_code.co_filename.startswith(OURS):
            return frame.f_code.co_filename, frame.f_lineno
        depth += 1


ACCOUNT = Account()
