"""What is remembered of the calls that a test has made: they explain a failure and name the mistake behind it."""

from __future__ import annotations

import sys
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from autograder.judge.protocol import Operation
from autograder.judge.settings import Setting

if TYPE_CHECKING:
    from autograder.judge.proxy import Handle

REMEMBERED_CALLS = 400
LARGE = 1 << 18
"""Bytes: of the values beyond that, only the latest is kept, or a submission could fill the grader's memory with its answers."""

Places: TypeAlias = tuple[int, ...]
"""Indices into a value: (1,) is the second of a pair."""


@dataclass
class Call:
    """One call as it was made: `text` reads like code, `owner` is the handle whose method it was."""

    name: str
    text: str
    positional: list[Any]
    named: dict[str, Any]
    owner: Handle | None
    device: str = "cpu"
    seed: int | None = None
    operation: Operation | None = None
    """What was asked about the call; None for one that was not made."""
    value: Any = None
    error: BaseException | None = None
    changes: dict[int, int] = field(default_factory=dict)
    """How many changes of each object that took part had been made by then: later ones had no say."""
    kept: Places = ()
    """Which items of the value stayed where they were made."""
    setting: Setting | None = None
    """What it was made under."""


class Remembered(deque[Call]):
    """The latest calls. They hold little memory, whatever came back."""

    def __init__(self, count: int = REMEMBERED_CALLS) -> None:
        super().__init__(maxlen=count)
        self._large: Call | None = None

    def answered(self, call: Call, value: Any) -> None:
        """`value` is what `call` gave."""
        call.value = value
        if _bytes_in(value) > LARGE:
            if self._large is not None and self._large is not call:
                self._large.value = None
            self._large = call


def _bytes_in(value: Any) -> int:
    """Of the arrays in what a call gave."""
    if isinstance(value, (list, tuple)):
        return sum(map(_bytes_in, value))
    if isinstance(value, dict):
        return sum(map(_bytes_in, value.values()))
    # By class: asking a handle what it has is a call of the submission.
    torch = sys.modules.get("torch")
    return int(value.nbytes) if isinstance(value, np.ndarray) or (torch and isinstance(value, torch.Tensor)) else 0


def as_code(called: str, positional: list[str], named: dict[str, Any]) -> str:
    """`layer.forward(x, scaled=False)`."""
    by_name = [
        f"{name}={value!r}" if isinstance(value, (int, float, str)) else f"{name}={name}"
        for name, value in named.items()
    ]
    return f"{called}({', '.join([*positional, *by_name])})"
