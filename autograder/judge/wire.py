"""The grader's end of a worker's channel: bytes out, one frame back, under limits that are watched from here.

CPU time is read on the worker's own clock, what it is doing in /proc: nothing in the worker can stretch or forge either.
"""

from __future__ import annotations

import math
import os
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any, NoReturn

from autograder.faults import Stopped
from autograder.judge import profiles
from autograder.judge.frames import FrameReader
from autograder.judge.limits import MAX_THREADS, Limits
from autograder.results import Verdict

GLANCE_SECONDS = 0.05  # how often a busy worker is looked at
GLANCE = struct.pack("@ll", 0, int(GLANCE_SECONDS * 1e6))  # struct timeval
SEND_BUFFER = 1 << 19
PIECE = 1 << 20
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
WAITING_SHARE = 0.05  # of a processor


class Wire:
    """One worker's channel.

    Raises Stopped when a limit is passed, ProtocolError for what is no frame, EOFError or ConnectionError when the worker is gone.
    """

    def __init__(self, channel: socket.socket, pid: int, limits: Limits) -> None:
        self.limits = limits
        self.cpu_seconds = 0.0
        """CPU time of the last exchange, and of whatever went on after the one before it."""
        self._channel = channel
        for option in (
            socket.SO_RCVTIMEO,
            socket.SO_SNDTIMEO,
        ):  # the kernel's own: cheaper than asking it to wait, then to read
            channel.setsockopt(socket.SOL_SOCKET, option, GLANCE)
        self._process = pid
        self._clock = (~pid << 3) | 2  # the id of another process's CPU clock: clock_getcpuclockid(3)
        self._frames = FrameReader(self._fill)
        self._paid = self._cpu()
        self._memory_allowed: float = math.inf

    @property
    def cpu_total(self) -> float:
        """CPU time of the process until the last answer."""
        return self._paid

    def exchange(self, parts: Sequence[bytes | memoryview]) -> tuple[Any, Any]:
        """Send, and read the frame that answers."""
        self.send(parts)
        answer = self._frames.frame()
        self._settle()
        return answer

    def go_on(self, parts: Sequence[bytes | memoryview]) -> tuple[Any, Any]:
        """Send, and read, as a part of the latest exchange: its limits hold for all of it, but for the time that we took."""
        now = time.monotonic()
        self._deadline += now - self._settled
        self._idle_since, self._idle_cpu = now, self._paid
        before = self.cpu_seconds
        for part in parts:
            self._write(part)
        answer = self._frames.frame()
        self._settle()
        self.cpu_seconds += before
        return answer

    def send(self, parts: Sequence[bytes | memoryview]) -> None:
        self._begin(self.limits)
        for part in parts:
            self._write(part)

    def receive(self, limits: Limits) -> tuple[Any, Any]:
        """The next frame that answers what was sent."""
        self._begin(limits)
        answer = self._frames.frame()
        self._settle()
        return answer

    def skip(self, count: int, limits: Limits) -> None:
        """Read that many frames, all within `limits`, and forget them."""
        self._begin(limits)
        for _ in range(count):
            self._frames.frame()
        self._settle()

    def first_frame(self, limit: int, limits: Limits) -> bytes:
        """The report that a worker begins with: four bytes of size, then the text. Raises EOFError when it is too long."""
        self._begin(limits)
        size = int.from_bytes(self._frames.take(4), "little")
        if size > limit:
            raise EOFError
        report = bytes(self._frames.take(size))
        self._settle()
        self._memory_allowed = self._resident() + self.limits.memory_bytes + profiles.margin()
        return report

    def _begin(self, limits: Limits) -> None:
        now = time.monotonic()
        self._allowed = limits
        self._deadline = now + limits.wall_seconds
        # Threads that went on after the last answer are paid for: the account starts where that ended.
        self._cpu_deadline = self._paid + limits.cpu_seconds
        self._idle_since, self._idle_cpu = now, self._paid
        self._next_look = now + GLANCE_SECONDS

    def _settle(self) -> None:
        now = self._cpu()
        self.cpu_seconds = now - self._paid
        self._paid = now
        self._settled = time.monotonic()

    def _write(self, data: bytes | memoryview) -> None:
        sent = self._send(data)
        if sent == len(data) and isinstance(data, bytes):
            return
        rest = memoryview(data).cast("B")[sent:]
        while rest:
            rest = rest[self._send(rest) :]

    def _send(self, data: bytes | memoryview) -> int:
        while True:
            try:
                return self._channel.send(data, socket.MSG_NOSIGNAL)
            except BlockingIOError:
                self._look()

    def _fill(self, room: memoryview) -> int:
        while True:
            try:
                count = self._channel.recv_into(room, min(len(room), PIECE))
            except BlockingIOError:
                self._look()
                continue
            if not count:
                raise EOFError
            if time.monotonic() > self._next_look:  # also at one that never stops coming, a byte at a time
                self._look()
            return count

    def _look(self) -> None:
        now, cpu = time.monotonic(), self._cpu()
        self._next_look = now + GLANCE_SECONDS
        if cpu > self._cpu_deadline:
            _too_long(
                f"ran for more than {self._allowed.cpu_seconds:g} s without an answer. Is there a loop that never ends?"
            )
        if now > self._deadline:
            _too_long(f"gave no answer within {self._allowed.wall_seconds:g} s. Does it wait for something?")
        state, threads = self._state()
        # Waiting uses a little: a thread that waits for Python's own lock looks at it every few milliseconds.
        if state not in ("S", "T", "t") or cpu - self._idle_cpu > WAITING_SHARE * self._allowed.idle_seconds:
            self._idle_since, self._idle_cpu = now, cpu
        if now - self._idle_since > self._allowed.idle_seconds:
            _too_long("waits for something that does not come. Does it sleep, or wait for input or a lock?")
        # A limit on addresses comes first, where there is one.
        if self._resident() > self._memory_allowed:
            raise Stopped(Verdict.MEMORY, "asked for more memory than there is.")
        if threads > MAX_THREADS:
            raise Stopped(Verdict.CRASHED, f"started {threads} threads.")

    def _state(self) -> tuple[str, int]:
        """One letter for what the process is doing (R runs, S waits, T is stopped), and its number of threads. Source: proc(5)."""
        try:
            with open(f"/proc/{self._process}/stat", "rb") as stat:
                fields = stat.read().rpartition(b")")[2].split()
        except OSError:  # it has just ended: the channel will say so
            return "R", 1
        return fields[0].decode(), int(fields[17])

    def _resident(self) -> int:
        """Bytes of real memory that the process has. Source: proc(5), statm."""
        try:
            with open(f"/proc/{self._process}/statm", "rb") as statm:
                return int(statm.read().split()[1]) * PAGE
        except (OSError, IndexError):  # it has just ended
            return 0

    def _cpu(self) -> float:
        try:
            return time.clock_gettime(self._clock)
        except OSError:  # it has just ended
            return 0.0


def _too_long(message: str) -> NoReturn:
    raise Stopped(Verdict.TIMEOUT, message)
