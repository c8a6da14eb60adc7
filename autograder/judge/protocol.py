"""Requests and replies, and how they become frames.

A frame is `<header bytes: u32> <body bytes: u64> header body`. The header is msgpack of one message; the body holds raw arrays.
Requests are numbered and a reply carries its request's number, so a reply too many, too early or too late is seen.
"""

from __future__ import annotations

import struct
from enum import StrEnum

import msgspec

from autograder.judge.nodes import Node, ProtocolError

PREFIX = struct.Struct("<IQ")
MAX_HEADER = 1 << 18
MAX_BODY = 64 << 20
OBJECT_BITS = 15
"""The objects of the answer to request n are numbered from n << 15: who asks knows beforehand what they will be called."""


class Operation(StrEnum):
    CALL = "call"
    TIMED = "timed"
    """A call whose CPU time will be asked for: it is made when it is asked, and alone."""
    GPU_TIMED = "gpu timed"
    """A call, with the seconds that it took by the GPU's clock."""
    CALL_AND_RETURN_INPUTS = "inputs"
    ATTRIBUTE = "attribute"
    COUNT = "count"
    GRADIENTS = "gradients"
    WATCH = "watch"
    """A call, with what it printed, and which global random states and switches it changed."""
    WARNINGS = "warnings"
    """A call, with what it warned of."""
    STATE = "state"
    LOAD_STATE = "load state"
    COPY_STATE = "copy state"
    SET_MODE = "set mode"
    DEVICES = "devices"
    KEEPING = "keeping"
    """The target as a function whose results stay where they are, in part (`autograder.judge.keeping`)."""
    UNDER = "under"
    """The target as a function that is called under a setting (`autograder.judge.settings`)."""
    ANSWER = "answer"
    """What a function of ours gave that the submission has called (`autograder.judge.asking`)."""
    RAISE = "raise"
    """The same, where it raised: `target` is the built-in exception, the arguments are its text."""


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """One statement of a submission, as text, with the place it came from."""

    source: str
    origin: str
    line: int


class Request(msgspec.Struct, array_like=True, tag="request"):
    """`target` is a name of the submission, or the number of an object that stayed in the worker, or `method` of that object."""

    number: int
    operation: Operation
    target: str | int
    arguments: Node = None  # a sequence: positional arguments, then a mapping of the named ones
    seed: int | None = None
    device: str = "cpu"
    method: str = ""


class Earlier(msgspec.Struct, frozen=True, array_like=True):
    """What a unit builds on: names of earlier units' exercises, and the text of each of those units' stand-ins, in their order."""

    names: list[str]
    sources: list[str]


class Load(msgspec.Struct, array_like=True, tag="load"):
    """What a worker gets first: the statements to run and the calls that are forbidden in them. More may follow."""

    number: int
    pieces: list[Piece]
    forbidden: list[str]
    stand_ins: str
    """Source of public implementations; those of `replaced` take the place of the submission's own."""
    replaced: list[str]
    earlier: Earlier | None = None


MAX_TEXT = 2_000


class Failure(msgspec.Struct, frozen=True, array_like=True):
    """An exception of the submission: its class, the built-in it derives from, its text, and the submission's line."""

    type_name: str
    builtin: str
    message: str
    where: str

    def shortened(self) -> Failure:
        """What an honest worker would have sent: a forged answer may be as long as a frame."""
        return Failure(self.type_name[:100], self.builtin[:100], self.message[:MAX_TEXT], self.where[:500])


class Reply(msgspec.Struct, array_like=True):
    number: int
    value: Node = None
    failure: Failure | None = None
    forbidden: str = ""
    devices: list[str] = []
    """Where the tensors of the value lived, in order; only for calls on another device than the CPU."""
    asks: int = 0
    """No answer yet: the function of ours with this number is called, and the value is what it is called with."""


class Loaded(msgspec.Struct, array_like=True):
    """What running the statements came to: the names that exist and the statements that raised (by index)."""

    number: int
    names: list[str]
    failures: dict[int, Failure]
    forbidden: str = ""


_encoder = msgspec.msgpack.Encoder()
# Made here, once: a worker cannot look types up later, when the engine's modules are hidden from the submission.
order_decoder: msgspec.msgpack.Decoder[Load | Request] = msgspec.msgpack.Decoder(Load | Request)
reply_decoder = msgspec.msgpack.Decoder(Reply)
loaded_decoder = msgspec.msgpack.Decoder(Loaded)


def frame(message: Request | Load | Reply | Loaded, buffers: list[memoryview]) -> list[bytes | memoryview]:
    """The parts to send one after the other; one part when the whole is small."""
    header = _encoder.encode(message)
    size = sum(buffer.nbytes for buffer in buffers)
    if len(header) > MAX_HEADER or size > MAX_BODY:
        raise ProtocolError(f"a value is too large to send: {len(header) + size} bytes")
    start = PREFIX.pack(len(header), size) + header
    if size <= 1 << 16:
        return [b"".join([start, *buffers])]
    return [start, *buffers]
