"""What concerns the objects of a submission beyond calling them: what they hold, and their end."""

from __future__ import annotations

from typing import Any

from autograder.judge.protocol import Operation
from autograder.judge.proxy import Handle, Student
from autograder.judge.transport import LocalTransport


def ask(handle: Handle, operation: Operation, *positional: Any, **named: Any) -> Any:
    """Something about an object that only its own process can say: see `autograder.judge.tensor_operations`."""
    if operation is not Operation.STATE:
        handle._changes.append((operation, positional, named))
    return handle._student.transport.request(operation, handle._ref.number, list(positional), named)


def forget_objects(student: Student) -> None:
    """Let go of the objects that `student`, where it runs in this process, has made. Handles on them are of no use any more."""
    if isinstance(student.transport, LocalTransport):
        student.transport.session.forget()
