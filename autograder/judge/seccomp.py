"""The system calls a worker may make: a list, everything else is refused with EPERM.

No socket, no new process, no signal to others, no tracing, no write access to a file can be asked for, whatever the other layers allow.
The filter is classic BPF over `struct seccomp_data`. Source: Linux, Documentation/userspace-api/seccomp_filter.rst.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from functools import cache

from autograder.judge.profiles import SYSTEM_CALLS, Profile
from autograder.judge.syscalls import syscall

SECCOMP = 317
SET_MODE_FILTER, ALL_THREADS = 1, 1
ARCHITECTURE = 0xC000003E  # AUDIT_ARCH_X86_64
X32_BIT = 0x40000000  # numbers from here on are the x32 table: another way to the same calls

# x86-64 numbers (arch/x86/entry/syscalls/syscall_64.tbl)
ALWAYS = {
    "read": 0, "write": 1, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7, "lseek": 8, "mmap": 9, "mprotect": 10,
    "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17, "readv": 19,
    "writev": 20, "access": 21, "sched_yield": 24, "mremap": 25, "madvise": 28, "dup": 32, "nanosleep": 35, "getpid": 39,
    "sendto": 44, "recvfrom": 45, "exit": 60, "uname": 63, "getcwd": 79, "readlink": 89, "gettimeofday": 96, "getrlimit": 97,
    "getrusage": 98, "sysinfo": 99, "times": 100, "getuid": 102, "getgid": 104, "geteuid": 107, "getegid": 108, "getppid": 110,
    "sigaltstack": 131, "gettid": 186, "futex": 202, "sched_getaffinity": 204, "getdents64": 217, "fadvise64": 221,
    "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231, "newfstatat": 262, "readlinkat": 267,
    "faccessat": 269, "set_robust_list": 273, "getrandom": 318, "membarrier": 324, "statx": 332, "rseq": 334, "faccessat2": 439,
}  # fmt: skip
IOCTL, CLONE, FCNTL, TGKILL, OPENAT, PRLIMIT64, CLONE3 = 16, 56, 72, 234, 257, 302, 435
WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | getattr(os, "O_TMPFILE", 0o20000000)
CREATING_FLAGS = WRITING_FLAGS & ~(os.O_WRONLY | os.O_RDWR)
CLONE_THREAD = 0x10000
TCGETS = 0x5401
SIGABRT = 6
LAST_HARMLESS_FCNTL = 4  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL; beyond lie locks, owners, leases and signals

LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000
REFUSE = 0x00050000 | errno.EPERM
NOT_THERE = 0x00050000 | errno.ENOSYS  # makes the C library fall back to the older call, which can be checked
NUMBER_AT, ARCHITECTURE_AT = 0, 4


def supported() -> bool:
    return sys.platform == "linux" and os.uname().machine == "x86_64"


def prepare(profile: Profile) -> None:
    """Done once, in the zygote: write the filter but for the process that it is for."""
    if supported():
        _around_the_process(profile)


def install(process_id: int, profile: Profile = Profile.CPU) -> None:
    """Put the filter on every thread of this process, for good. Needs no_new_privs. Raises OSError where the kernel refuses."""
    program = _program(process_id, profile)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    syscall(SECCOMP, ctypes.c_long(SET_MODE_FILTER), ctypes.c_long(ALL_THREADS), header)


def _program(process_id: int, profile: Profile) -> bytes:
    before, after = _around_the_process(profile)
    return before + _is_the_process(process_id) + after


def _is_the_process(process_id: int) -> bytes:
    return _step(JUMP_EQUAL, process_id, 0, 3)


@cache
def _around_the_process(profile: Profile) -> tuple[bytes, bytes]:
    """The filter's steps before and after the one that names the process."""
    process = _is_the_process(0xFFFFFFFF)  # no process has that number, and no other step looks for it
    for_a_gpu = profile is Profile.CUDA
    # A GPU's files are opened for writing: which those are is for Landlock to say, which has no word for ioctl before version 5.
    refused_flags = CREATING_FLAGS if for_a_gpu else WRITING_FLAGS
    ioctl = [_yes()] if for_a_gpu else [_argument(1), _step(JUMP_EQUAL, TCGETS, 0, 1), _yes(), _no()]
    program = [
        _step(LOAD, ARCHITECTURE_AT),
        _step(JUMP_EQUAL, ARCHITECTURE, 1, 0),
        _step(RETURN, KILL_PROCESS),
        _step(LOAD, NUMBER_AT),
        _step(JUMP_GREATER_EQUAL, X32_BIT, 0, 1),
        _step(RETURN, KILL_PROCESS),
        *_rule(OPENAT, _argument(2), _step(JUMP_ANY_BIT, refused_flags, 0, 1), _no(), _yes()),
        *_rule(CLONE, _argument(0), _step(JUMP_ANY_BIT, CLONE_THREAD, 0, 1), _yes(), _no()),
        *_rule(CLONE3, _step(RETURN, NOT_THERE)),
        *_rule(IOCTL, *ioctl),
        *_rule(FCNTL, _argument(1), _step(JUMP_GREATER_EQUAL, LAST_HARMLESS_FCNTL + 1, 0, 1), _no(), _yes()),
        # abort() is the only signal a process may send, and to itself: stopping itself would look like waiting.
        *_rule(
            TGKILL,
            _argument(0),
            process,
            _argument(2),
            _step(JUMP_EQUAL, SIGABRT, 0, 1),
            _yes(),
            _no(),
        ),
        # Reading limits is fine: the new limit must be a null pointer, and a pointer is null in both its halves.
        *_rule(
            PRLIMIT64,
            _argument(2),
            _step(JUMP_EQUAL, 0, 0, 3),
            _upper_half(2),
            _step(JUMP_EQUAL, 0, 0, 1),
            _yes(),
            _no(),
        ),
    ]
    numbers = sorted([*ALWAYS.values(), *(SYSTEM_CALLS.values() if for_a_gpu else ())])
    program += [_step(JUMP_EQUAL, number, len(numbers) - index, 0) for index, number in enumerate(numbers)]
    before, _, after = b"".join([*program, _no(), _yes()]).partition(process)
    return before, after


def _rule(number: int, *body: bytes) -> list[bytes]:
    """When the call is `number`, run `body` (which ends in a return on every path); otherwise skip it."""
    return [_step(JUMP_EQUAL, number, 0, len(body)), *body]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _argument(index: int) -> bytes:
    return _step(LOAD, 16 + 8 * index)


def _upper_half(index: int) -> bytes:
    return _step(LOAD, 20 + 8 * index)


def _yes() -> bytes:
    return _step(RETURN, ALLOW)


def _no() -> bytes:
    return _step(RETURN, REFUSE)
