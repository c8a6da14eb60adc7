"""One submission's process, seen from the grader: requests go out, answers are decoded, and an end has a verdict.

A call that gets no answer raises `Stopped` with the verdict; the worker is dead then.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any

import msgspec

from autograder.faults import InternalFault, Stopped
from autograder.judge import layers
from autograder.judge.ahead import LostAnswers, Record
from autograder.judge.asking import Given
from autograder.judge.limits import Limits
from autograder.judge.link import START_SECONDS, ZygoteGone, ZygoteLink
from autograder.judge.nodes import ProtocolError, Ref, Seeded
from autograder.judge.outcome import raise_failure
from autograder.judge.protocol import (
    Load,
    Loaded,
    Operation,
    Reply,
    Request,
    frame,
    loaded_decoder,
    reply_decoder,
)
from autograder.judge.values import decode, encode
from autograder.judge.wire import SEND_BUFFER, Wire
from autograder.results import Verdict

MAX_REPORT = 4_096
AHEAD_SECONDS = 0.5
STARTING = Limits(cpu_seconds=START_SECONDS, wall_seconds=START_SECONDS, idle_seconds=START_SECONDS)
UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError, MemoryError)


class Worker:
    """One submission's process. Used through `Judge.worker`.

    Args:
        confined: nothing is sent to it unless it says that every required layer is on.
    """

    def __init__(self, link: ZygoteLink, limits: Limits, load: Load, confined: bool = False) -> None:
        self.status: int | None = None
        self.cpu_seconds = 0.0
        """CPU time of the last call."""
        self.devices: list[str] = []
        """Where the tensors of the last value lived."""
        self._link = link
        self._requests = 0
        self._ahead: deque[tuple[int, bytes]] = deque()
        """What was asked ahead and is not read yet: numbers and frames."""
        self._channel, theirs = socket.socketpair()
        for end in (self._channel, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        try:
            self._number, self.pid, self._process = link.spawn(theirs, limits, load.forbidden)
        except BaseException:
            self._channel.close()
            raise
        finally:
            theirs.close()
        self._wire = Wire(self._channel, self.pid, limits)
        # A call asked ahead that takes longer is asked again, alone.
        self._hurried = replace(limits, cpu_seconds=min(AHEAD_SECONDS, limits.cpu_seconds))
        try:
            self.layers = self._read_layers()
            lacking = layers.missing(self.layers) if confined else []
            if lacking:
                raise InternalFault(f"a worker could not be confined: {'; '.join(lacking)}")
            self.loaded = self.load(load)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def call(
        self,
        target: str | int,
        positional: list[object],
        named: dict[str, object] | None = None,
        seed: int | None = None,
    ) -> Any:
        """The value of the call. Raises what the code raised (as StudentError), or Stopped."""
        return self.request(Operation.CALL, target, positional, named, seed)

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
        if self.status is not None:
            raise InternalFault("a call on a worker that has ended")
        given = Given()
        node, buffers = encode([positional, named or {}], given.keep)

        def asked(number: int) -> list[bytes | memoryview]:
            return frame(Request(number, operation, target, node, seed, device, method), buffers)

        ahead = self._asked_ahead(asked) if self._ahead else None
        if ahead is None:
            self._requests += 1
        number, header, body = ahead or (self._requests, *self._exchange(asked(self._requests)))
        try:
            reply = _read(header, number)
            while reply.asks:
                header, body = self._answer(given, reply, body)
                reply = _read(header, number)
            value = None if reply.failure or reply.forbidden else decode(reply.value, body, _resolve_handle)
        except (ProtocolError, *UNREADABLE):
            stopped = self._broke_the_rules()
            raise stopped if ahead is None else LostAnswers from None
        if reply.forbidden:
            self.close()  # it ends itself after saying so
        raise_failure(reply.failure, reply.forbidden)
        self.devices = reply.devices
        return value

    @property
    def cpu_total(self) -> float:
        """CPU time of the process until its last answer."""
        return self._wire.cpu_total

    @property
    def untouched(self) -> bool:
        """The submission is loaded, and nothing was asked of it yet."""
        return self.status is None and self._requests == 0

    def ask_ahead(self, records: Sequence[Record], device: str = "") -> None:
        """Have what is in the records answered, in order, before it is requested (see `autograder.judge.ahead`)."""
        frames = []
        for record in records:
            first = self._requests + 1
            for asked in record:
                self._requests += 1
                frames.append((self._requests, asked.frame(self._requests, first, device)))
        if frames:
            self._ahead.extend(frames)
            with self._losing_answers():
                self._wire.send([b"".join(framed for _, framed in frames)])

    def forget_ahead(self) -> None:
        """Throw away the answers that nobody asked for. Raises LostAnswers when the worker does not come to their end."""
        unread = len(self._ahead)
        self._ahead.clear()
        if unread and self.status is None:
            with self._losing_answers():
                self._wire.skip(unread, self._hurried)

    def load(self, load: Load) -> Loaded:
        """Run more statements in the worker. Raises Stopped when they do not come to an end."""
        header, _ = self._exchange(frame(load, []))
        try:
            return bounded(loaded_decoder.decode(header), len(load.pieces))
        except UNREADABLE:
            raise self._broke_the_rules() from None

    def peak_bytes(self) -> int:
        """The most memory that the process has had since `forget_peak`, as the kernel counted it."""
        with open(f"/proc/{self.pid}/status", "rb") as status:
            lines = dict(line.split(b":", 1) for line in status if b":" in line)
        return int(lines[b"VmHWM"].split()[0]) * 1024

    def forget_peak(self) -> None:
        """Let the kernel's account of peak memory start anew. Source: proc_pid_clear_refs(5)."""
        with open(f"/proc/{self.pid}/clear_refs", "wb") as control:
            control.write(b"5")

    def close(self) -> None:
        """Kill the process and wait for its end. Nothing of it is left."""
        self._end()

    def _end(self) -> int | None:
        """The wait status, of its own accord or after being killed; None when nobody is left who could tell."""
        if self.status is not None:
            return self.status
        self.status = signal.SIGKILL
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, signal.SIGKILL)
        self._channel.close()
        os.close(self._process)
        try:
            self.status = self._link.reap(self._number)
        except ZygoteGone:
            return None
        return self.status

    def _asked_ahead(self, asked: Callable[[int], list[bytes | memoryview]]) -> tuple[int, Any, Any] | None:
        """The number and the answer of a request that was asked ahead; None when it is another one, which ends asking ahead."""
        number, framed = self._ahead[0]
        if asked(number) != [framed]:
            self.forget_ahead()
            return None
        self._ahead.popleft()
        with self._losing_answers():
            return (number, *self._wire.receive(self._hurried))

    @contextlib.contextmanager
    def _losing_answers(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, ConnectionError, ProtocolError, Stopped):
            self.close()
            raise LostAnswers from None

    def _answer(self, given: Given, reply: Reply, body: Any) -> tuple[Any, Any]:
        """What the worker says next, once it has been told what the function of ours gives that it asked about."""
        try:
            operation, kind, node, buffers = given.answer(reply.asks, reply.value, body)
        except Stopped:
            self.close()
            raise
        order = frame(Request(reply.number, operation, kind, node), buffers)
        return self._exchange(order, self._wire.go_on)

    def _exchange(
        self,
        parts: list[bytes | memoryview],
        carry: Callable[[list[bytes | memoryview]], tuple[Any, Any]] | None = None,
    ) -> tuple[Any, Any]:
        try:
            answer = (carry or self._wire.exchange)(parts)
        except (EOFError, ConnectionError):
            raise self._died() from None
        except ProtocolError:
            raise self._broke_the_rules() from None
        except Stopped:
            self.close()
            raise
        self.cpu_seconds = self._wire.cpu_seconds
        return answer

    def _read_layers(self) -> dict[str, str]:
        try:
            return msgspec.msgpack.decode(self._wire.first_frame(MAX_REPORT, STARTING), type=dict[str, str])
        except (EOFError, ConnectionError, msgspec.MsgspecError, Stopped):
            if self._end() is None:
                raise ZygoteGone from None
            raise InternalFault("a worker could not be confined") from None

    def _died(self) -> Stopped:
        status = self._end_of_its_own_accord()
        if status is None:
            return InternalFault("the process that starts workers was lost, and this worker with it")
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if number == signal.SIGKILL:  # which no submission can send
                return InternalFault("a worker was killed from outside. Is the machine short of memory?")
            return Stopped(Verdict.CRASHED, f"made the interpreter crash ({signal.Signals(number).name}).")
        return Stopped(Verdict.CRASHED, "ended its own process instead of returning a value.")

    def _end_of_its_own_accord(self) -> int | None:
        """The status of a process whose channel is closed. It may be ending just now; one that goes on is killed."""
        ended = select.poll()
        ended.register(self._process, select.POLLIN)
        went_on = not ended.poll(1000)
        status = self._end()
        return 0 if went_on and status is not None else status

    def _broke_the_rules(self) -> Stopped:
        self.close()
        return Stopped(Verdict.CRASHED, "did not hand back a value that can be read.")


def _read(header: Any, number: int) -> Reply:
    reply = reply_decoder.decode(header)
    if reply.number != number:
        raise ProtocolError("an answer to another question")
    return reply


def bounded(loaded: Loaded, pieces: int) -> Loaded:
    """What a worker says about loading, cut to what an honest one could say."""
    failures = {index: failure.shortened() for index, failure in loaded.failures.items() if 0 <= index < pieces}
    return Loaded(loaded.number, [name[:200] for name in loaded.names], failures)


def _resolve_handle(ref: Ref | Seeded) -> object:
    if isinstance(ref, Seeded):
        raise ProtocolError("a generator was sent back")
    return Ref(ref.number, ref.type_name[:200], ref.callable)
