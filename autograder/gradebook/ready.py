"""Results on their way to nbgrader's process, which records some while others are still being judged.

Each lies in a folder, whole, before its key is told in a line on that process's standard input; `ALL_TOLD` is the last line. An end
without it means that whoever judged is gone: then nobody waits, and nothing more is recorded.

A Result counts for the very bytes that were judged: a file that has changed since is judged again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TextIO

import msgspec

from autograder.results import Result, write_atomically

ALL_TOLD = "."


def key_of(student: str, unit: str, content: bytes) -> str:
    named = "\0".join([student, unit, ""]).encode()
    return hashlib.blake2b(named + content, digest_size=16).hexdigest()


def write_ready(folder: Path, key: str, result: Result) -> None:
    """Keep a Result by `key_of`. One with a fault of ours is no Result: nbgrader's process tries again."""
    if not result.internal:
        write_atomically(_file(folder, key), msgspec.json.encode(result))


class ReadyResults:
    """The end that records.

    Args:
        lines: where keys are told.
    """

    def __init__(self, folder: Path, lines: TextIO) -> None:
        self._folder = folder
        self._lines = lines
        self._told: set[str] = set()

    def result(self, key: str) -> Result | None:
        """The Result of that key, waited for; None when none has come.

        Raises:
            KeyboardInterrupt: whoever judged is gone. nbgrader then takes back what it has begun.
            msgspec.MsgspecError: a file that is not whole.
        """
        while not self._told & {key, ALL_TOLD}:
            line = self._lines.readline()
            if not line:
                raise KeyboardInterrupt
            self._told.add(line.strip())
        try:
            return msgspec.json.decode(_file(self._folder, key).read_bytes(), type=Result)
        except FileNotFoundError:
            return None


def _file(folder: Path, key: str) -> Path:
    return folder / f"{key}.json"
