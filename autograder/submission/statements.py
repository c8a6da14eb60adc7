"""A cell -> its top-level statements, each with its text, its place, and the global names it binds and uses.

Python's own compiler and symbol table answer every question of scope; nothing is run.
"""

from __future__ import annotations
import __future__

import ast
import symtable
import warnings
from dataclasses import dataclass
from enum import Enum

from autograder.submission.cells import Cell, CellKind, printable
from autograder.submission.ipython import plain_python

REFUSALS = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)
"""What Python's parser and compiler raise for texts that are no programs, null bytes and deep nesting included."""


class Role(Enum):
    """What a statement is when it stands in a cell other than the exercise's own."""

    DEFINITION = "definition"
    """A function or class."""
    IMPORT = "import"
    ASSIGNMENT = "assignment"
    """Binds plain names only."""
    FUTURE = "future"
    ACTION = "action"
    """Anything else: runs in the exercise's own cell only."""
    NEVER = "never"
    """`if __name__ == "__main__":`, and what only Jupyter can run."""


@dataclass(frozen=True, eq=False)
class Statement:
    """`binds` and `uses` are global names; `binds` without those that are only imported is `defines`."""

    node: ast.stmt
    source: str
    line: int
    role: Role
    binds: frozenset[str]
    defines: frozenset[str]
    uses: frozenset[str]


@dataclass(frozen=True, eq=False)
class ParsedCell:
    """A cell without statements may have an `error` (with line and caret) or a `language` other than Python (`%%bash`).

    `left_out` are lines, with their numbers in the cell, that only Jupyter can run.
    """

    cell: Cell
    statements: tuple[Statement, ...] = ()
    error: str | None = None
    language: str | None = None
    left_out: tuple[tuple[int, str], ...] = ()


def parses(source: str) -> bool:
    """True when `source` is valid Python by Jupyter's rules, which allow `await` at the top level."""
    return not isinstance(_compiled(source), Exception)


def parse_cell(cell: Cell) -> ParsedCell:
    """Text and check cells have no statements; a code cell that is not Python has an error instead."""
    if cell.kind is not CellKind.CODE:
        return ParsedCell(cell)
    source = cell.source
    tree = _compiled(source)
    left_out: tuple[tuple[int, str], ...] = ()
    if isinstance(tree, Exception):
        plain = plain_python(source)
        if plain.language is not None:
            return ParsedCell(cell, language=plain.language)
        source, left_out = plain.source, plain.left_out
        tree = _compiled(source)
    if isinstance(tree, Exception):
        return ParsedCell(cell, error=_described(tree, cell))
    lines = source.split("\n")
    statements = []
    for node in tree.body:
        text, line = _text_of(node, lines)
        statement = _statement(node, text, cell.line + line - 1)
        if statement.role is Role.NEVER and not _is_main_block(node):
            left_out = (*left_out, (line, text.split("\n", 1)[0]))
        statements.append(statement)
    return ParsedCell(cell, tuple(statements), left_out=left_out)


def _compiled(source: str) -> ast.Module | Exception:
    """The tree of `source`, or what the compiler has against it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(source)
            compile(tree, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except REFUSALS as error:
            return error
    return tree


def _described(error: Exception, cell: Cell) -> str:
    """ "SyntaxError in cell 5, line 3: invalid syntax", then the student's line and a caret below the place."""
    if not isinstance(error, SyntaxError):
        why = "it is nested too deeply" if isinstance(error, RecursionError | MemoryError) else str(error)
        return f"SyntaxError in {cell.origin}: {why}"
    lines = cell.source.split("\n")
    number = error.lineno or 0
    heading = f"{type(error).__name__} in {cell.origin}"
    if not 1 <= number <= len(lines):
        return f"{heading}: {error.msg}"
    original = lines[number - 1].rstrip()
    # The compiler may have seen the line without its indentation or prompt: the rest is where the original has it.
    offset = max(error.offset or 1, 1)
    if error.text is not None and error.text.strip() and error.text.strip() in original:
        seen = error.text.rstrip("\n")
        offset += original.index(seen.strip()) - (len(seen) - len(seen.lstrip()))
    text = original.lstrip()
    column = min(max(offset - 1 - (len(original) - len(text)), 0), len(text))
    start = max(0, column - 80)
    shown = printable(text[start : start + 120].replace("\t", " "))
    return f"{heading}, line {cell.line + number - 1}: {error.msg}\n    {shown}\n    {' ' * (column - start)}^"


