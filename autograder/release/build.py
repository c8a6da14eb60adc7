"""Build the release of a course, or say how the committed one differs from what a build would make.

Everything is made and checked in memory before the first file of the old release is touched.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.release.fresh import Fresh, make_release
from autograder.release.leaks import leaks_in
from autograder.release.manifest import RECORD, EditedFile, edited_files, left_over, manifest_bytes
from autograder.release.swap import swap
from autograder.results import write_atomically

_BYPRODUCTS = {"__pycache__", ".pytest_cache", ".hypothesis", ".ipynb_checkpoints", ".DS_Store"}
"""What using a release leaves in it: no part of it, and no reason to call it stale."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did, in paths relative to the release.

    `kept` maps each changed file that was moved away to where it is now.
    """

    units: tuple[str, ...]
    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    kept: dict[str, Path]


def build(course: Course, destination: Path | None = None, *, keep: Path | None = None) -> BuildReport:
    """Make the release of `course`.

    Args:
        course: a whole course, with its solutions/.
        destination: the release's folder; exercises/ if None.
        keep: where files that were changed since the last build are moved, into the next numbered folder; if None,
            such files stop the build.

    Returns:
        What was written, removed and moved.

    Raises:
        CourseError: an author's mistake (with file and line), a leak, or files that were changed in place and have
            no `keep`. Nothing of the release has been touched then.
    """
    release = destination or course.root / "exercises"
    fresh = make_release(course)
    _refuse_leaks(course, fresh)
    edited = edited_files(release, fresh.files)
    if edited and keep is None:
        raise CourseError(_refusal(release, edited))
    kept = _copy_away(release, edited, keep) if keep is not None else {}
    removed = left_over(release, fresh.files)
    written = swap(release, fresh.files, removed)
    for path, data in fresh.sources.items():
        write_atomically(course.root / "solutions" / path, data)
    return BuildReport(
        units=fresh.units,
        written=tuple(written),
        unchanged=tuple(path for path in fresh.files if path not in set(written)),
        removed=tuple(removed),
        kept=kept,
    )


def stale(course: Course) -> list[str]:
    """How the committed exercises/ differs from a fresh build, a sentence for each file; empty when it is fresh.

    Raises:
        CourseError: an author's mistake: nothing can be built.
    """
    release = course.root / "exercises"
    fresh = make_release(course)
    expected = {**fresh.files, RECORD: manifest_bytes(fresh.files)}
    messages = []
    for path, data in expected.items():
        target = release / path
        if not target.is_file():
            messages.append(f"exercises/{path} is missing: run `autograder build`.")
        elif target.read_bytes() != data:
            messages.append(f"exercises/{path} is not what a build makes: run `autograder build`.")
    messages += [
        f"exercises/{path} is not part of the release: remove it."
        for path in _all_files(release)
        if path not in expected
    ]
    return messages


def _refuse_leaks(course: Course, fresh: Fresh) -> None:
    found = leaks_in(course, fresh.files)
    if found:
        raise CourseError(f"The release would give away what is secret, so nothing was written: {' '.join(found)}")


def _refusal(release: Path, edited: list[EditedFile]) -> str:
    files = ", ".join(f"{file.path} ({file.reason})" for file in edited)
    return (
        f"Nothing was built, because a build would overwrite work in {release}: {files}. "
        "Run `autograder build --backup` to move these files to .course-backup/ first, or put them back as they were."
    )


def _copy_away(release: Path, edited: list[EditedFile], keep: Path) -> dict[str, Path]:
    """Copy the changed files to the next free number under `keep`; the swap then replaces or removes the originals."""
    if not edited:
        return {}
    folder = _next_folder(keep)
    kept = {}
    for file in edited:
        copy = folder / file.path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(release / file.path, copy, follow_symlinks=False)
        kept[file.path] = copy
    return kept


def _next_folder(keep: Path) -> Path:
    keep.mkdir(parents=True, exist_ok=True)
    taken = [int(entry.name) for entry in keep.iterdir() if entry.name.isdecimal()]
    folder = keep / str(max(taken, default=0) + 1)
    folder.mkdir()
    return folder


def _all_files(release: Path) -> list[str]:
    if not release.is_dir():
        return []
    paths = [path.relative_to(release) for path in release.rglob("*") if path.is_file() or path.is_symlink()]
    return sorted(path.as_posix() for path in paths if not _BYPRODUCTS.intersection(path.parts))
