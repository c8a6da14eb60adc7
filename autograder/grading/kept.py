"""Results that are kept: what was graded once is not graded again, and an interruption costs only what was being worked on.

    <course>/results/<unit>/<key>.json    one Result, written whole as soon as it is there

The key is all that a Result follows from: the submission's bytes and how it was found, the course's files for the unit, the seed, the
isolation, the engine. Whatever changes, another key is asked for. A Result with a fault of ours is never kept. A file that is not whole is
no Result. Delete the folder to have everything graded again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import msgspec

import autograder
from autograder.course import Course, Unit
from autograder.course_units import earlier_stand_ins
from autograder.grading.batch import grade_all
from autograder.judge.layers import Isolation
from autograder.judge.profiles import cuda_present
from autograder.quiz.settings import mode_of
from autograder.results import Result, encode, write_atomically
from autograder.submission import Found
from autograder.submission.cells import UnreadableError
from autograder.submission.read import content_of

FOLDER = "results"


class KeptResults:
    """The Results of a course that are kept.

    Args:
        cannot_keep: told once, when there is no room for a Result; grading goes on.
    """

    def __init__(self, course: Course, isolation: Isolation, cannot_keep: Callable[[OSError], None]) -> None:
        self.folder = course.root / FOLDER
        self._course = course
        self._isolation = isolation
        self._cannot_keep = cannot_keep
        self._full = False
        self._of_units: dict[str, bytes] = {}

    def file_of(self, found: Found) -> Path | None:
        """Where the Result of that submission, as it is now, would be; None for a file that cannot be read."""
        try:
            content = content_of(found)
        except UnreadableError:
            return None
        described = msgspec.json.encode(msgspec.structs.replace(found, path=Path(found.path).name))
        key = _digest([self._everybodys, self._of(self._course.unit(found.unit)), described, content])
        return self.folder / found.unit / f"{key.hex()}.json"

    def read(self, file: Path) -> Result | None:
        try:
            return msgspec.json.decode(file.read_bytes(), type=Result)
        except (OSError, msgspec.MsgspecError):
            return None

    def forget(self, found: list[Found]) -> None:
        """Have these graded again."""
        for file in filter(None, map(self.file_of, found)):
            file.unlink(missing_ok=True)

    def write(self, file: Path, result: Result) -> None:
        """Keep a Result, unless it has a fault of ours."""
        if result.internal or self._full:
            return
        try:
            write_atomically(file, encode(result))
        except OSError as error:
            self._full = True
            self._cannot_keep(error)

    @cached_property
    def _everybodys(self) -> bytes:
        engine = sorted(Path(autograder.__file__).parent.rglob("*.py"))
        parts = [self._course.secret_seed.encode(), self._isolation.encode(), str(cuda_present()).encode()]
        return _digest([*parts, *(path.read_bytes() for path in engine)])

    def _of(self, unit: Unit) -> bytes:
        if unit.name not in self._of_units:
            files = [path for path in sorted(unit.secret.glob("*.py")) if path.is_file()]
            parts = [path.name.encode() + b"\0" + path.read_bytes() for path in files]
            parts.append(mode_of(self._course, unit.name).encode())
            self._of_units[unit.name] = _digest([*parts, *(text.encode() for text in earlier_stand_ins(unit))])
        return self._of_units[unit.name]


def grade_the_rest(
    found: list[Found], course: Course, isolation: Isolation, jobs: int, kept: KeptResults
) -> Iterator[Result]:
    """The Results of `found`: first those that are kept, then the others as they are ready; each is kept before it is given.

    Raises as `grade_all` does.
    """
    files = {(one.student, one.unit): kept.file_of(one) for one in found}
    rest = []
    for one in found:
        file = files[one.student, one.unit]
        known = kept.read(file) if file is not None else None
        if known is None:
            rest.append(one)
        else:
            yield known
    for result in grade_all(rest, course, isolation, jobs) if rest else ():
        file = files[result.submission, result.unit]
        if file is not None:
            kept.write(file, result)
        yield result


def _digest(parts: list[bytes]) -> bytes:
    """Of all the parts, and of where each ends."""
    return hashlib.blake2b(
        b"".join(hashlib.blake2b(part, digest_size=16).digest() for part in parts), digest_size=16
    ).digest()
