"""What is remembered of the calls that a test has made: they explain a failure and name the mistake behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from autograder.judge.proxy import Handle

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
    value: Any = None
    error: BaseException | None = None
    changes: dict[int, int] = field(default_factory=dict)
    """How many changes of each object that took part had been made by then: later ones had no say."""
    kept: Places = ()
    """Which items of the value stayed where they were made."""


def as_code(called: str, positional: list[str], named: dict[str, Any]) -> str:
    """`layer.forward(x, scaled=False)`."""
    by_name = [
        f"{name}={value!r}" if isinstance(value, (int, float, str)) else f"{name}={name}"
        for name, value in named.items()
    ]
    return f"{called}({', '.join([*positional, *by_name])})"
