"""What a question draws its numbers from: the same on every machine and every Python."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Random choices that follow from a seed.

    Only `random.random()` is used: Python promises its sequence for ever, but not that of `shuffle` and its like.
    """

    def __init__(self, seed: bytes) -> None:
        self._random = random.Random(int.from_bytes(seed, "big"))

    def integer(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.integer(0, len(choices) - 1)]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        left = list(items)
        return [left.pop(self.integer(0, len(left) - 1)) for _ in items]

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different ones of `items`, in drawn order."""
        return self.shuffled(items)[:count]

    def vector(self, size: int, low: int = -4, high: int = 4) -> list[int]:
        """`size` whole numbers, none of them 0."""
        numbers = [number for number in range(low, high + 1) if number]
        return [self.pick(numbers) for _ in range(size)]


def seed_from(secret: str, *names: str | int) -> bytes:
    """A seed for what `names` say, which nobody can compute without the course's secret."""
    key = hashlib.blake2b(secret.encode("utf-8")).digest()
    return hashlib.blake2b("\0".join(map(str, names)).encode("utf-8"), key=key, digest_size=16).digest()
