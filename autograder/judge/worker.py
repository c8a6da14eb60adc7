"""What runs in a worker: confine, say so, then answer requests about one submission until the grader hangs up.

What is the same for every worker is done once, before the fork (`prepare`): a worker that writes to a page has it copied first, and that is
most of what its start costs.

The first frame sent reports the layers that are on; it is sent before any line of a submission has been read.
"""

from __future__ import annotations

import socket
import sys
import types
from collections.abc import Callable
from os import _exit
from time import monotonic
from typing import Any, NoReturn

import msgspec

from autograder.judge import asking, layers, private, seal, stand_ins
from autograder.judge.frames import FrameReader
from autograder.judge.limits import Limits
from autograder.judge.nodes import Node, ProtocolError
from autograder.judge.protocol import Failure, Load, Loaded, Reply, frame, order_decoder
from autograder.judge.session import Session
from autograder.judge.watch import Watch

HOLD_SECONDS = 0.002


def prepare() -> None:
    """Done once, in the zygote, when nothing of the engine is to be imported any more: seal what a submission could tamper with."""
    seal.refuse_tampering()
    _hide_the_engine()


def serve(channel: socket.socket, plan: layers.Plan, limits: Limits, worker: int) -> None:
    """Never returns to the zygote's code: the process ends with the channel."""
    states = layers.apply(plan, limits, worker)
    send, receive = channel.sendall, channel.recv_into  # looked up now: a submission can change the class
    report = msgspec.msgpack.encode(states)
    send(len(report).to_bytes(4, "little") + report)
    current = [0]  # the number of the request that is being answered
    put = _outbox(send)
    frames = FrameReader(_filling(receive))
    session = Session(
        watch=lambda names, _: Watch(names, _reporter(put, current)), ask=_asker(put, frames.frame, current)
    )
    while True:
        header, body = frames.frame()
        order = order_decoder.decode(header)
        current[0] = order.number
        answer = (session.load(order), []) if isinstance(order, Load) else session.answer(order, body)
        put(_parts(*answer), not frames.empty)


Put = Callable[[list[bytes | memoryview], bool], None]


def _outbox(send: Callable[[Any], object]) -> Put:
    """What sends answers, given whether more questions wait: those to questions that came together leave together.

    None waits longer than it has to: for a little while, and then for the end of one call. A closure, for a class can be changed.
    """
    held: list[bytes | memoryview] = []
    due = 0.0

    def put(parts: list[bytes | memoryview], others_wait: bool) -> None:
        nonlocal held, due
        if not held:
            due = monotonic() + HOLD_SECONDS
        held += parts
        # Not a large one: its parts are the submission's own memory, which the next call may change.
        small = len(parts) == 1
        if small and others_wait and monotonic() < due:
            return
        leaving, held = held, []
        for part in [b"".join(leaving)] if small else leaving:
            send(part)

    return put


def _reporter(put: Put, current: list[int]) -> Callable[[str], NoReturn]:
    """What a forbidden call ends in: the grader is told, and nothing that the submission does afterwards happens."""

    def report(name: str) -> NoReturn:
        try:
            put(frame(Reply(current[0], forbidden=name), []), False)
        finally:
            _exit(0)

    return report


def _asker(put: Put, receive: Callable[[], tuple[Any, Any]], current: list[int]) -> asking.Ask:
    """How the submission asks a function of the grader's while it works on a request."""

    def ask(number: int, arguments: Node, buffers: list[memoryview]) -> tuple[Node, bytearray | memoryview]:
        put(frame(Reply(current[0], arguments, asks=number), buffers), False)
        header, body = receive()
        order = order_decoder.decode(header)
        if isinstance(order, Load):
            raise ProtocolError("no answer to a question")
        return asking.answered(order.operation, str(order.target), order.arguments, body)

    return ask


def _parts(reply: Reply | Loaded, buffers: list[memoryview]) -> list[bytes | memoryview]:
    try:
        return frame(reply, buffers)
    except (ProtocolError, msgspec.MsgspecError, RecursionError) as error:
        message = f"the value cannot be handed over: {error}"
        return frame(Reply(reply.number, failure=Failure("ValueError", "ValueError", message, "")), [])


def _filling(receive: Callable[[memoryview], int]) -> Callable[[memoryview], int]:
    def fill(room: memoryview) -> int:
        count = receive(room)
        if count == 0:  # the grader has hung up
            _exit(0)
        return count

    return fill


def _hide_the_engine() -> None:
    """`from autograder import check` works in a worker and does nothing: checks and pictures are for the student's own machine.

    `earlier` works.
    """
    public = types.ModuleType("autograder")

    def nothing(*_: object, **__: object) -> None:
        return None

    for name in ("check", "progress", "plot_attention", "plot_positions"):
        setattr(public, name, nothing)
    public.earlier = stand_ins.earlier  # type: ignore[attr-defined]
    for name in seal.engine_modules:
        del sys.modules[name]
    sys.modules[private.ENGINE] = public
    sys.modules["__main__"] = types.ModuleType("__main__")  # it was the zygote
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, private.PrivateBuiltins)]
