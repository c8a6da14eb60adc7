"""The proof that nothing secret is in a release.

Secret is: what stands between solution markers; every other file under solutions/ that is not released by design
(graders, mistakes, alternatives, quizzes, whatever an author adds); the explanations of quizzes; and the course's
seed. Each secret line that is long enough to be told from any other is looked for in every file of the release, whatever
its type, with white space, quotes and escapes taken out of both: so it is found in JSON, in outputs and in metadata,
indented or joined to another.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course
from autograder.percent_script import BEGIN, END, read_script, solution_regions
from autograder.quiz.secrecy import cell_texts, explanations, public_texts, quiz_faults
from autograder.release.fresh import START_PAGE, released_as_they_are, units_with_sources

_SECRET_NAMES = re.compile(
    r"^(grade_\w+|mistakes|alternatives|quiz|course|equivalent)\.(py|toml|pyc)$|^(grade_\w+|mistakes|alternatives|quiz)\.cpython"
)
_MARKERS = (BEGIN, END, "BEGIN HIDDEN TESTS", "END HIDDEN TESTS", "BEGIN MARK SCHEME", "END MARK SCHEME")

_IGNORED = re.compile(r"\\[nrt]|[\s\\\"']+")
_PIECES = re.compile(r"\w+|[^\w\s]")
_MIN_PIECES, _MIN_LENGTH = 8, 18
"""A line with fewer words and signs (`return x`, `for row in rows:`) is written by anybody, and gives nothing away."""
_MIN_REGION_LENGTH = 10
_MIN_SEED_LENGTH = 6
_MIN_PATH_LENGTH = 8
_MOST_LINES = 3


@dataclass(frozen=True)
class _Secret:
    """A text to look for, what it is from, and its line there (0: no line to tell)."""

    needle: str
    where: str
    line: int = 0


def leaks(course: Course, release: Path) -> list[str]:
    """What in the folder `release` is secret: a sentence each, naming the released file and where the secret is from.

    Raises:
        CourseError: `course` has no solutions/ to compare with, or a script in it cannot be read.
    """
    files = {}
    messages = []
    for path in sorted(release.rglob("*")):
        name = path.relative_to(release).as_posix()
        if path.is_symlink():
            messages.append(f"{name} is a link: a release has files only.")
        elif path.is_file():
            files[name] = path.read_bytes()
    return messages + leaks_in(course, files)


def leaks_in(course: Course, files: Mapping[str, bytes]) -> list[str]:
    """The same for a release that is still in memory: path in the release to contents."""
    public = _public_texts(course)
    secrets = [*_regions(course, public.code), *_secret_files(course, public), *_seed(course), *_paths(course)]
    secrets += [
        _Secret(normal(text), where)
        for text, where in explanations(course)
        if len(normal(text)) >= _MIN_LENGTH and normal(text) not in public.with_quizzes
    ]
    messages = list(quiz_faults(files))
    for name, data in files.items():
        if _SECRET_NAMES.match(name.rsplit("/", 1)[-1]):
            messages.append(f"{name} has the name of a secret file: it is no part of a release.")
        text = "\n".join(_texts(data))
        messages += [
            f"{name} has a {marker} marker: the reference was not taken out." for marker in _MARKERS if marker in text
        ]
        haystack = normal(text)
        places: dict[str, list[int]] = {}
        for secret in secrets:
            if secret.needle in haystack:
                places.setdefault(secret.where, []).append(secret.line)
        messages += [f"{name} has text of {where}{_shown(lines)}." for where, lines in places.items()]
    return messages


def normal(text: str) -> str:
    """`text` as it is compared: without white space, quotes, backslashes and escaped line ends."""
    return _IGNORED.sub("", text)


@dataclass(frozen=True)
class _Public:
    """What is released by design, normalised: the text of the code files, that with lessons, and that with questions too."""

    code: str
    all: str
    with_quizzes: str


def _public_texts(course: Course) -> _Public:
    code: list[str] = []
    lessons: list[str] = []
    for unit in units_with_sources(course):
        code += [path.read_text("utf-8") for path in released_as_they_are(unit)]
        for cell in read_script(unit.script).cells:
            kept = cell.source.split("\n")
            for begin, end in reversed(solution_regions(cell.source)):
                del kept[begin : end + 1]
            lessons += kept
    start_page = course.root / "solutions" / START_PAGE
    if start_page.is_file():
        lessons.append(start_page.read_text("utf-8"))
    lessons += cell_texts(course)
    quizzes = public_texts(course)
    return _Public(*(normal("\n".join(texts)) for texts in (code, code + lessons, code + lessons + quizzes)))


def _regions(course: Course, public: str) -> Iterator[_Secret]:
    """Every distinctive line between markers, and each region as a whole.

    Lessons do not excuse a line: a reference pasted into a hint is a leak too.
    """
    for unit in units_with_sources(course):
        for cell in read_script(unit.script).cells:
            lines = cell.source.split("\n")
            for begin, end in solution_regions(cell.source):
                where = f"the solution of {cell.name} (solutions/{unit.name}/{unit.script.name})"
                region = lines[begin + 1 : end]
                for line in region:
                    if _is_distinctive(line) and normal(line) not in public:
                        yield _Secret(normal(line), where)
                whole = normal("\n".join(region))
                if len(whole) >= _MIN_REGION_LENGTH and whole not in public:
                    yield _Secret(whole, where)


def _secret_files(course: Course, public: _Public) -> Iterator[_Secret]:
    solutions = course.root / "solutions"
    by_design = {solutions / START_PAGE}
    for unit in units_with_sources(course):
        by_design |= {unit.script, *released_as_they_are(unit), unit.script.with_suffix(".ipynb")}
    for path in sorted(solutions.rglob("*")):
        if path in by_design or not path.is_file() or "__pycache__" in path.parts or ".ipynb_checkpoints" in path.parts:
            continue
        name = f"solutions/{path.relative_to(solutions).as_posix()}"
        excused = public.with_quizzes if path.name == "quiz.py" else public.all
        for number, line in _lines(path):
            if _is_distinctive(line) and normal(line) not in excused:
                yield _Secret(normal(line), name, number)


def _seed(course: Course) -> Iterator[_Secret]:
    seed = course.secret_seed
    if len(seed) < _MIN_SEED_LENGTH:  # "7" would be found everywhere
        return
    data = seed.encode("utf-8")
    for form in (seed, data.hex(), base64.b64encode(data).decode(), hashlib.sha256(data).hexdigest()):
        yield _Secret(normal(form), "the course's seed")


def _paths(course: Course) -> Iterator[_Secret]:
    root = f"{course.root.resolve()}/"
    if len(root) >= _MIN_PATH_LENGTH:  # "/app/" may stand in a lesson
        yield _Secret(normal(root), f"this machine's folders ({root})")


def _is_distinctive(line: str) -> bool:
    return len(line.strip()) >= _MIN_LENGTH and len(_PIECES.findall(line)) >= _MIN_PIECES


def _shown(lines: list[int]) -> str:
    numbers = sorted({line for line in lines if line})
    if len(numbers) > _MOST_LINES:
        return f" (lines {', '.join(map(str, numbers[:_MOST_LINES]))} and {len(numbers) - _MOST_LINES} more)"
    return f" (line{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))})" if numbers else ""


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file, with their numbers; of a notebook, the lines of its cells, since every notebook's JSON is alike."""
    text = path.read_bytes().decode("utf-8", "replace")
    if path.suffix == ".ipynb":
        try:
            cells = json.loads(text)["cells"]
            text = "\n".join("".join(cell["source"]) for cell in cells)
        except (ValueError, KeyError, TypeError, RecursionError):
            return enumerate(())
        return ((0, line) for line in text.splitlines())
    return enumerate(text.splitlines(), 1)


def _texts(data: bytes) -> Iterator[str]:
    """The file's text and, where it is JSON, each string in it: `\\u00fc` and the like are then what they stand for."""
    text = data.decode("utf-8", "replace")
    yield text
    try:
        yield from _strings(json.loads(text))
    except (ValueError, RecursionError):
        return


def _strings(value: object) -> Iterator[str]:
    """Every string in a JSON value; lists of strings, as notebooks keep their lines, once more in one piece."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield "".join(value)
        else:
            for item in value:
                yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
