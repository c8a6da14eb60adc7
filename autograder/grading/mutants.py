"""Fresh mutants of the references: what nobody thought of as a mistake, made by changing one thing at a time.

A grader is strong when it refuses every mutant. A mutant that it accepts is either right, then it stands with its reason in the unit's
`equivalent.toml`, or it shows a test that is missing:

    [softmax]
    "total = weights.sum(axis=axis) → …" = "why this is as right as the reference"
"""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course import CourseError, Unit
from autograder.grading.mutations import replacements
from autograder.grading.reference import UnitReference
from autograder.percent_script import Cell, CellKind, solution_regions


@dataclass(frozen=True)
class Mutant:
    """The solution cell of `exercise` with one thing changed.

    `change` tells it from the exercise's other mutants, and stays the same while the line does: "method: line → changed line".
    """

    exercise: str
    change: str
    source: str


def mutants_of(reference: UnitReference, exercise: str) -> list[Mutant]:
    """Every mutant of the exercise's reference, in the order of its lines; of two with the same code, the first."""
    cell = reference.script.solutions[exercise]
    tree = ast.parse(cell.source)
    changes: Counter[str] = Counter()
    seen = {ast.unparse(tree)}
    found = []
    for place in _places(tree, cell):
        for node in replacements(place.node, _modules(reference)):
            source, change = _changed(tree, place, node)
            code = source.replace("--", "")  # -(-1) is 1
            if code in seen or not _compiles(source):
                continue
            seen.add(code)
            changes[change] += 1
            times = f" [{changes[change]}]" if changes[change] > 1 else ""
            found.append(Mutant(exercise, change + times, source))
    return found


def equivalents_file(unit: Unit) -> Path:
    return unit.secret / "equivalent.toml"


def equivalents_of(unit: Unit) -> dict[str, dict[str, str]]:
    """Exercise to change to reason, of the mutants that are right; nothing where the unit has no such file.

    Raises:
        CourseError: the file cannot be read, or an entry has no reason.
    """
    path = equivalents_file(unit)
    if not path.is_file():
        return {}
    try:
        known = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is not valid TOML ({error}): mend it, then run the command again.") from None
    for exercise, entries in known.items():
        if not isinstance(entries, dict):
            raise CourseError(f"{path}: {exercise!r} stands outside a section: put it below its exercise's [name].")
        for change, reason in entries.items():
            if not isinstance(reason, str) or not reason.strip():
                raise CourseError(f"{path}: {exercise}, {change!r} has no reason: write why this code is right.")
    return known


@dataclass(frozen=True)
class _Place:
    """Where a node stands: a field of its parent, or an item of it. `statement` is the innermost one that it is part of."""

    parent: ast.AST
    field: str
    index: int | None
    statement: ast.stmt
    scope: tuple[str, ...]

    @property
    def node(self) -> ast.AST:
        value = getattr(self.parent, self.field)
        found: ast.AST = value if self.index is None else value[self.index]
        return found

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def _places(tree: ast.Module, cell: Cell) -> Iterator[_Place]:
    """Every node between the solution markers, in the order of the text."""
    regions = solution_regions(cell.source)
    inside = {number for begin, end in regions for number in range(begin + 2, end + 1)}
    for index, statement in enumerate(tree.body):
        for place in _below(_Place(tree, "body", index, statement, ())):
            if getattr(place.node, "lineno", place.statement.lineno) in inside and place.statement.lineno in inside:
                yield place


def _below(place: _Place) -> Iterator[_Place]:
    """The place, and those of everything in it. Annotations, decorators and texts have none."""
    yield place
    node = place.node
    scope = place.scope
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        scope = (*scope, node.name)
    for field, value in ast.iter_fields(node):
        if field in ("returns", "annotation", "decorator_list"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not isinstance(node, ast.FormattedValue):
                statement = child if isinstance(child, ast.stmt) else place.statement
                yield from _below(_Place(node, field, index, statement, scope))


def _changed(tree: ast.Module, place: _Place, node: ast.AST) -> tuple[str, str]:
    """The whole source with `node` at `place`, and the change in words; the tree is left as it was."""
    original = place.node
    whole = original is place.statement
    before = _first_line(place.statement)
    place.put(node)
    try:
        after = _first_line(node if whole else place.statement)
        source = ast.unparse(tree)
    finally:
        place.put(original)
    scope = "".join(f"{name}: " for name in place.scope[1:])
    return source, f"{scope}{before} → {'left out' if isinstance(node, ast.Pass) else after}"


def _first_line(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(node)).split("\n")[0]


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _modules(reference: UnitReference) -> frozenset[str]:
    """The names that the script imports modules under."""
    code = [cell.source for cell in reference.script.cells if cell.kind in (CellKind.CODE, CellKind.SOLUTION)]
    imports = [node for source in code for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import)]
    return frozenset((alias.asname or alias.name).split(".")[0] for node in imports for alias in node.names)
