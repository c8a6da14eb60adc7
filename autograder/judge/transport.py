"""How a call gets to where a submission runs, as a test's proxies see it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from autograder.judge.ahead import Record
from autograder.judge.asking import Given
from autograder.judge.outcome import raise_failure
from autograder.judge.protocol import Operation, Request
from autograder.judge.session import Session
from autograder.judge.values import decode, encode


class Transport(Protocol):
    """Carries one request to where the submission runs.

    devices: where the tensors of the latest value lived.
    """

    cpu_seconds: float
    devices: list[str]

    def request(
        self,
        operation: Operation,
        target: str | int,
        positional: list[object],
        named: dict[str, object] | None = None,
        seed: int | None = None,
        device: str = "cpu",
        method: str = "",
    ) -> Any: ...


@runtime_checkable
class AsksAhead(Protocol):
    """A transport that many requests can be given at once, before they are made (`autograder.judge.ahead`)."""

    def ask_ahead(self, records: Sequence[Record], device: str = "") -> None: ...
    def forget_ahead(self) -> None: ...


class LocalTransport:
    """A session in this process: for the reference, and for a student's self-check on code that is the student's own."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.requests = 0
        self.cpu_seconds = 0.0
        self.devices: list[str] = []

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
        self.requests += 1
        given = Given()
        node, buffers = encode([positional, named or {}], given.keep)
        start = time.process_time()
        request = Request(self.requests, operation, target, node, seed, device, method)
        before, self.session.ask = self.session.ask, given.ask  # one that is given may call this submission again
        try:
            reply, answer = self.session.answer(request, bytearray(b"".join(buffers)))
        finally:
            self.session.ask = before
        self.cpu_seconds = time.process_time() - start
        self.devices = reply.devices
        raise_failure(reply.failure, reply.forbidden)
        return decode(reply.value, bytearray(b"".join(answer)), lambda ref: ref)
