"""Replace the files of a release: all of them or none.

New files are written whole beside the release first; then each takes its place by one atomic rename. Files that do not
belong to the build are not touched, and folders stay the folders they were, so that an open notebook or terminal keeps
its place. Whatever interrupts it, an error or Ctrl-C, the files replaced so far are put back.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from autograder.course import CourseError
from autograder.release.manifest import NEXT_RECORD, RECORD, manifest_bytes
from autograder.results import write_atomically

_STAGING = ".building-"


def swap(release: Path, files: Mapping[str, bytes], remove: Sequence[str]) -> list[str]:
    """Make the files of `release` those of `files`, take away those of `remove`, and record what was written.

    Returns:
        The paths whose contents changed.

    Raises:
        CourseError: a folder or a link is where a file, or a folder of ours, belongs.
    """
    release.mkdir(parents=True, exist_ok=True)
    remove_leftovers(release)
    for path in files:
        _check_place(release, path)
    changed = [path for path, data in files.items() if not _holds(release / path, data)]
    record = manifest_bytes(files)
    if changed or remove:
        write_atomically(release / NEXT_RECORD, record)
        with tempfile.TemporaryDirectory(prefix=_STAGING, dir=release, ignore_cleanup_errors=True) as staging:
            _replace(release, Path(staging), {path: files[path] for path in changed}, remove)
    if not _holds(release / RECORD, record):
        write_atomically(release / RECORD, record)
    (release / NEXT_RECORD).unlink(missing_ok=True)
    return changed


def remove_leftovers(release: Path) -> None:
    """Take away what a build that was killed left beside the release."""
    for folder in release.glob(f"{_STAGING}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _replace(release: Path, staging: Path, files: Mapping[str, bytes], remove: Sequence[str]) -> None:
    for path, data in files.items():
        _write(staging / "new" / path, data)
    saved: list[tuple[Path, Path | None]] = []
    created: list[Path] = []
    try:
        for path in files:
            created += _make_folder((release / path).parent)
            saved.append(_save(release, staging, path))
            (staging / "new" / path).replace(release / path)
        for path in remove:
            saved.append(_save(release, staging, path))
            (release / path).unlink()
    except BaseException:
        if _put_back(saved, created):
            (release / NEXT_RECORD).unlink(missing_ok=True)
        raise
    for path in remove:
        _remove_empty_folder(release, (release / path).parent)


def _put_back(saved: list[tuple[Path, Path | None]], created: list[Path]) -> bool:
    """Undo what was done so far; False when something could not be undone, which does not stop the rest."""
    whole = True
    for target, copy in reversed(saved):
        try:
            if copy is None:
                target.unlink(missing_ok=True)
            else:
                copy.replace(target)
        except OSError:
            whole = False
    for folder in reversed(created):
        with suppress(OSError):
            folder.rmdir()
    return whole


def _check_place(release: Path, path: str) -> None:
    target = release / path
    if target.is_dir() and not target.is_symlink():
        raise CourseError(
            f"{target} is a folder, but a file of the release belongs there: move it away, then build again."
        )
    for folder in target.parents:
        if folder == release:
            return
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise CourseError(
                f"{folder} is not a plain folder, but the unit belongs there: move it away, then build again."
            )


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and not path.is_symlink() and path.read_bytes() == data


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _save(release: Path, staging: Path, path: str) -> tuple[Path, Path | None]:
    """A copy of the file now at `path`, to be put back if anything goes wrong; None where there is none."""
    target, copy = release / path, staging / "old" / path
    if not (target.is_symlink() or target.exists()):
        return target, None
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(target, copy, follow_symlinks=False)
    return target, copy


def _make_folder(folder: Path) -> list[Path]:
    """Make `folder` and those above it; the ones that were missing, outermost first."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir()
    return missing[::-1]


def _remove_empty_folder(release: Path, folder: Path) -> None:
    while folder != release and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
