"""The grader's end of the zygote: starts it, asks it for workers, learns how they ended."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
from collections.abc import Sequence
from types import TracebackType

import msgspec

import autograder
from autograder.faults import InternalFault
from autograder.judge import bubblewrap, profiles
from autograder.judge.layers import Isolation
from autograder.judge.limits import Limits
from autograder.judge.orders import BRANCH, COMMAND, READY

START_SECONDS = 300.0  # PyTorch is imported in two seconds; on a machine with ten times its load, in more than sixty
END_SECONDS = 5.0


class ZygoteGone(Exception):
    """The zygote has ended, or does not answer any more. Its workers end with it."""


class SharedZygote:
    """A zygote from which those of several graders branch off (see `ZygoteLink`). It is not waited for, and may fail to come up.

    Use as a context manager: at its end no more zygotes branch off; those that are there stay.

    Args:
        imports: modules that its workers find imported, beside NumPy and PyTorch.
    """

    def __init__(self, isolation: Isolation, imports: Sequence[str] = ()) -> None:
        self._process, self.control = _started(isolation, _wrapping(isolation), imports)

    def __enter__(self) -> SharedZygote:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # it has ended already
            self.control.shutdown(socket.SHUT_RDWR)  # whoever else has it open: a process that is just ending
        self.control.close()
        _wait_for(self._process)


class ZygoteLink:
    """A running zygote. Raises InternalFault when it does not come up, ZygoteGone from the other methods when it is lost.

    Args:
        shared: `SharedZygote.control`, to branch off from it; where that does not work, another is started.
        imports: for another, as for a `SharedZygote`.
    """

    def __init__(self, isolation: Isolation, shared: socket.socket | None = None, imports: Sequence[str] = ()) -> None:
        self._imports = imports
        self._messages: dict[tuple[str, int], tuple[int, list[int]]] = {}
        self._count = self.pid = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._alive: int | None = None
        if shared is not None and self._branches_off(shared):
            return
        wrapping = _wrapping(isolation)
        if not self._comes_up(isolation, wrapping) and not (
            wrapping.prefix and self._comes_up(isolation, bubblewrap.NOT_IN_IT)
        ):
            raise InternalFault("the process that starts workers did not come up")

    def _branches_off(self, shared: socket.socket) -> bool:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        order = msgspec.msgpack.encode((BRANCH, Limits(), []))
        with theirs, contextlib.suppress(OSError):  # where it is gone, nothing will ever arrive
            socket.send_fds(shared, [order], [theirs.fileno()])
        return self._gets_ready()

    def _comes_up(self, isolation: Isolation, wrapping: bubblewrap.Wrapping) -> bool:
        self._process, self._control = _started(isolation, wrapping, self._imports)
        return self._gets_ready()

    def _gets_ready(self) -> bool:
        self._control.settimeout(START_SECONDS)
        with contextlib.suppress(OSError):
            ready, _, pid = self._control.recv(32).partition(b" ")
            if ready == READY:
                self.pid = int(pid)  # the zygote's own: what was started is bubblewrap, where it is there
                self._alive = os.pidfd_open(self.pid)
                return True
        self.close()
        return False

    def spawn(self, channel: socket.socket, limits: Limits, forbidden: list[str]) -> tuple[int, int, int]:
        """A worker at the other end of `channel`: its number, its process id, and a descriptor of its process.

        Args: forbidden: what will be forbidden in it, to be looked up before.
        """
        self._count += 1
        order = msgspec.msgpack.encode((self._count, limits, forbidden))
        try:
            socket.send_fds(self._control, [order], [channel.fileno()])
        except OSError:
            raise ZygoteGone from None
        pid, descriptors = self._message("started", self._count)
        return self._count, pid, descriptors[0]

    def reap(self, number: int) -> int:
        """The wait status of a worker that has ended, or is about to."""
        return self._message("ended", number)[0]

    def close(self) -> None:
        """End the zygote and every worker."""
        self._control.close()
        for _, descriptors in self._messages.values():
            for descriptor in descriptors:
                os.close(descriptor)
        self._messages.clear()
        if self._alive is not None:
            _end(self._alive)
            self._alive = None
        if self._process is not None:
            _wait_for(self._process)

    def _message(self, kind: str, number: int) -> tuple[int, list[int]]:
        """The zygote's message of that kind about that worker; others are kept until they are asked for."""
        while (kind, number) not in self._messages:
            try:
                data, descriptors, _, _ = socket.recv_fds(self._control, 4_096, 1)
            except OSError:
                data, descriptors = b"", []
            if not data:
                raise ZygoteGone
            name, about, value = msgspec.msgpack.decode(data, type=tuple[str, int, int])
            self._messages[name, about] = (value, descriptors)
        return self._messages.pop((kind, number))


def _wrapping(isolation: Isolation) -> bubblewrap.Wrapping:
    return bubblewrap.wrapping() if isolation is Isolation.CONFINED else bubblewrap.Wrapping((), "")


def _started(
    isolation: Isolation, wrapping: bubblewrap.Wrapping, imports: Sequence[str]
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """A zygote that is coming up, and the grader's end of its control channel."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # no user site, no working folder on the path; the environment is ours
    arguments = [str(theirs.fileno()), isolation.value, wrapping.state, " ".join(imports), autograder.__file__]
    with theirs:
        process = subprocess.Popen(
            [*wrapping.prefix, bubblewrap.python(), "-s", "-P", "-c", COMMAND, *arguments],
            env=_environment(),
            cwd="/",
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    return process, ours


def _wait_for(process: subprocess.Popen[bytes]) -> None:
    """For the end of a zygote of which the channel is closed."""
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end(descriptor: int) -> None:
    """The same for one that may not be our child: one that branched off, or one in bubblewrap."""
    ended = select.poll()
    ended.register(descriptor, select.POLLIN)
    if not ended.poll(END_SECONDS * 1000):
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        ended.poll(END_SECONDS * 1000)
    os.close(descriptor)


def _environment() -> dict[str, str]:
    """All that a zygote is told. One thread, and memory that is not given back to the system between calls (steady timings)."""
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    # Some processors need OpenBLAS to be told their kind; the choice of kernel says nothing about the course.
    kernel = {name: os.environ[name] for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE") if name in os.environ}
    allocator = {
        "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
        "MALLOC_TRIM_THRESHOLD_": str(1 << 32),
        "MALLOC_TOP_PAD_": str(1 << 26),
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # see `huge_pages`
    }
    fixed = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": "/nonexistent",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return {**fixed, **one_thread, **kernel, **allocator, **profiles.environment()}
