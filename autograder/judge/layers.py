"""The layers of confinement: which there are, which are live here, and how a worker puts them on.

A layer's state is a word for the Result: "on", or why it is not.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from autograder.judge import landlock, seccomp, syscalls
from autograder.judge.limits import Limits, apply_limits
from autograder.judge.profiles import Profile


class Isolation(StrEnum):
    CONFINED = "confined"
    """Every required layer, or no grading."""
    PROCESS = "process"
    """A process of its own and nothing more: an explicit choice, for machines that have no layers."""


REQUIRED = ("limits", "no new privileges", "landlock", "seccomp")
ON = "on"
NO_NEW_PRIVS, PARENT_DEATH_SIGNAL, KILL = 38, 1, 9
BRANCHES, USERS = 64, 64 * 78  # the first divides the second: zygotes that work at the same time never share a user


class IsolationError(Exception):
    """The machine lacks a layer that grading for the record needs."""


def require_linux() -> None:
    """Raises IsolationError on a system that has no workers."""
    if not sys.platform.startswith("linux"):
        raise IsolationError(
            "Grading needs Linux: its workers are forked and confined. Self-checks work here: run `pytest exercises`."
        )


@dataclass(frozen=True)
class Plan:
    """What a worker will put on: made once in the zygote, which knows the machine."""

    isolation: Isolation
    ruleset: int | None
    first_user: int | None  # None: workers keep the user they are started as
    profile: Profile = Profile.CPU
    wrapped: str = ""
    """What became of bubblewrap around the zygote."""
    branch: int = 0
    """Which of the zygotes that serve a class at the same time."""


def apply(plan: Plan, limits: Limits, worker: int) -> dict[str, str]:
    """Confine this process and say what is on, and what is not. Raises OSError when it cannot give up a user or take limits on."""
    states: dict[str, str] = {}
    if sys.platform == "linux":
        syscalls.prctl(PARENT_DEATH_SIGNAL, KILL)
    if plan.isolation is Isolation.PROCESS:
        return states
    states["user"] = _change_user(plan, worker)
    syscalls.prctl(PARENT_DEATH_SIGNAL, KILL)  # changing the user clears it
    apply_limits(limits, states["user"] == ON, plan.profile)
    states["limits"] = ON
    states["no new privileges"] = _put_on(lambda: syscalls.prctl(NO_NEW_PRIVS, 1))
    if plan.ruleset is not None:
        ruleset = plan.ruleset
        states["landlock"] = _put_on(lambda: landlock.restrict(ruleset))
    else:
        states["landlock"] = "missing: the kernel has no Landlock, or does not let it be used"
    if seccomp.supported():
        states["seccomp"] = _put_on(lambda: seccomp.install(os.getpid(), plan.profile))
    else:
        states["seccomp"] = "missing: only known for Linux on x86-64"
    if plan.wrapped:
        states["bubblewrap"] = plan.wrapped
    if plan.profile is Profile.CUDA:
        states["opened for a GPU"] = "/dev/nvidia*, ioctl, addresses without a limit"
    return states


def _put_on(layer: Callable[[], None]) -> str:
    """A container may refuse the call itself: the grader then refuses the worker, and can say why."""
    try:
        layer()
    except OSError as error:
        return f"missing: the system refuses it ({os.strerror(error.errno or 0)})"
    return ON


def missing(states: dict[str, str]) -> list[str]:
    """The required layers that are not on, with the reason."""
    return [f"{layer} ({states.get(layer, 'missing')})" for layer in REQUIRED if states.get(layer) != ON]


def first_free_user(needed: list[str]) -> int | None:
    """The first of the users that workers take on, one each, or None when this process may not change its user.

    A worker still has to read Python's libraries: where only root can (an installation under a private home), it stays root,
    and the other layers hold it.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    return 60_000 if all(_open_to_all(path) for path in needed) else None


def _open_to_all(path: str) -> bool:
    path = os.path.realpath(path)
    while True:
        if os.path.isdir(path) and not os.stat(path).st_mode & 0o001:
            return False
        parent = os.path.dirname(path)
        if parent == path:
            return True
        path = parent


def _change_user(plan: Plan, worker: int) -> str:
    if plan.first_user is None:
        return _without_capabilities()
    user = plan.first_user + (worker * BRANCHES + plan.branch % BRANCHES) % USERS
    try:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    except PermissionError:  # a container without the capability
        return _without_capabilities()
    return ON


def _without_capabilities() -> str:
    """Keep the user but give up root's powers, if it has any. Source: capset(2), version 3 of its structures."""
    capset, version_3 = 126, 0x20080522
    if os.geteuid() != 0 or os.uname().machine != "x86_64":
        return "kept"
    syscalls.syscall(capset, struct.pack("Ii", version_3, 0), bytes(24))
    return "kept, without capabilities"
