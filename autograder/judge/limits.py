"""Resource limits: what a worker may use, set by itself before it sees any submission, and raised by nobody after."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from autograder.judge.profiles import Profile

MAX_THREADS = 64


@dataclass(frozen=True)
class Limits:
    """What one call may use: CPU seconds, read from outside on the worker's own clock, and wall seconds, for code that waits."""

    cpu_seconds: float = 3.0
    wall_seconds: float = 15.0
    idle_seconds: float = 3.0  # without using any CPU time, asleep all the while
    memory_bytes: int = 1 << 30  # beyond what a worker has when it starts
    open_files: int = 64

    def with_time(self, cpu_seconds: float) -> Limits:
        """The same, but for a call that may compute so long, and wait in proportion."""
        wait = self.wall_seconds / self.cpu_seconds
        return replace(self, cpu_seconds=cpu_seconds, wall_seconds=wait * cpu_seconds)


def apply_limits(limits: Limits, own_user: bool, profile: Profile = Profile.CPU) -> None:
    """Args: own_user: no other process has this user, so that its processes and threads can be counted."""
    import resource

    # No RLIMIT_CPU: it makes the process clock tick in steps of 4 ms, and the grader reads that clock.
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),  # also stops memfd and shared memory files
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        *([(resource.RLIMIT_AS, _address_space() + limits.memory_bytes)] if profile is Profile.CPU else []),
    ):
        _limit(kind, value)
    if own_user:
        _limit(resource.RLIMIT_NPROC, MAX_THREADS)


def _limit(kind: int, value: int) -> None:
    """Where the system allows less already, so be it."""
    import resource

    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def _address_space() -> int:
    import resource

    statm = os.open("/proc/self/statm", os.O_RDONLY)
    try:
        return int(os.read(statm, 100).split()[0]) * resource.getpagesize()
    finally:
        os.close(statm)
