"""Zip files, read in memory: nothing is ever unpacked to disk, and no name in an archive becomes a path."""

from __future__ import annotations

import lzma
import stat
import zipfile
import zlib
from pathlib import Path

from autograder.submission.cells import MAX_FILE, UnreadableError

MAX_MEMBERS = 2_000

DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    KeyError,
    IndexError,
    OverflowError,
    OSError,
)
"""What Python's reader raises for archives that are cut off or lie about themselves."""

PACK_AGAIN = "Pack it again, or hand in the notebook itself."


def member_names(path: Path) -> list[str]:
    """Names of the regular files in the zip at `path`, without hidden ones, links, absolute names and names with `..`.

    Raises UnreadableError for what is no whole zip file or would unpack to more than the limits.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (*DAMAGE, NotImplementedError, RuntimeError) as error:
        raise UnreadableError(f"{path.name} cannot be read as a zip file ({_why(error)}). {PACK_AGAIN}") from None
    if len(members) > MAX_MEMBERS:
        raise UnreadableError(f"{path.name} holds {len(members)} files; at most {MAX_MEMBERS} are read. {PACK_AGAIN}")
    total = sum(member.file_size for member in members)
    if total > MAX_FILE:
        raise UnreadableError(
            f"{path.name} would unpack to {total // 2**20} MiB; at most {MAX_FILE // 2**20} are read. {PACK_AGAIN}"
        )
    return sorted({member.filename for member in members if _is_plain_file(member)})


def read_member(path: Path, name: str) -> bytes:
    """The content of one file of the zip at `path`. Raises UnreadableError where it cannot be had whole."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as member:
            data = member.read(MAX_FILE + 1)
    except (*DAMAGE, NotImplementedError, RuntimeError) as error:
        raise UnreadableError(f"{name} in {path.name} cannot be read ({_why(error)}). {PACK_AGAIN}") from None
    if len(data) > MAX_FILE:
        raise UnreadableError(f"{name} in {path.name} has more than {MAX_FILE // 2**20} MiB. {PACK_AGAIN}")
    return data


def parts_of(name: str) -> tuple[str, ...]:
    """A member's name as folders and file; archives made on Windows may hold backslashes."""
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))


def _is_plain_file(member: zipfile.ZipInfo) -> bool:
    name = member.filename
    parts = parts_of(name)
    if member.is_dir() or not parts or stat.S_ISLNK(member.external_attr >> 16):
        return False
    is_absolute = name.startswith(("/", "\\")) or ":" in parts[0]
    return not (is_absolute or ".." in parts)


def _why(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
