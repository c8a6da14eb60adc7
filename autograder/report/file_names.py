"""File names for pages about students whose names are anything at all.

A name that is a good file name already stays as it is. Any other keeps its letters and digits and gets a short digest
of the whole, so that names which differ only in what was taken out, or only in case, keep separate files everywhere.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from pathlib import PurePosixPath

from autograder.results import Result

INDEX = "index.html"
_MOST_BYTES = 100
_DEVICES = frozenset(["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))])
"""What Windows opens as a device, with any ending."""


def page_paths(results: list[Result]) -> list[PurePosixPath]:
    """`<unit>/<student>.html` for each Result: relative, safe, all different even where case does not count."""
    units = _safe_names([result.unit for result in results])
    students = _safe_names([result.submission for result in results])
    taken: set[str] = set()
    paths = []
    for unit, student in zip(units, students, strict=True):
        path, again = PurePosixPath(unit, f"{student}.html"), 1
        while str(path).casefold() in taken:
            again += 1
            path = PurePosixPath(unit, f"{student}~{again}.html")
        taken.add(str(path).casefold())
        paths.append(path)
    return paths


def _safe_names(names: list[str]) -> list[str]:
    """One for each name, equal only for equal names."""
    kept = {name: _kept(name) for name in names}
    claims = Counter(text.casefold() for text in kept.values())
    unchanged = {
        name for name, text in kept.items() if text == name and claims[text.casefold()] == 1 and not _is_reserved(text)
    }
    return [name if name in unchanged else f"{kept[name] or 'unnamed'}~{_digest(name)}" for name in names]


def _kept(name: str) -> str:
    """Letters, digits, `-`, `_`, inner dots and single spaces of `name`, not longer than a file system takes."""
    composed = unicodedata.normalize("NFKC", name)
    text = " ".join("".join(letter if _is_plain(letter) else " " for letter in composed).split()).strip(".- ")
    return text.encode("utf-8")[:_MOST_BYTES].decode("utf-8", "ignore").strip(".- ")


def _is_plain(character: str) -> bool:
    return character in "-_." or unicodedata.category(character)[0] in "LN"


def _is_reserved(text: str) -> bool:
    return not text or text.casefold() == INDEX or text.casefold().split(".")[0] in _DEVICES


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
