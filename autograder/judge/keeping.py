"""Results that stay where they were made, whatever they are: a cache is its module's own affair, be it a tuple, a dict or a class.

    output, cache = forward.keeping(1)(x)      item 1 of what `forward` returns stays; `cache` is a handle on it
    forward.keeping(1)(new, cache)             and goes back in as the very object that came out

Sent as data, such an object would come back as a copy: of plain types, without its aliases, and what a later call does to it unseen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Kept:
    """Around an object that is not to be sent, moved or copied."""

    __slots__ = ("item",)

    def __init__(self, item: object) -> None:
        self.item = item


class Keeping:
    """`function`, with the items at `places` of the tuple or list that it returns kept."""

    def __init__(self, function: Callable[..., object], places: list[int]) -> None:
        self.function = function
        self.places = places
        self.__self__ = getattr(function, "__self__", function)  # whose method it is: the module whose parameters count

    def __call__(self, *positional: Any, **named: Any) -> object:
        value = self.function(*map(opened, positional), **{name: opened(item) for name, item in named.items()})
        if not isinstance(value, (list, tuple)):
            return value
        base: Any = list if isinstance(value, list) else tuple
        return base(Kept(item) if place in self.places else item for place, item in enumerate(base.__iter__(value)))


def opened(value: Any) -> Any:
    """What is kept in `value`, or `value` itself."""
    return value.item if type(value) is Kept else value
