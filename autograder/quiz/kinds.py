"""What is public of a quiz: the kinds of questions, and a question as a student sees it. No answer is in any of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What an answer is made of."""

    CHOICE = "choice"
    """One letter."""
    SEVERAL = "several"
    """The letters of everything that is right."""
    NUMBER = "number"
    SHAPE = "shape"
    """A tuple of whole numbers."""
    ORDERING = "ordering"
    """All letters, in order."""
    MATCHING = "matching"
    """A letter for each numbered item, in the order of the items."""
    LISTING = "listing"
    """The number of a line."""
    OUTPUT = "output"
    """What some lines print."""


class Heading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all variants of a question share.

    `about` is the exercise or section it belongs to; `units` are the words that may follow a number; `places` is how many
    decimals a number needs, None for a whole number.
    """

    name: str
    kind: Kind
    title: str
    about: str
    points: float
    units: list[str] = []
    places: int | None = None


class Shown(msgspec.Struct, frozen=True):
    """One variant of a question: Markdown, with formulas between dollar signs.

    `options` get the letters A, B, …; `items`, the left side of a matching, the numbers 1, 2, …; `code` is Python, whose
    lines are numbered in a listing.
    """

    text: str
    options: list[str] = []
    items: list[str] = []
    code: str = ""

    @property
    def lines(self) -> list[str]:
        return self.code.split("\n") if self.code else []


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Answer = int | float | str | tuple[int, ...]
"""An answer that has been understood, positions counted from 0.

A choice or listing: the position. Several: positions, rising. An ordering: the positions in the order given. A matching: an
option's position for each item. A shape: its sizes. A number: itself. An output: its text.
"""
