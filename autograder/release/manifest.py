"""What the last build wrote, so that the next one can tell a student's changes from its own files.

The record lies in the release, `.release.json`: paths and SHA-256 of their contents, nothing else. While files are
being replaced a second record, `.release.next.json`, lists the new ones, so that a build that was killed is completed
by the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

RECORD = ".release.json"
NEXT_RECORD = ".release.next.json"


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`files` maps a path in the release to the SHA-256 of what was written there."""

    files: dict[str, str]
    format: int = 1


@dataclass(frozen=True)
class EditedFile:
    """A file that a build would overwrite or remove although it is not what a build put there."""

    path: str
    reason: str


def manifest_bytes(files: Mapping[str, bytes]) -> bytes:
    manifest = Manifest({path: digest(files[path]) for path in sorted(files)})
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def recorded(release: Path) -> dict[str, set[str]]:
    """For each path that a build wrote, the contents it may have left there: one, or two after a build that was killed.

    A missing or damaged record counts as empty: then every file that differs from the new release is taken for a
    student's.
    """
    known: dict[str, set[str]] = {}
    for name in (RECORD, NEXT_RECORD):
        try:
            manifest = msgspec.json.decode((release / name).read_bytes(), type=Manifest)
        except (OSError, msgspec.MsgspecError):
            continue
        for path, checksum in manifest.files.items():
            if is_inside(path):
                known.setdefault(path, set()).add(checksum)
    return known


def edited_files(release: Path, files: Mapping[str, bytes]) -> list[EditedFile]:
    """The files in `release` that writing `files` there, and removing what a build wrote before, would destroy."""
    known = recorded(release)
    edited = []
    for path in sorted({*files, *known}):
        target = release / path
        if target.is_symlink():
            edited.append(EditedFile(path, "is a link"))
        elif target.is_file():
            checksum = digest(target.read_bytes())
            fresh = files.get(path)
            if checksum not in known.get(path, set()) and (fresh is None or checksum != digest(fresh)):
                edited.append(EditedFile(path, "was changed" if path in known else "was not written by a build"))
    return edited


def left_over(release: Path, files: Iterable[str]) -> list[str]:
    """What an earlier build wrote and this one does not: to be removed."""
    return sorted(path for path in set(recorded(release)) - set(files) if (release / path).is_file())


def is_inside(path: str) -> bool:
    """True for a plain relative path: a record that was tampered with cannot make a build remove files elsewhere."""
    parts = path.split("/")
    return not path.startswith("/") and "\\" not in path and not any(part in ("", ".", "..") for part in parts)
