"""What a call can be asked for beside its value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from autograder.faults import Stopped
from autograder.judge.counting import VARIATIONS
from autograder.judge.varying import varied
from autograder.results import Verdict


@dataclass(frozen=True)
class Counts:
    """The work of one call, the same on every machine.

    steps: lines of Python executed and C functions called.
    operations: what PyTorch was given to compute or copy; views are none.
    peak_bytes: the most memory that lived at once beyond what lived before.
    moved_bytes: read and written by PyTorch's operations.
    launches: kernels that a GPU would have been given; on the simulated device only.
    calls: how often each function of the submission was called, by its qualified name (`Transformer.encode`).
    synchronisations: why and where the host waited for the device; on the simulated device only.
    answers: what the counted calls returned, each with what it was given, which differs by up to 1.6 % (`varying.SPREAD`). Compare
        them: code can notice that it is being counted, and not do its work then.
    """

    steps: int
    operations: int
    peak_bytes: int
    moved_bytes: int
    launches: int = 0
    calls: dict[str, int] = field(default_factory=dict)
    synchronisations: tuple[Wait, ...] = ()
    answers: tuple[Answer, ...] = field(default=(), compare=False)

    @property
    def value(self) -> Any:
        """What the call returned whose steps were counted."""
        return self.answers[0].value if self.answers else None

    @classmethod
    def read(cls, found: dict[str, Any], positional: list[Any], named: dict[str, Any]) -> Counts:
        """From what a worker says of a call with these arguments: what is no count is left out."""
        names = ("steps", "operations", "peak_bytes", "moved_bytes", "launches")
        calls, waits = found.get("calls"), found.get("synchronisations")
        return cls(
            **{name: _number(found.get(name)) for name in names},
            calls={str(name): _number(count) for name, count in calls.items()} if isinstance(calls, dict) else {},
            synchronisations=tuple(
                Wait(*map(str, wait)) for wait in waits or [] if isinstance(wait, list) and len(wait) == 2
            ),
            answers=tuple(
                Answer(varied(positional, number), varied(named, number), value)
                for number, value in _pairs(found.get("answers"))
                if type(number) is int and 0 <= number < VARIATIONS
            ),
        )


def _number(value: object) -> int:
    return value if type(value) is int else 0


def _pairs(found: object) -> list[tuple[Any, Any]]:
    return [*found.items()] if isinstance(found, dict) else []


@dataclass(frozen=True)
class Answer:
    """A counted call: what it was given and what it returned."""

    positional: list[Any]
    named: dict[str, Any]
    value: Any


@dataclass(frozen=True)
class Wait:
    """The host waited for the device: why, and at which line of the submission."""

    reason: str
    place: str


@dataclass(frozen=True)
class Gradients:
    """The value of a call and the gradients of a random projection of it; None where no gradient arrives.

    inputs: by position, None too for arguments that are no floating-point tensors.
    named: those of arguments given by name.
    parameters: of the module that was called, by name.
    """

    value: Any
    inputs: tuple[Any, ...]
    named: dict[str, Any]
    parameters: dict[str, Any]


def parts(value: Any, kinds: list[type]) -> Any:
    """`value`, when it is a list of these kinds: what a worker answers with, unless its submission has bent it."""
    if not isinstance(value, list) or len(value) != len(kinds) or not all(map(isinstance, value, kinds)):
        raise Stopped(Verdict.CRASHED, "did not hand back a value that can be read.")
    return value
