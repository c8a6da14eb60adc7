"""The code of one exercise: its own statements, and the definitions, imports and assignments that they need."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Sequence

from autograder.submission.cells import printable
from autograder.submission.choice import choose, is_answer, is_stub, not_written, seemingly_defined
from autograder.submission.model import Fragment, Program
from autograder.submission.statements import ParsedCell, Role, Statement, future_features

KEPT = (Role.DEFINITION, Role.IMPORT, Role.ASSIGNMENT)
"""What is taken from cells other than the exercise's own: never a call, a loop or a print."""


def notebook_programs(exercises: Sequence[str], cells: list[ParsedCell]) -> dict[str, Program]:
    """A program for each exercise of a notebook: an exercise owns all statements of its cell."""
    choices = {exercise: choose(exercise, cells) for exercise in exercises}
    own = {name: frozenset(choice.cell.statements) if choice.cell else frozenset() for name, choice in choices.items()}
    programs = {}
    for exercise, choice in choices.items():
        if choice.cell is None:
            programs[exercise] = Program(exercise, [], choice.fault, choice.missing, choice.notices)
        else:
            notices = [
                f"Line {line} of {choice.cell.cell.origin} was left out: only Jupyter can run `{printable(text)[:60]}`."
                for line, text in choice.cell.left_out
            ]
            programs[exercise] = _assembled(exercise, cells, own, [*choice.notices, *notices])
    return programs


def module_programs(exercises: Sequence[str], cells: list[ParsedCell]) -> dict[str, Program]:
    """A program for each exercise of a plain module: an exercise owns the statements that define it."""
    own = {exercise: _answers(exercise, cells) for exercise in exercises}
    return {
        exercise: _assembled(exercise, cells, own, []) if own[exercise] else _without_answer(exercise, cells)
        for exercise in exercises
    }


def _answers(exercise: str, cells: list[ParsedCell]) -> frozenset[Statement]:
    """The statements that define `exercise`; a stub left beside the real definition does not undo it."""
    answers = [statement for cell in cells for statement in cell.statements if is_answer(exercise, statement)]
    return frozenset(answer for answer in answers if not is_stub(exercise, (answer,)))


def _without_answer(exercise: str, cells: list[ParsedCell]) -> Program:
    origin = cells[0].cell.origin if cells else "The file"
    for cell in cells:
        if cell.error and exercise in seemingly_defined(cell):
            return Program(exercise, [], fault=cell.error)
    statements = [statement for cell in cells for statement in cell.statements]
    if any(exercise in statement.binds - statement.defines for statement in statements):
        missing = f"`{exercise}` is imported in {origin}, not written: write the code itself there."
    elif any(is_answer(exercise, statement) for statement in statements):
        missing = not_written(exercise)
    else:
        missing = f"{origin} does not define `{exercise}`: the name must be `{exercise}`, letter for letter."
    return Program(exercise, [], missing=missing)


def _assembled(
    exercise: str, cells: list[ParsedCell], own: dict[str, frozenset[Statement]], notices: list[str]
) -> Program:
    placed = [(cell, statement) for cell in cells for statement in cell.statements]
    available = [
        statement
        for _, statement in placed
        if statement not in own[exercise] and statement.role in KEPT and _may_join(statement, own)
    ]
    kept = _with_needed(own[exercise], available)
    fragments = [
        Fragment(statement.source, cell.cell.origin, statement.line)
        for cell, statement in placed
        if statement in kept and statement.role is not Role.FUTURE
    ]
    features = future_features([statement for _, statement in placed])
    if features:
        origin, line = next((cell.cell.origin, item.line) for cell, item in placed if item.role is Role.FUTURE)
        fragments.insert(0, Fragment(f"from __future__ import {', '.join(features)}", origin, line))
    unbound = {name for item in kept for name in item.uses} - {name for item in kept for name in item.binds}
    return Program(exercise, fragments, notices=[*notices, *_notices_on_broken(exercise, cells, unbound)])


def _with_needed(own: frozenset[Statement], available: list[Statement]) -> set[Statement]:
    """`own` and, of the available statements, those that bind a name used by any statement kept."""
    binding: dict[str, list[Statement]] = defaultdict(list)
    for statement in available:
        for name in statement.binds:
            binding[name].append(statement)
    kept: set[Statement] = set()
    pending = [*own, *filter(_imports_all, available)]
    while pending:
        statement = pending.pop()
        if statement not in kept and statement.role is not Role.NEVER:
            kept.add(statement)
            # A name is looked up once: whatever binds it is taken at its first use.
            pending += [item for name in statement.uses for item in binding.pop(name, [])]
    return kept


def _may_join(statement: Statement, own: dict[str, frozenset[Statement]]) -> bool:
    """False for what would put another value in place of an exercise's chosen definition."""
    return all(
        not own[name] or (statement in own[name] and is_answer(name, statement))
        for name in statement.binds & own.keys()
    )


def _imports_all(statement: Statement) -> bool:
    """`from numpy import *` may bind any name, so it is always needed."""
    return isinstance(statement.node, ast.ImportFrom) and statement.node.names[0].name == "*"


def _notices_on_broken(exercise: str, cells: list[ParsedCell], unbound: set[str]) -> list[str]:
    notices = []
    for cell in cells:
        names = sorted(unbound & seemingly_defined(cell)) if cell.error else []
        if cell.error and names:
            what = " and ".join(f"`{name}`" for name in names)
            first_line = cell.error.split("\n", 1)[0]
            notices.append(f"`{exercise}` uses {what}, which is missing, because its cell was left out: {first_line}")
    return notices
