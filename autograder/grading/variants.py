"""Known mistakes and right alternatives of a unit, read from their files and made into submissions."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course import CourseError, Unit
from autograder.grading.reference import UnitReference
from autograder.judge.protocol import Piece
from autograder.percent_script import CellKind, read_python
from autograder.submission import Submission, program_from_source
from autograder.submission.model import Written


@dataclass(frozen=True)
class Variant:
    """A solution of `exercise` under a name of its own; `source` defines it under the exercise's name, with what it needs."""

    name: str
    exercise: str
    source: str
    caught_by: str = ""
    says: str = ""


def mistakes_of(unit: Unit) -> list[Variant]:
    return _variants(unit.mistakes, "mistake") if unit.mistakes.is_file() else []


def alternatives_of(unit: Unit) -> list[Variant]:
    return _variants(unit.alternatives, "alternative") if unit.alternatives.is_file() else []


def submission_of(
    reference: UnitReference, variants: list[Variant], student: str, quiz: Sequence[Written] = ()
) -> Submission:
    """The reference's module with each variant in its exercise's place, as a student's submission.

    Args:
        quiz: what the student has written in the quiz, for instance `right_answers`; without it the quiz stays open.
    """
    text = module_text(reference, variants)
    names = list(reference.script.solutions)
    origin = f"{reference.unit.slug}.py"
    programs = {name: program_from_source(name, text, origin) for name in names}
    return Submission(student, reference.unit.name, f"{student}/{origin}", programs, quiz=list(quiz))


def module_text(reference: UnitReference, variants: list[Variant]) -> str:
    replaced = {variant.exercise: variant.source for variant in variants}
    cells = [cell for cell in reference.script.cells if cell.kind in (CellKind.CODE, CellKind.SOLUTION)]
    return "\n\n".join(replaced.get(cell.name, cell.source) if cell.name else cell.source for cell in cells) + "\n"


def pieces_with(reference: UnitReference, variant: Variant) -> list[Piece]:
    return [*reference.pieces, Piece(variant.source, "mistakes.py", 1)]


def _variants(path: Path, decorator: str) -> list[Variant]:
    tree = ast.parse(read_python(path))
    prelude: list[ast.stmt] = []
    found: list[tuple[ast.FunctionDef | ast.ClassDef, dict[str, str]]] = []
    for node in tree.body:
        options = _options(path, node, decorator)
        if options is not None and isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.append((node, options))
        elif not isinstance(node, ast.Expr):
            prelude.append(node)
    needed = [
        node
        for node in prelude
        if not (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder"))
    ]
    return [_variant(node, options, needed) for node, options in found]


NEEDED = {"mistake": {"caught_by", "says"}, "alternative": set[str]()}
"""What is said of a variant beside its exercise."""


def _options(path: Path, node: ast.stmt, decorator: str) -> dict[str, str] | None:
    for mark in getattr(node, "decorator_list", []):
        if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == decorator:
            try:
                named = {keyword.arg or "": ast.literal_eval(keyword.value) for keyword in mark.keywords}
                exercise = ast.literal_eval(mark.args[0])
            except (ValueError, IndexError):
                raise CourseError(
                    f'{path}:{mark.lineno}: write @{decorator}("exercise", …) with plain strings.'
                ) from None
            if set(named) != NEEDED[decorator]:
                told = "".join(f", {name}=…" for name in sorted(NEEDED[decorator]))
                raise CourseError(f'{path}:{mark.lineno}: write @{decorator}("{exercise}"{told}), with all of these.')
            return {"exercise": exercise, **named}
    return None


def _is_mark(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") in ("mistake", "alternative")


def _variant(node: ast.FunctionDef | ast.ClassDef, options: dict[str, str], prelude: list[ast.stmt]) -> Variant:
    exercise = options.pop("exercise")
    name = node.name
    for inner in ast.walk(node):  # a class may name itself
        if isinstance(inner, ast.Name) and inner.id == name:
            inner.id = exercise
        if isinstance(inner, ast.Constant) and inner.value == name:
            inner.value = exercise
    node.name = exercise
    node.decorator_list = [mark for mark in node.decorator_list if not _is_mark(mark)]
    source = "\n".join(ast.unparse(statement) for statement in [*prelude, node])
    return Variant(name, exercise, source, **options)
