"""Two small arrays as a pair of pictures on one scale: a pattern, such as shares along the wrong axis, is seen before it is read.

The values stand beside the pictures as text, so nothing is told by colour alone.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_ENTRY = r"(?:[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|inf|nan)|True|False)"
_ROW = rf"\[\s*{_ENTRY}(?:,\s*{_ENTRY})*\s*\]"
_MATRIX = re.compile(rf"\[\s*{_ROW}(?:,\s*{_ROW})*\s*\]")
_VECTOR = re.compile(_ROW)
_DTYPE = re.compile(r" \(\w+\)$")
MOST_ENTRIES = 64
MOST_COLUMNS = 16
FEWEST_IN_A_VECTOR = 4
"""Fewer numbers in a row are read at a glance."""


@dataclass(frozen=True)
class Square:
    """One entry. `heat` is its place on the scale in percent, None where it is no finite number."""

    heat: int | None
    differs: bool


@dataclass(frozen=True)
class Picture:
    """Rows of squares; `low` and `high` are the ends of the scale, shared by the two pictures of a pair."""

    rows: list[list[Square]]
    low: float
    high: float

    @property
    def columns(self) -> int:
        return len(self.rows[0])


def picture_pair(expected: str | None, got: str | None) -> tuple[Picture, Picture] | None:
    """The two values drawn; None unless both are small arrays of numbers of one shape."""
    right, mine = _numbers(expected or ""), _numbers(got or "")
    if not right or [len(row) for row in right] != [len(row) for row in mine]:
        return None
    finite = [value for row in right + mine for value in row if math.isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    return _drawn(right, right, low, high), _drawn(mine, right, low, high)


def _numbers(text: str) -> list[list[float]]:
    """The rows of a written array with one or two axes; none where it is something else, or not worth a picture."""
    text = _DTYPE.sub("", text)
    if _MATRIX.fullmatch(text):
        rows = [[_number(entry) for entry in re.findall(_ENTRY, row)] for row in re.findall(_ROW, text)]
    elif _VECTOR.fullmatch(text):
        rows = [[_number(entry) for entry in re.findall(_ENTRY, text)]]
    else:
        return []
    widths = {len(row) for row in rows}
    if len(widths) > 1 or max(widths) > MOST_COLUMNS or len(rows) * max(widths) > MOST_ENTRIES:
        return []
    return rows if len(rows) * max(widths) >= FEWEST_IN_A_VECTOR else []


def _number(text: str) -> float:
    return float(text == "True") if text in ("True", "False") else float(text)


def _drawn(rows: list[list[float]], beside: list[list[float]], low: float, high: float) -> Picture:
    squares = [
        [Square(_heat(value, low, high), _differs(value, other)) for value, other in zip(row, others, strict=True)]
        for row, others in zip(rows, beside, strict=True)
    ]
    return Picture(squares, low, high)


def _heat(value: float, low: float, high: float) -> int | None:
    if not math.isfinite(value):
        return None
    # Halves: the difference of two large numbers may be infinite. That of the smallest ones is nothing.
    middle, span = value / 2 - low / 2, high / 2 - low / 2
    return round(100 * (middle / span)) if span > 0 else 50


def _differs(value: float, other: float) -> bool:
    return value != other and not (math.isnan(value) and math.isnan(other))
