"""Which cell is an exercise's.

In this order: the cell that carries the exercise's id, if it defines the name; another cell that does (the student
moved it; of several, the last, as when a notebook is run from top to bottom); the cell with the id, broken; any
broken cell that seems to define the name. What was passed over is told in a notice.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from autograder.submission.cells import CellKind
from autograder.submission.statements import ParsedCell, Statement

SEEMS_TO_DEFINE = re.compile(
    r"^(?:async[ \t]+)?(?:def|class)[ \t]+(?P<defined>\w+)|^(?P<assigned>\w+)[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE
)


@dataclass(frozen=True)
class Choice:
    """`cell` is the exercise's own, None where there is none; then `fault` or `missing` says why."""

    cell: ParsedCell | None
    fault: str | None = None
    missing: str | None = None
    notices: list[str] = field(default_factory=list)


def choose(exercise: str, cells: list[ParsedCell]) -> Choice:
    """The cell of `exercise` among the cells of a notebook."""
    meant = _original_first(exercise, cells)
    written = [cell for cell in meant if _is_written(exercise, cell)]
    notices = _notices_on_kinds(exercise, meant)
    if written:
        others = [cell for cell in meant if cell is not written[0] and cell.cell.kind is CellKind.CODE]
        if others:
            places = _places(exercise, [cell for cell in cells if cell is written[0] or cell in others])
            notices.append(
                f"There are {len(others) + 1} cells of `{exercise}` ({places}): {written[0].cell.origin} counted."
            )
        elsewhere = [cell for cell in cells if cell not in meant and _defines_for_real(exercise, cell)]
        if elsewhere:
            notices.append(
                f"`{exercise}` is also defined in {_places(exercise, elsewhere)}: its own, {written[0].cell.origin}, counted."
            )
        return Choice(written[0], notices=notices)
    moved = [cell for cell in cells if cell not in meant and _defines_for_real(exercise, cell)]
    if moved:
        notices += [_first_line(cell.error) for cell in meant if cell.error]
        also = f" It is also defined in {_places(exercise, moved[:-1])}." if moved[1:] else ""
        notices.append(
            f"`{exercise}` was found in {moved[-1].cell.place_of(exercise)}, not in its own cell: that code counted.{also}"
        )
        return Choice(moved[-1], notices=notices)
    broken = [cell for cell in meant if cell.error] or [
        cell for cell in cells if cell.error and exercise in seemingly_defined(cell)
    ]
    if broken:
        return Choice(None, fault=broken[0].error, notices=notices)
    return Choice(None, missing=_why_missing(exercise, meant, cells), notices=notices)


def is_answer(exercise: str, statement: Statement) -> bool:
    """True for a statement that defines `exercise`: a function or class, or an assignment that builds on one.

    A result kept under the function's name (`norm = norm(v)`) defines nothing.
    """
    return exercise in statement.defines and (
        _is_definition(exercise, statement.node) or _wraps(exercise, statement.node)
    )


def seemingly_defined(cell: ParsedCell) -> frozenset[str]:
    """Names that a cell with a syntax error would define, by the look of its lines."""
    return frozenset(found["defined"] or found["assigned"] for found in SEEMS_TO_DEFINE.finditer(cell.cell.source))


def is_stub(exercise: str, statements: tuple[Statement, ...]) -> bool:
    """True when whatever defines the name only raises NotImplementedError, or such a line stands in its place."""
    defining = [statement for statement in statements if exercise in statement.defines]
    definitions = [statement.node for statement in defining if _is_definition(exercise, statement.node)]
    if definitions:
        return all(map(_is_stub_body, definitions)) and not any(
            _wraps(exercise, statement.node) for statement in defining
        )
    return not defining and any(_raises_not_implemented(statement.node) for statement in statements)


def _original_first(exercise: str, cells: list[ParsedCell]) -> list[ParsedCell]:
    """The cells that carry the exercise's id; a pasted copy keeps the nbgrader id, but gets a cell id of its own."""
    meant = [cell for cell in cells if cell.cell.is_meant_for(exercise)]
    return sorted(meant, key=lambda cell: cell.cell.cell_id != exercise)


