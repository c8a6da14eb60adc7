"""Every system call there is, tried in a confined process: only those on the list get through."""

from __future__ import annotations

import ctypes
import errno
import faulthandler
import os
import struct

import pytest

from autograder.judge import seccomp, syscalls
from autograder.judge.profiles import Profile

pytestmark = pytest.mark.skipif(not seccomp.supported(), reason="the filter is for Linux on x86-64")

LAST = 470
NO_NEW_PRIVS = 38
CHECKED = {seccomp.IOCTL, seccomp.CLONE, seccomp.FCNTL, seccomp.TGKILL, seccomp.OPENAT, seccomp.PRLIMIT64}
# They would end or block the child, not return: that they are allowed is no secret.
NOT_TRIED = {
    "exit": 60,
    "exit_group": 231,
    "rt_sigreturn": 15,
    "nanosleep": 35,
    "clock_nanosleep": 230,
    "poll": 7,
    "futex": 202,
}
# Part of the kernel's own machinery for probes: seccomp never sees them, and they end a process that calls them by itself.
# Source: Linux, kernel/seccomp.c (uretprobe and uprobe pass through).
PROBES = {335, 336}
BAD = -1  # every argument: no pointer, no descriptor, no process


def confined(body):
    """What `body` returns in a child under the filter, as text."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            faulthandler.disable()  # pytest's own would report the signals that are expected here
            os.close(reading)
            syscalls.prctl(NO_NEW_PRIVS, 1)
            seccomp.install(os.getpid())
            os.write(writing, repr(body()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answers:
        text = answers.read()
    _, status = os.waitpid(child, 0)
    return text, status


def raw(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(value) for value in arguments))
    return 0 if result >= 0 else ctypes.get_errno()


def test_only_the_listed_system_calls_are_reachable():
    tried = [number for number in range(LAST + 1) if number not in {*NOT_TRIED.values(), *PROBES}]
    text, _ = confined(lambda: [number for number in tried if raw(number, *[BAD] * 6) != errno.EPERM])
    reached = set(eval(text))
    # clone3 is refused in a way that makes the C library fall back to clone.
    assert reached - set(seccomp.ALWAYS.values()) - CHECKED <= {seccomp.CLONE3}
    expected = set(seccomp.ALWAYS.values()) - set(NOT_TRIED.values())
    assert reached >= expected


@pytest.mark.parametrize("number", [0, 39, 57, 59, 101, 425, 512, 520, 546])
def test_the_other_table_of_numbers_ends_the_process(number):
    text, status = confined(lambda: raw(seccomp.X32_BIT + number, *[BAD] * 6))
    assert text == ""
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == 31  # SIGSYS


def high(value):
    """The same low 32 bits, and something above them."""
    return value | 1 << 32


REFUSED = {
    "open for writing": (seccomp.OPENAT, -100, 0, os.O_WRONLY, 0),
    "open for reading and writing": (seccomp.OPENAT, -100, 0, os.O_RDWR, 0),
    "create": (seccomp.OPENAT, -100, 0, os.O_CREAT, 0),
    "truncate": (seccomp.OPENAT, -100, 0, os.O_TRUNC, 0),
    "fork by clone": (seccomp.CLONE, 17, 0, 0, 0, 0),
    "clone into a new user namespace": (seccomp.CLONE, 0x10000000 | 17, 0, 0, 0, 0),
    "type into the terminal": (seccomp.IOCTL, 0, 0x5412, 0),
    "lock a file": (seccomp.FCNTL, 0, 6, 0),
    "own a descriptor's signals": (seccomp.FCNTL, 0, 8, 0),
    "stop itself": (seccomp.TGKILL, "me", "me", 19),
    "kill another": (seccomp.TGKILL, 1, 1, 6),
    "new limits below 4 GiB": (seccomp.PRLIMIT64, 0, 7, 0x1000, 0),
    "new limits above 4 GiB, low half empty": (seccomp.PRLIMIT64, 0, 7, 1 << 32, 0),
    "make a process by clone3": (seccomp.CLONE3, 0, 0),
}
ALLOWED = {
    "open for reading": (seccomp.OPENAT, -100, 0, os.O_RDONLY | os.O_CLOEXEC, 0),
    "ask for the terminal": (seccomp.IOCTL, 0, seccomp.TCGETS, 0),
    "copy a descriptor": (seccomp.FCNTL, 0, 1, 0),
    "abort itself, tried with signal 6 on no thread": (seccomp.TGKILL, "me", 0x3FFFFFFF, 6),
    "read limits": (seccomp.PRLIMIT64, 0, 7, 0, 0),
}


def made(call):
    number, *arguments = call
    return raw(number, *(os.getpid() if argument == "me" else argument for argument in arguments))


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED.keys())
def test_arguments_that_are_refused(call):
    text, _ = confined(lambda: made(call))
    assert int(text) == (errno.ENOSYS if call[0] == seccomp.CLONE3 else errno.EPERM)


@pytest.mark.parametrize("call", ALLOWED.values(), ids=ALLOWED.keys())
def test_arguments_that_are_allowed(call):
    text, _ = confined(lambda: made(call))
    assert int(text) != errno.EPERM


def test_without_the_filter_a_call_that_it_refuses_gets_through():
    assert raw(290, 0, 0) == 0  # eventfd2
    assert int(confined(lambda: raw(290, 0, 0))[0]) == errno.EPERM


@pytest.mark.parametrize("profile", Profile)
def test_the_filters_of_two_processes_differ_in_the_process_alone(profile):
    first, second = (
        [*struct.iter_unpack("HBBI", seccomp._program(number, profile))] for number in (0x11111111, 0x22222222)
    )
    assert len(first) == len(second)
    differing = [(mine, other) for mine, other in zip(first, second, strict=True) if mine != other]
    assert differing == [((seccomp.JUMP_EQUAL, 0, 3, 0x11111111), (seccomp.JUMP_EQUAL, 0, 3, 0x22222222))]


def test_another_architecture_is_refused_in_the_first_steps():
    steps = [
        struct.unpack("HBBI", seccomp._program(1, Profile.CPU)[8 * index : 8 * index + 8])[3] for index in range(3)
    ]
    assert steps == [seccomp.ARCHITECTURE_AT, seccomp.ARCHITECTURE, seccomp.KILL_PROCESS]
