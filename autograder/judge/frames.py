"""Reads frames from a stream: a small one in a single step, a large one straight into its own memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.judge.nodes import ProtocolError
from autograder.judge.protocol import MAX_BODY, MAX_HEADER, PREFIX

ROOM = 1 << 16


class FrameReader:
    """The frames that `fill` brings in.

    Args:
        fill: puts what has arrived into a buffer and says how many bytes it was; at least one. Raises when no more will come.
    """

    def __init__(self, fill: Callable[[memoryview], int]) -> None:
        self._fill = fill
        self._room = memoryview(bytearray(ROOM))
        self._start = self._end = 0

    @property
    def empty(self) -> bool:
        """Nothing has arrived that was not asked for."""
        return self._start == self._end

    def frame(self) -> tuple[Any, Any]:
        """Header and body of the next frame. Raises ProtocolError before reading what is too large."""
        if self._end - self._start < PREFIX.size:
            self._arrive(PREFIX.size, self._end - self._start)
        header_size, body_size = PREFIX.unpack_from(self._room, self._start)
        if header_size > MAX_HEADER or body_size > MAX_BODY:
            raise ProtocolError(f"a frame claims {header_size + body_size} bytes")
        self._start += PREFIX.size
        return self.take(header_size), self.take(body_size)

    def take(self, size: int) -> Any:
        """Exactly `size` bytes, as a buffer of their own that can be written to."""
        here = self._end - self._start
        if size > ROOM:
            return self._large(size, here)
        if size > here:
            self._arrive(size, here)
        taken = bytearray(self._room[self._start : self._start + size])
        self._start += size
        return taken

    def _arrive(self, size: int, here: int) -> None:
        """Wait until there are `size` bytes in the room."""
        if self._start:
            self._room[:here] = bytes(self._room[self._start : self._end])
            self._start, self._end = 0, here
        while self._end < size:
            self._end += self._fill(self._room[self._end :])

    def _large(self, size: int, here: int) -> Any:
        # Its memory is taken as bytes arrive, not as they are announced: a bytearray would be written to at once.
        data: Any = np.empty(size, np.uint8)
        view = memoryview(data)
        view[:here] = self._room[self._start : self._end]
        self._start = self._end = 0
        view = view[here:]
        while view:
            view = view[self._fill(view) :]
        return memoryview(data)
