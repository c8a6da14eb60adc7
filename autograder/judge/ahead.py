"""Questions asked ahead: a test that is known to make forty calls has them answered in one round trip.

What a test asks of a submission was written down while it ran on the reference (`Recorder`). A worker is sent all of it at once and answers
in order. When the test then makes a call that was asked, to the byte, its answer is there; when it makes another, it has gone another way:
the answers that are left are thrown away, and every call is asked when it is made, as ever. So nothing depends on the record being right.

Each call keeps its own verdict: it is numbered, answered, limited and decoded like any other. A worker that ends among the answers takes
some with it that it had given (`LostAnswers`): then the test's example is run again on a new worker, call by call.

An object's number follows from the request that made it (`protocol.OBJECT_BITS`), so calls on it can be asked ahead too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from autograder.judge.asking import Given
from autograder.judge.nodes import Node, Ref, with_refs
from autograder.judge.protocol import OBJECT_BITS, Operation, Request, frame
from autograder.judge.values import encode

if TYPE_CHECKING:
    from autograder.judge.transport import LocalTransport

MAX_FRAME = 1 << 15  # a larger one gains little
NOT_AHEAD = (Operation.TIMED, Operation.GPU_TIMED, Operation.COUNT, Operation.DEVICES)
"""What is measured is asked when it is measured."""


class LostAnswers(BaseException):
    """A worker ended among questions asked ahead. Which of them ended it, only asking one by one can tell."""


class Asked(msgspec.Struct, frozen=True):
    """One request, to be made again of another worker. Objects are numbered from the first request of the record."""

    operation: Operation
    target: str | int
    arguments: Node
    body: bytes
    seed: int | None
    device: str
    method: str

    def frame(self, number: int, first: int, device: str = "") -> bytes:
        """The request as it goes out under `number`, in a record whose first request has the number `first`."""
        shift = first << OBJECT_BITS
        target = self.target if isinstance(self.target, str) else self.target + shift
        arguments = with_refs(self.arguments, lambda ref: Ref(ref.number + shift, ref.type_name, ref.callable))
        request = Request(number, self.operation, target, arguments, self.seed, device or self.device, self.method)
        return b"".join(frame(request, [memoryview(self.body)]))


Record: TypeAlias = tuple[Asked, ...]
"""What a test asked, in order, with one set of inputs."""


class Recorder:
    """A transport that writes down what is asked, up to the first request that cannot be asked ahead."""

    def __init__(self, transport: LocalTransport) -> None:
        self.transport = transport
        self.cpu_seconds = 0.0
        self.devices: list[str] = []
        self.begin()

    def begin(self) -> None:
        """A new record."""
        self.asked: list[Asked] = []
        self._index: dict[int, int] = {}  # of the requests that are in the record, by their number here
        self._complete = True

    def request(
        self,
        operation: Operation,
        target: str | int,
        positional: list[object],
        named: dict[str, object] | None = None,
        seed: int | None = None,
        device: str = "cpu",
        method: str = "",
    ) -> Any:
        if self._complete:
            self._write_down(operation, target, [positional, named or {}], seed, device, method)
        value = self.transport.request(operation, target, positional, named, seed, device, method)
        self.cpu_seconds = self.transport.cpu_seconds
        self.devices = self.transport.devices
        return value

    def _write_down(
        self,
        operation: Operation,
        target: str | int,
        arguments: list[object],
        seed: int | None,
        device: str,
        method: str,
    ) -> None:
        node, buffers = encode(arguments, Given().keep)
        body = b"".join(buffers)
        try:
            node = with_refs(node, lambda ref: Ref(self._within(ref.number), ref.type_name, ref.callable))
            target = target if isinstance(target, str) else self._within(target)
        except KeyError:  # an object from before the record, or a function of ours
            self._complete = False
        self._complete = self._complete and operation not in NOT_AHEAD and len(body) <= MAX_FRAME
        if self._complete:
            self._index[self.transport.requests + 1] = len(self.asked)
            self.asked.append(Asked(operation, target, node, body, seed, device, method))

    def _within(self, number: int) -> int:
        """An object's number, counted from the first request of the record."""
        request, place = number >> OBJECT_BITS, number & ((1 << OBJECT_BITS) - 1)
        return (self._index[request] << OBJECT_BITS) + place
