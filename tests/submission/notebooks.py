"""Notebooks, modules and courses for the tests of reading, built by code."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat

from autograder.course import Course, Unit
from autograder.submission import Found, Program, Submission, read_submission

IMPORTS = "import numpy as np"
SOFTMAX = "def softmax(x):\n    return np.exp(x) / np.exp(x).sum()"
STUB = 'def softmax(x):\n    """Scores into probabilities."""\n    raise NotImplementedError("not written yet")'


def solution(name: str, source: str, cell_id: str | None = None) -> dict:
    """The cell of an exercise, as released: nbgrader id and cell id are its name."""
    return _cell(source, cell_id or name, {"grade_id": name, "solution": True, "grade": False, "locked": False})


def check(name: str, source: str | None = None) -> dict:
    metadata = {"grade_id": f"check-{name}", "solution": False, "grade": True, "locked": True, "points": 4}
    return _cell(f"check({name})" if source is None else source, f"check-{name}", metadata)


def code(source: str, cell_id: str = "scratch") -> dict:
    """A cell that a student added."""
    return _cell(source, cell_id, None)


def text(source: str, cell_id: str = "words") -> dict:
    return nbformat.v4.new_markdown_cell(source, id=cell_id)


def _cell(source: str, cell_id: str, nbgrader: dict | None) -> dict:
    metadata = {"nbgrader": {"schema_version": 3, **nbgrader}} if nbgrader else {}
    return nbformat.v4.new_code_cell(source, id=cell_id, metadata=metadata)


def notebook(*cells: dict) -> bytes:
    """As Jupyter writes it, but without nbformat's repair of repeated ids: submissions are not repaired either."""
    whole = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False).encode()


def read(folder: Path, content: bytes, *exercises: str, name: str = "softmax.ipynb") -> Submission:
    path = folder / name
    path.write_bytes(content)
    return read_submission(Found("ann", "02_softmax", str(path)), list(exercises or ("softmax",)))


def program(folder: Path, *cells: dict, exercise: str = "softmax", others: tuple[str, ...] = ()) -> Program:
    """The program of `exercise` in a notebook of these cells."""
    return read(folder, notebook(*cells), exercise, *others).programs[exercise]


def sources(program: Program) -> list[str]:
    return [fragment.source for fragment in program.fragments]


def run(program: Program) -> dict:
    """What running the fragments in order defines: proof that they are enough, and no substitute for the worker."""
    scope: dict = {"__name__": "submission"}
    for fragment in program.fragments:
        exec(compile(fragment.source, fragment.origin, "exec"), scope)
    return scope


UNITS = {"01_vectors": ["dot", "norm"], "02_softmax": ["softmax", "log_softmax"]}


def course(root: Path) -> Course:
    """A course of two units with percent scripts."""
    for unit, names in UNITS.items():
        script = root / "solutions" / unit / f"{unit[3:]}.py"
        script.parent.mkdir(parents=True)
        script.write_text("# %%\nimport numpy\n" + "".join(f'# %% solution="{name}"\n' for name in names))
    return Course(root, {name: Unit(name, root) for name in UNITS})


def released_course(root: Path) -> Course:
    """The same course as a student has it: without solutions."""
    for unit, names in UNITS.items():
        path = root / "exercises" / unit / f"{unit[3:]}.ipynb"
        path.parent.mkdir(parents=True)
        cells = [cell for name in names for cell in (solution(name, ""), check(name))]
        path.write_bytes(notebook(text("# Lesson"), *cells))
    return Course(root, {name: Unit(name, root) for name in UNITS})


def with_changed(content: bytes, **changes: object) -> bytes:
    """A notebook's JSON with some of its top-level fields replaced."""
    return json.dumps({**json.loads(content), **changes}).encode()
