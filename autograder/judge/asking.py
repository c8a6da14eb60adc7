"""A function of ours, given to a submission: its code stays here, and only questions and answers travel.

    student.check_softmax(somebodys_softmax)
    student.beam_search(log_probs, bos=1, eos=2, beam=3, max_length=5)

The submission gets a function that says nothing about itself, the same for whatever stands behind it. Calling it sends the arguments back,
as plain data, and waits; ours is called with copies of them, and its value, or what it raises, is the answer. What a submission may ask in
one call is bounded: it is our time that it spends.
"""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from autograder.faults import Stopped
from autograder.judge.nodes import Node, Opaque, ProtocolError, Ref
from autograder.judge.outcome import refuse_unless_handle
from autograder.judge.protocol import Operation
from autograder.judge.values import decode, encode
from autograder.results import Verdict

MAX_QUESTIONS = 2_000
MAX_BYTES = 1 << 20
MAX_SECONDS = 5.0  # of our time
MAX_MESSAGE = 500

EXCEPTIONS = {
    name: kind for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, Exception)
}

Ask: TypeAlias = Callable[[int, Node, list[memoryview]], tuple[Node, bytearray | memoryview]]
"""Carries one question to our side: the function's number and the arguments. Returns its value, or raises what it raised."""


class Given:
    """The functions among the arguments of one call, on our side."""

    def __init__(self) -> None:
        self._functions: list[Callable[..., Any]] = []
        self._questions = 0
        self._seconds = 0.0

    def keep(self, value: object) -> Ref | Opaque:
        """What an argument that is no plain data travels as: the number of an object over there, or of a function here, below 0."""
        if isinstance(getattr(value, "_ref", None), Ref) or isinstance(value, type) or not callable(value):
            return refuse_unless_handle(value)
        self._functions.append(value)
        return Ref(-len(self._functions), "function", True)

    def answer(
        self, number: int, arguments: Node, body: bytearray | memoryview
    ) -> tuple[Operation, str, Node, list[memoryview]]:
        """What is sent back: a value, or the name of a built-in exception and its text.

        Raises:
            ProtocolError: there is no such question.
            Stopped: too many questions, or too large ones.
        """
        if not -len(self._functions) <= number < 0:
            raise ProtocolError("a question to nobody")
        self._questions += 1
        if self._questions > MAX_QUESTIONS:
            raise _too_much(f"calls the function it was given more than {MAX_QUESTIONS} times")
        if len(body) > MAX_BYTES:
            raise _too_much(f"gives the function it was given {len(body) >> 10} KiB at once; use smaller arrays")
        positional, named = _arguments(decode(arguments, body, _described))
        start = time.monotonic()
        try:
            with np.errstate(all="ignore"):
                value = self._functions[-number - 1](*positional, **named)
        except Exception as error:
            kind = next(c.__name__ for c in type(error).__mro__ if EXCEPTIONS.get(c.__name__) is c)
            return Operation.RAISE, kind, str(error)[:MAX_MESSAGE].encode("utf-8", "backslashreplace").decode(), []
        finally:
            self._seconds += time.monotonic() - start
        if self._seconds > MAX_SECONDS:
            raise _too_much("keeps the function it was given at work for too long; use smaller arrays")
        return (Operation.ANSWER, "", *encode(value, lambda kept: Opaque(type(kept).__name__)))

    def ask(self, number: int, arguments: Node, buffers: list[memoryview]) -> tuple[Node, bytearray | memoryview]:
        """An `Ask` for a submission that runs in this process."""
        operation, kind, node, answer = self.answer(number, arguments, bytearray(b"".join(buffers)))
        return answered(operation, kind, node, bytearray(b"".join(answer)))


def answered(
    operation: Operation, kind: str, node: Node, body: bytearray | memoryview
) -> tuple[Node, bytearray | memoryview]:
    """The value that came back; raises the exception that came back."""
    if operation is Operation.RAISE:
        try:
            error = EXCEPTIONS[kind](node)
        except (KeyError, TypeError):  # some take more than a text
            error = Exception(node)
        raise error
    return node, body


def nobody_to_ask(number: int, arguments: Node, buffers: list[memoryview]) -> tuple[Node, bytearray | memoryview]:
    raise RuntimeError("the function that was given to this call can no longer be asked")


def question(ref: Ref, ask: Callable[[], Ask]) -> Callable[..., Any]:
    """What a submission gets for a function of ours."""

    def function(*positional: Any, **named: Any) -> Any:
        node, buffers = encode([positional, named], lambda value: Opaque(type(value).__name__))
        return decode(*ask()(ref.number, node, buffers), _described)

    return function


def _described(ref: object) -> Opaque:
    """Objects do not travel with questions: a number that the other side makes up must not name one of ours."""
    return Opaque(getattr(ref, "type_name", "object")[:100])


def _arguments(value: Any) -> tuple[Any, dict[str, Any]]:
    match value:
        case [tuple(positional), dict(named)] if all(type(name) is str for name in named):
            return positional, named
    raise ProtocolError("a question without arguments")


def _too_much(message: str) -> Stopped:
    return Stopped(Verdict.TIMEOUT, f"{message}.")
