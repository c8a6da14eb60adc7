"""The file system a worker sees: it may read what Python, NumPy and PyTorch need, and nothing else; it may write nothing.

Landlock (Linux 5.13) is unprivileged. The rule set is built once in the zygote and inherited; each worker only restricts itself with it.
From version 4 it also refuses TCP, from version 6 signals and abstract sockets beyond the worker.
Source: Linux, Documentation/userspace-api/landlock.rst.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import sysconfig
from pathlib import Path

from autograder.judge.profiles import Profile, readable_paths
from autograder.judge.syscalls import syscall

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
VERSION_FLAG = 1
RULE_PATH_BENEATH = 1
WRITE_FILE, READ_FILE, READ_DIR, DEVICE_IOCTL = 1 << 1, 1 << 2, 1 << 3, 1 << 15
FILE_RIGHTS_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15}
ALL_FILE_RIGHTS = 16  # version 5 and later
NET_BIND_AND_CONNECT = 3  # version 4
SCOPE_SOCKETS_AND_SIGNALS = 3  # version 6


def version() -> int:
    """The kernel's Landlock version, 0 where there is none."""
    try:
        return syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(VERSION_FLAG))
    except (OSError, AttributeError):
        return 0


def ruleset(readable: list[Path], listable: list[Path], devices: list[Path]) -> int | None:
    """A descriptor of the rule set that lets only `readable` be read, and names be seen below `listable`; None without Landlock.

    Args: devices: files that may also be written to, and told what to do where the kernel can tell (`profiles`).
    """
    abi = version()
    if abi < 1:
        return None
    rights = (1 << FILE_RIGHTS_BY_VERSION.get(abi, ALL_FILE_RIGHTS)) - 1
    attributes = struct.pack(
        "QQQ", rights, NET_BIND_AND_CONNECT if abi >= 4 else 0, SCOPE_SOCKETS_AND_SIGNALS if abi >= 6 else 0
    )
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    descriptor = syscall(CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint(0))
    for path in readable:
        _allow(descriptor, path, READ_FILE | READ_DIR if path.is_dir() else READ_FILE)
    for path in listable:
        _allow(descriptor, path, READ_DIR)
    for path in devices:
        _allow(descriptor, path, rights & (READ_FILE | WRITE_FILE | DEVICE_IOCTL))
    return descriptor


def restrict(descriptor: int) -> None:
    """Hold this process, and all it may start, to the rule set for good. Needs no_new_privs."""
    syscall(RESTRICT_SELF, ctypes.c_int(descriptor), ctypes.c_uint(0))
    os.close(descriptor)


def library_paths(profile: Profile = Profile.CPU) -> list[Path]:
    """What Python needs to run NumPy and PyTorch: the standard library, the two packages, the loader's libraries, a few devices.

    Not site-packages as a whole: a course may be installed there.
    """
    paths = [entry for name in ("stdlib", "platstdlib") for entry in _own_entries(Path(sysconfig.get_path(name)))]
    site = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
    packages = ("numpy", "numpy.libs", "torch", "torchgen", "functorch", "typing_extensions.py", "sympy", "mpmath")
    paths += [folder / package for folder in site for package in packages]
    stdlib_links = Path(os.path.realpath(sys.executable)).parent.parent / "lib"
    paths += list(stdlib_links.glob("libpython*"))
    paths += [Path(p) for p in ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo")]
    paths += [
        Path(p)
        for p in ("/dev/null", "/dev/zero", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu")
    ]
    paths += readable_paths(profile, sorted(site))
    return [path for path in paths if path.exists() and not _holds_a_course(path)]


def listable_paths() -> list[Path]:
    """Where names may be seen but no file be read: imports look through the folder of the standard library."""
    return [Path(sysconfig.get_path("stdlib"))]


def _own_entries(standard_library: Path) -> list[Path]:
    """What is in the standard library's folder, without the packages installed below it."""
    return [entry for entry in standard_library.iterdir() if entry.name not in ("site-packages", "dist-packages")]


def _holds_a_course(path: Path) -> bool:
    return (path / "solutions").is_dir()


def _allow(descriptor: int, path: Path, rights: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", rights, opened)
        syscall(ADD_RULE, ctypes.c_int(descriptor), ctypes.c_int(RULE_PATH_BENEATH), rule, ctypes.c_uint(0))
    finally:
        os.close(opened)
