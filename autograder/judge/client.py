"""The grader's side: a Judge starts workers; each is a `Worker`, which carries calls (see `remote_worker`).

with Judge() as judge:
    with judge.worker(pieces) as worker:
        worker.call("softmax", [np.array([1.0, 2.0])])
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from types import TracebackType

from autograder.faults import InternalFault
from autograder.judge import layers
from autograder.judge.layers import Isolation, IsolationError, require_linux
from autograder.judge.limits import Limits
from autograder.judge.link import ZygoteGone, ZygoteLink
from autograder.judge.protocol import (
    Earlier,
    Load,
    Operation,
    Piece,
)
from autograder.judge.remote_worker import Worker


class Judge:
    """A zygote and its workers. Raises IsolationError from `start` when `isolation` cannot be had here.

    Args:
        shared: of a `SharedZygote`, from which this judge's branches off; None for one of its own from the beginning.
        imports: for a zygote of its own, as for a `SharedZygote`.
    """

    def __init__(
        self,
        isolation: Isolation = Isolation.CONFINED,
        limits: Limits | None = None,
        shared: socket.socket | None = None,
        imports: Sequence[str] = (),
    ) -> None:
        self.isolation = isolation
        self.limits = limits or Limits()
        self.layers: dict[str, str] = {}
        self.devices: list[str] = []
        """Where calls can be made, found out by a worker before any submission: names of `autograder.devices.Device`."""
        self.link: ZygoteLink | None = None
        self._shared = shared
        self._imports = imports

    def __enter__(self) -> Judge:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the zygote and probe the layers with one worker, if that is not done yet."""
        if self.link is not None:
            return
        require_linux()
        self.link, self.layers = ZygoteLink(self.isolation, self._shared, self._imports), {}
        with self.worker([]) as probe:
            self.devices = [str(name) for name in probe.request(Operation.DEVICES, "", [])]
        lacking = layers.missing(self.layers)
        if self.isolation is Isolation.CONFINED and lacking:
            self.close()
            raise IsolationError(
                f"Grading for the record needs every layer of confinement, and these are missing: {'; '.join(lacking)}. "
                "To grade without them, and have every result say so: --isolation process."
            )

    def worker(
        self,
        pieces: list[Piece],
        forbidden: list[str] | None = None,
        stand_ins: str = "",
        replaced: list[str] | None = None,
        earlier: Earlier | None = None,
        limits: Limits | None = None,
    ) -> Worker:
        """A fresh, confined process that has run `pieces`, under the judge's own limits or others.

        Raises Stopped when they do not come to an end.
        """
        self.start()
        confined = self.isolation is Isolation.CONFINED and bool(self.layers)  # the first worker is there to tell
        for attempt in (1, 2):
            if self.link is None:
                self.link = ZygoteLink(self.isolation, imports=self._imports)
            try:
                load = Load(0, pieces, forbidden or [], stand_ins, replaced or [], earlier)
                worker = Worker(self.link, limits or self.limits, load, confined)
                self.layers = worker.layers  # another zygote may have come up in another way
                return worker
            except ZygoteGone:
                self.close()
                if attempt == 2:
                    raise InternalFault("the process that starts workers ended twice") from None
        raise AssertionError("unreachable")

    def close(self) -> None:
        """End the zygote and every worker."""
        if self.link is not None:
            self.link.close()
            self.link = None