def _text_of(node: ast.stmt, lines: list[str]) -> tuple[str, int]:
    """A statement's text with its decorators, and its first line."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    taken = lines[first - 1 : node.end_lineno]
    start = 0 if decorators else node.col_offset
    # Columns count bytes of UTF-8.
    taken[-1] = taken[-1].encode()[: node.end_col_offset].decode()
    taken[0] = taken[0].encode()[start:].decode()
    return "\n".join(taken), first


def _statement(node: ast.stmt, text: str, line: int) -> Statement:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "cell", "exec", dont_inherit=True)
            table = symtable.symtable(text, "cell", "exec")
    except REFUSALS:  # a top-level await, or a statement that means something to Jupyter only
        return Statement(node, text, line, Role.NEVER, frozenset(), frozenset(), frozenset())
    symbols = table.get_symbols()
    defines = frozenset(symbol.get_name() for symbol in symbols if symbol.is_assigned())
    imports = frozenset(symbol.get_name() for symbol in symbols if symbol.is_imported())
    try:
        role = _role(node)
    except RecursionError:  # thousands of `elif`: valid, but no definition
        role = Role.ACTION
    return Statement(node, text, line, role, defines | imports, defines, frozenset(_globals_used(table)))


def _globals_used(table: symtable.SymbolTable) -> set[str]:
    """Global names that the code of `table` reads, at once or when its functions are called.

    A class body's own names may stand for global ones until they are bound, so they count.
    """
    used: set[str] = set()
    pending = [table]
    while pending:
        scope = pending.pop()
        is_function = scope.get_type() == "function"
        for symbol in scope.get_symbols():
            if symbol.is_global() if is_function else symbol.is_referenced():
                used.add(symbol.get_name())
        pending.extend(scope.get_children())
    return used


def _role(node: ast.stmt) -> Role:
    if _is_main_block(node) or _calls_jupyter(node):
        return Role.NEVER
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return Role.DEFINITION
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return Role.FUTURE
    if isinstance(node, ast.Import | ast.ImportFrom):
        return Role.IMPORT
    if _binds_plain_names(node):
        return Role.ASSIGNMENT
    if isinstance(node, ast.If | ast.Try) and all(map(_is_passive, _inner_statements(node))):
        return Role.ASSIGNMENT
    return Role.ACTION


def _is_passive(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or _role(node) in (Role.DEFINITION, Role.IMPORT, Role.ASSIGNMENT)


def _inner_statements(node: ast.If | ast.Try) -> list[ast.stmt]:
    """What is inside `try: import torch` … `except ImportError: torch = None`, or a choice between definitions."""
    inner = [*node.body, *node.orelse]
    if isinstance(node, ast.Try):
        inner += [*node.finalbody, *(statement for handler in node.handlers for statement in handler.body)]
    return inner


def _binds_plain_names(node: ast.stmt) -> bool:
    match node:
        case ast.Assign(targets=targets):
            pending: list[ast.expr] = list(targets)
        case ast.AnnAssign(target=target, value=ast.expr()) | ast.AugAssign(target=target):
            pending = [target]
        case _:
            return False
    while pending:
        match pending.pop():
            case ast.Name():
                pass
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                pending.extend(parts)
            case ast.Starred(value=part):
                pending.append(part)
            case _:
                return False
    return True


def _is_main_block(node: ast.stmt) -> bool:
    """`if __name__ == "__main__":`, either way round."""
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
        return False
    sides = [node.test.left, *node.test.comparators]
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides) and any(
        isinstance(side, ast.Constant) and side.value == "__main__" for side in sides
    )


def _calls_jupyter(node: ast.stmt) -> bool:
    """Exports to .py write magics as calls of `get_ipython()`, which only exists in Jupyter."""
    if not isinstance(node, ast.Expr | ast.Assign):
        return False
    return any(isinstance(part, ast.Name) and part.id == "get_ipython" for part in ast.walk(node))


def future_features(statements: list[Statement]) -> list[str]:
    """The features that `from __future__ import …` statements name, in order, without repeats."""
    found: dict[str, None] = {}
    for statement in statements:
        if statement.role is Role.FUTURE and isinstance(statement.node, ast.ImportFrom):
            found.update(dict.fromkeys(alias.name for alias in statement.node.names))
    return [name for name in found if name in __future__.all_feature_names and name != "barry_as_FLUFL"]