def _is_written(exercise: str, cell: ParsedCell) -> bool:
    defines = any(exercise in statement.defines for statement in cell.statements)
    return defines and not is_stub(exercise, cell.statements)


def _defines_for_real(exercise: str, cell: ParsedCell) -> bool:
    """Whether a cell without the exercise's id defines it: `norm = 3.5` in a scratch cell is a value, not an answer."""
    defining = [statement.node for statement in cell.statements if exercise in statement.defines]
    return any(_is_definition(exercise, node) for node in defining) and not is_stub(exercise, cell.statements)


def _is_definition(exercise: str, node: ast.stmt) -> bool:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name == exercise
        case ast.Assign(value=ast.Lambda()) | ast.AnnAssign(value=ast.Lambda()):
            return True
        case ast.If() | ast.Try() | ast.With():
            return any(
                isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and part.name == exercise
                for part in node.body
            )
        case _:
            return False


def _wraps(exercise: str, node: ast.stmt) -> bool:
    """`softmax = np.vectorize(softmax)`, `softmax = my_softmax`; not `softmax = softmax(x)` or `softmax = 3`."""
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    if not isinstance(value, ast.Call | ast.Name | ast.Attribute | ast.Subscript | ast.IfExp):
        return False
    return not any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == exercise
        for part in ast.walk(value)
    )


def _is_stub_body(node: ast.stmt) -> bool:
    """A docstring and `raise NotImplementedError`, in the function itself or in every method of the class."""
    match node:
        case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body):
            rest = _without_docstring(body)
            return len(rest) == 1 and _raises_not_implemented(rest[0])
        case ast.ClassDef(body=body):
            rest = _without_docstring(body)
            return bool(rest) and all(_raises_not_implemented(part) or _is_stub_body(part) for part in rest)
        case _:
            return False


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    is_docstring = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return body[1:] if is_docstring else body


def _raises_not_implemented(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Raise) or node.exc is None:
        return False
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _notices_on_kinds(exercise: str, meant: list[ParsedCell]) -> list[str]:
    notices = []
    for cell in meant:
        place = f"The cell of `{exercise}` ({cell.cell.origin})"
        if cell.cell.kind is CellKind.TEXT:
            notices.append(f"{place} is no code cell any more, so it was not run: change it back to code.")
        elif cell.language is not None:
            notices.append(f"{place} starts with %%{cell.language}: it is not Python and was not run.")
    return notices


def _why_missing(exercise: str, meant: list[ParsedCell], cells: list[ParsedCell]) -> str:
    if any(is_stub(exercise, cell.statements) for cell in meant or cells):
        return not_written(exercise)
    for cell in cells:
        if any(exercise in statement.binds - statement.defines for statement in cell.statements):
            return f"`{exercise}` is imported in {cell.cell.place_of(exercise)}, not written: write the code itself in its cell."
    for cell in cells:
        if cell.cell.kind is CellKind.CHECK and exercise in seemingly_defined(cell):
            place = f"a check cell, which is not read ({cell.cell.place_of(exercise)})"
            return f"`{exercise}` is defined in {place}: move the code to its own cell."
    code = [cell for cell in meant if cell.cell.kind is CellKind.CODE and cell.language is None]
    if code:
        return f"The cell of `{exercise}` ({_places(exercise, code)}) does not define it: check the name, letter for letter."
    if meant:
        return f"The cell of `{exercise}` ({_places(exercise, meant)}) is not run, and no other cell defines it."
    return f"The cell of `{exercise}` is gone, and no other cell defines it: copy it back from the original notebook."


def not_written(exercise: str) -> str:
    return f"`{exercise}` is not written yet: replace the line `raise NotImplementedError` with your code."


def _places(exercise: str, cells: list[ParsedCell]) -> str:
    places = [cell.cell.place_of(exercise) for cell in cells]
    return " and ".join(filter(None, ["; ".join(places[:-1]), places[-1]]))


def _first_line(text: str | None) -> str:
    return f"{(text or '').split(chr(10), 1)[0]}. That cell was left out."
