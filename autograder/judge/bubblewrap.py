"""A file tree of its own for the zygote, where bubblewrap is installed: what is not Python's or a library's is not even there.

An extra layer, not a required one: many systems refuse unprivileged namespaces. It is tried once; where it does not work, the reason
stands among the layers. With a GPU it is left out: a driver needs more of the tree than can be named beforehand.
Source: bwrap(1).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import autograder
from autograder.judge import profiles

LAYER = "bubblewrap"
ON = "on"
PROBE_SECONDS = 10.0
SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/sys/devices/system/cpu")
PACKAGES = ("numpy", "torch", "msgspec")
NAMESPACES = ("--unshare-net", "--unshare-ipc", "--unshare-uts")


@dataclass(frozen=True)
class Wrapping:
    """What a command is started with, and what is said about it."""

    prefix: tuple[str, ...]
    state: str


NOT_INSTALLED = Wrapping((), "not used: it is not installed")
WITH_A_GPU = Wrapping((), "not used: there is a GPU")
NOT_IN_IT = Wrapping((), "not used: the process that starts workers did not come up in it")


def python() -> str:
    """This interpreter, by a name without "..": the folders on such a way need not be in the tree."""
    return os.path.normpath(sys.executable)


@cache
def wrapping() -> Wrapping:
    """How a zygote is wrapped here: tried once with a program that does nothing."""
    program = shutil.which("bwrap")
    if program is None:
        return NOT_INSTALLED
    if profiles.cuda_present():
        return WITH_A_GPU
    prefix = (program, *NAMESPACES, *_tree(), "--chdir", "/", "--")
    try:
        tried = subprocess.run(
            [*prefix, python(), "-I", "-S", "-c", ""], capture_output=True, text=True, timeout=PROBE_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Wrapping((), f"not used: {type(error).__name__}")
    if tried.returncode != 0:
        return Wrapping((), f"not used: {' '.join(tried.stderr.split())[:200]}")
    return Wrapping(prefix, ON)


def _tree() -> list[str]:
    """Options for a tree that can only be read: the system's libraries, this Python, its packages, and the engine."""
    ours = [sys.base_prefix, sys.prefix, *(sysconfig.get_path(name) for name in ("purelib", "platlib"))]
    found = [spec.origin for name in PACKAGES if (spec := find_spec(name)) is not None and spec.origin is not None]
    ours = [os.path.normpath(path) for path in ours]
    ours += [str(Path(os.path.realpath(origin)).parent.parent) for origin in found]  # installed through links
    # Those that hold others come first: a later one is put on top of an earlier one.
    ours = sorted({*ours, str(Path(autograder.__file__).parent), *SYSTEM}, key=len)
    readable = [part for path in ours if Path(path).exists() for part in (*_parents(path), "--ro-bind", path, path)]
    return [
        "--tmpfs",
        "/",
        "--tmpfs",
        "/tmp",
        *readable,
        "--dev",
        "/dev",
        "--bind",
        "/proc",
        "/proc",
        "--remount-ro",
        "/",
    ]


def _parents(path: str) -> list[str]:
    """Made by name, for all to pass through: those that are made by the way are root's alone, and a worker has a user of its own."""
    return [part for parent in reversed(Path(path).parents[:-1]) for part in ("--dir", str(parent))]
