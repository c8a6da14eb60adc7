"""The bytes of a notebook -> its cells.

Lenient: what can be understood is, the rest is named in a notice or, where nothing is left, in an `UnreadableError`.
"""

from __future__ import annotations

import codecs
import json
from typing import Any

from autograder.submission.cells import MAX_CODE, MAX_FILE, Cell, CellKind, UnreadableError

MAX_CELLS = 5_000
MAX_CONTAINERS = 2_000_000
"""Lists and dictionaries in the JSON text: each costs about 64 bytes in memory for as little as 3 bytes in the file."""

SAVE_AGAIN = "Open it in Jupyter, save it again, and hand in that file."

STRANGERS = {
    b"PK\x03\x04": "a zip archive",
    b"%PDF": "a PDF file",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
    b"<<<<<<<": "a file with unresolved merge conflicts",
}
"""What is handed in under a notebook's name by mistake, by its first bytes."""


def notebook_cells(data: bytes) -> tuple[list[Cell], list[str]]:
    """The cells of a notebook in document order, and notices about the file as a whole.

    Raises UnreadableError for anything that holds no cells.
    """
    notices: list[str] = []
    content = _parse(_decode(data, notices))
    if not isinstance(content, dict):
        raise UnreadableError(
            f"The notebook holds {_kind(content)} where Jupyter writes an object with cells. {SAVE_AGAIN}"
        )
    if "cells" not in content and isinstance(content.get("worksheets"), list):
        content = _upgraded(content)
        notices.append("The notebook is in an old format (version 3 or before): it was converted before reading.")
    elif content.get("nbformat") != 4:
        notices.append(f"The notebook says it has format {_shown(content.get('nbformat'))}: it was read as format 4.")
    entries = content.get("cells")
    if not isinstance(entries, list):
        raise UnreadableError(f"The notebook has no list of cells. {SAVE_AGAIN}")
    if len(entries) > MAX_CELLS:
        raise UnreadableError(f"The notebook has {len(entries)} cells; at most {MAX_CELLS} are read.")
    cells = [_cell(number, entry, notices) for number, entry in enumerate(entries, start=1)]
    if sum(len(cell.source) for cell in cells if cell.kind is CellKind.CODE) > MAX_CODE:
        raise UnreadableError(
            f"The notebook holds more than {MAX_CODE // 1024} KiB of code: take data out of its cells."
        )
    return cells, notices


def _decode(data: bytes, notices: list[str]) -> str:
    if len(data) > MAX_FILE:
        raise UnreadableError(
            f"The notebook has more than {MAX_FILE // 2**20} MiB: clear its outputs in Jupyter and save it."
        )
    if not data.strip(b" \t\r\n\0"):
        raise UnreadableError(f"The notebook is empty ({len(data)} bytes). {SAVE_AGAIN}")
    for start, what in STRANGERS.items():
        if data.lstrip()[: len(start)].lower() == start.lower():
            raise UnreadableError(f"The file is {what}, not a notebook: hand in the .ipynb file itself.")
    return decoded(data, notices)


def decoded(data: bytes, notices: list[str]) -> str:
    """`data` as text: UTF-8, or what its byte order mark says. Bytes that do not fit are replaced, with a notice."""
    encoding = "utf-8-sig"
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        encoding = "utf-32"
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        notices.append(
            f"The file is not valid UTF-8 (from byte {error.start}): characters that could not be read were replaced. "
            "Save it as UTF-8."
        )
        return data.decode(encoding, errors="replace")


def _parse(text: str) -> Any:
    if text.count("{") + text.count("[") > MAX_CONTAINERS:
        raise UnreadableError(
            f"The notebook holds more than {MAX_CONTAINERS} lists and objects: clear its outputs and save it again."
        )
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(
            f"The notebook is not valid JSON (line {error.lineno}, column {error.colno}: {error.msg}): "
            f"it was cut off or damaged. {SAVE_AGAIN}"
        ) from None
    except RecursionError:
        raise UnreadableError(f"The notebook is nested too deeply to be one. {SAVE_AGAIN}") from None
    except ValueError as error:  # a number of more digits than Python converts
        raise UnreadableError(f"The notebook is not valid JSON ({error}). {SAVE_AGAIN}") from None


def _upgraded(content: dict[str, Any]) -> dict[str, Any]:
    # Imported here: nbformat and its schemas take a second to load, and nearly no notebook needs them.
    import nbformat

    try:
        upgraded = nbformat.convert(nbformat.from_dict(content), 4)
        return json.loads(json.dumps(upgraded)) if isinstance(upgraded, dict) else {}
    except Exception as error:  # the converter trusts its input: damage shows as whatever its code happens to raise
        raise UnreadableError(
            f"The notebook is in an old format and could not be converted ({type(error).__name__}). {SAVE_AGAIN}"
        ) from None


def _cell(number: int, entry: object, notices: list[str]) -> Cell:
    """One entry of the list of cells. What cannot be one becomes a text cell, so that the others keep their numbers."""
    origin = f"cell {number}"
    if not isinstance(entry, dict):
        notices.append(f"{origin.capitalize()} is {_kind(entry)}, not a cell: it was ignored.")
        return Cell(origin, CellKind.TEXT, "")
    metadata = entry.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if not isinstance(nbgrader, dict):
        nbgrader = {}
    grade_id, cell_id = _text_or_none(nbgrader.get("grade_id")), _text_or_none(entry.get("id"))
    source = _source(entry.get("source", ""))
    if source is None:
        notices.append(f"{origin.capitalize()} has no readable text: it was ignored.")
        return Cell(origin, CellKind.TEXT, "", 1, grade_id, cell_id)
    kind = CellKind.TEXT
    if entry.get("cell_type") == "code":
        locked = nbgrader.get("grade") is True and nbgrader.get("solution") is not True
        named = any(name is not None and name.startswith("check-") for name in (grade_id, cell_id))
        kind = CellKind.CHECK if locked or named else CellKind.CODE
    elif entry.get("cell_type") not in ("markdown", "raw", "heading"):
        notices.append(f"{origin.capitalize()} is of no known type ({_shown(entry.get('cell_type'))}): it was not run.")
    return Cell(origin, kind, source, 1, grade_id, cell_id)


def _source(value: object) -> str | None:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = "".join(value)
    if not isinstance(value, str):
        return None
    # JSON can hold half a surrogate pair, which no encoding can write.
    return value.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _kind(value: object) -> str:
    names = {
        list: "a list",
        dict: "an object",
        str: "a text",
        bool: "a truth value",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), "nothing")


def _shown(value: object) -> str:
    return "nothing" if value is None else ascii(value)[:40]
