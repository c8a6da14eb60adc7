"""A cell as Jupyter accepts it -> plain Python, line for line.

IPython's own scanner decides what is a magic (`%time`), a shell line (`!ls`) or a question (`softmax?`), so a `%`
inside a text or a formula is never taken for one. What it finds is replaced by `pass`: nothing of it can run here,
and line numbers stay right.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from tokenize import TokenInfo

TRANSPARENT = frozenset({"time", "timeit", "capture", "prun"})
"""Cell magics that run the rest of their cell as Python."""

CELL_MAGIC = re.compile(r"^(?P<blank>\s*)%%(?P<name>\w*)[^\n]*")

MAX_PASSES = 8
"""Scans of one cell. A magic with an open bracket hides those after it from the first scan; many are no honest cell."""

MAX_CELL_MAGICS = 5
"""`%%time` above `%%capture` happens; longer stacks are left as they are."""


@dataclass(frozen=True)
class Plain:
    """`left_out`: (line, text) of what was not Python; `language`: the name in `%%name` when the whole cell is not."""

    source: str
    left_out: tuple[tuple[int, str], ...] = ()
    language: str | None = None


def plain_python(source: str) -> Plain:
    """`source` without IPython's syntax. What is no Python even then is a mistake of the student's, and stays."""
    for _ in range(MAX_CELL_MAGICS):
        marked = CELL_MAGIC.match(source)
        if marked is None:
            break
        if marked["name"] not in TRANSPARENT:
            return Plain("", language=marked["name"] or "%%")
        source = "\n" * marked[0].count("\n") + source[marked.end() :]
    try:
        return _without_magics(source)
    except Exception:  # the scanner is not ours and the text is anything: then there is nothing to replace
        return Plain(source)


def _without_magics(source: str) -> Plain:
    # Imported here: plain Python, the usual case, never needs it.
    from IPython.core.inputtransformer2 import TransformerManager, make_tokens_by_line

    manager = TransformerManager()
    lines = [line + "\n" for line in source.split("\n")]
    blank = 0
    while blank < len(lines) and not lines[blank].strip():
        blank += 1
    cleaned = lines[blank:]
    for transform in manager.cleanup_transforms:
        cleaned = transform(cleaned)
    lines = lines[:blank] + cleaned
    left_out: dict[int, str] = {}
    for _ in range(MAX_PASSES):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            logical_lines = make_tokens_by_line(lines)
        found = [tokens for tokens in logical_lines if any(kind.find([tokens]) for kind in manager.token_transformers)]
        if not found:
            break
        for tokens in found:
            first, last = _extent(tokens, lines)
            left_out[first + 1] = "".join(lines[first : last + 1]).strip()
            indent = re.match(r"\s*", lines[first])
            lines[first] = f"{indent[0] if indent else ''}pass\n"
            lines[first + 1 : last + 1] = ["\n"] * (last - first)
    return Plain("".join(lines), tuple(sorted(left_out.items())))


def _extent(tokens: list[TokenInfo], lines: list[str]) -> tuple[int, int]:
    """First and last index in `lines` of a logical line; a magic ends with its line, whatever brackets it opens."""
    rows = [token.start[0] - 1 for token in tokens if token.string.strip()]
    first = rows[0]
    last = first
    while lines[last].rstrip("\n").endswith("\\") and last + 1 < len(lines):
        last += 1
    is_question = lines[rows[-1]].rstrip().endswith("?")
    return first, max(last, rows[-1]) if is_question else last
