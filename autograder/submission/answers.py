"""Cells -> what was written to the questions of the quiz: literals, read as Python reads its source. Nothing is run.

Counted are `quiz.answer("question", "B")` and `quiz.student("ada")` at the top level of any cell, and, in a question's own cell,
a literal that stands there alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from autograder.quiz.names import NAME_CELL, question_asked_in, question_of
from autograder.submission.cells import Cell, CellKind, printable
from autograder.submission.model import Written
from autograder.submission.statements import REFUSALS, Statement, parse_cell

LONGEST = 2_000
"""Characters of an answer, or of a cell that should hold one."""
_NAME = ""


def answers_in(cells: Sequence[Cell]) -> list[Written]:
    """Everything that was written, in the order of the cells; several entries for a question with several answers."""
    found: list[Written] = []
    for cell in cells:
        found += _edited_question(cell)
        question, rank = _owner(cell)
        if question is not None:
            found += _in_own_cell(cell, question, rank)
        elif cell.kind is CellKind.CODE and ("answer" in cell.source or "student" in cell.source):
            found += [written for call in parse_cell(cell).statements if (written := _written(cell, call, 2))]
    return found


def _owner(cell: Cell) -> tuple[str | None, int]:
    """The question whose own cell this is, "" for the student's name, and whether it is the original or a copy."""
    for name, rank in ((cell.cell_id, 0), (cell.grade_id, 1)):
        if name == NAME_CELL:
            return _NAME, rank
        if question := question_of(name):
            return question, rank
    return None, 2


def _edited_question(cell: Cell) -> Iterator[Written]:
    """A note where the locked cell that asks a question does not ask it any more."""
    question = question_asked_in(cell.cell_id)
    if question and "".join(cell.source.split()) != f'quiz.ask("{question}")':
        note = f"The question's own cell ({cell.place}) was changed. Graded is the question as it was released to you."
        yield Written(question, cell.origin, 2, notices=[note])


def _in_own_cell(cell: Cell, question: str, rank: int) -> Iterator[Written]:
    """Also of a cell that is no code cell any more: it is only read."""
    asked = f'quiz.answer("{question}", …)' if question else 'quiz.student("…")'
    if len(cell.source) > LONGEST:
        yield Written(question, cell.origin, rank, problem=f"{cell.place}, holds far more than `{asked}`.")
        return
    parsed = parse_cell(replace(cell, kind=CellKind.CODE))
    if parsed.error is not None or parsed.language is not None:
        reason = (parsed.error or f"it starts with %%{parsed.language}").split("\n", 1)[0]
        yield Written(question, cell.origin, rank, problem=f"{cell.place}, cannot be read. {_sentence(reason)}")
        return
    statements = [each for each in parsed.statements if not isinstance(each.node, ast.Import | ast.ImportFrom)]
    written = [(each, _written(cell, each, rank)) for each in statements]
    others = [each for each, answer in written if answer is None and _lone_literal(each) is None]
    notices = (
        [f"`{_first_line(others[0])}` in {cell.origin} was not run: an answer is read, not computed."] if others else []
    )
    answers = [answer for _, answer in written if answer is not None]
    own = [answer for answer in answers if answer.question == question]
    alone = [literal for each in statements if (literal := _lone_literal(each)) is not None]
    if not own and alone:
        own = [_of_value(question, cell, rank, alone[-1])]
    if not own and (statements or not _is_empty(cell)):
        own = [Written(question, cell.origin, rank, problem=f"{cell.place}, has no `{asked}` in it.")]
    for answer in own:
        yield Written(question, answer.origin, rank, answer.literal, answer.problem, notices, answer.place)
    yield from (_elsewhere(answer) for answer in answers if answer.question != question)


def _sentence(text: str) -> str:
    """Python's own messages end as they like: "invalid syntax", "Perhaps you forgot a comma?"."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"


def _elsewhere(answer: Written) -> Written:
    """An answer to another question: there it stands elsewhere than in its own cell."""
    return Written(answer.question, answer.origin, 2, answer.literal, answer.problem, place=answer.place)


def _written(cell: Cell, statement: Statement, rank: int) -> Written | None:
    """What a statement answers, if it is a call of ours."""
    node = statement.node
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return None
    call = node.value
    function = _function(call.func)
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    if function == "student":
        return _of_value(_NAME, cell, rank, values[0] if values else None)
    if function != "answer" or not values:
        return None
    first = values[0]
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return None
    if len(values) > 2:
        return Written(
            first.value,
            cell.origin,
            rank,
            problem=f"{cell.place_of(function)}, gives several answers at once: put them in one literal.",
        )
    return _of_value(first.value, cell, rank, values[1] if len(values) > 1 else None)


def _function(node: ast.expr) -> str:
    """`answer` for `quiz.answer` and for `answer`."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "quiz":
        return node.attr
    return node.id if isinstance(node, ast.Name) and node.id == "answer" else ""


def _of_value(question: str, cell: Cell, rank: int, value: ast.expr | None) -> Written:
    if value is None:
        return Written(question, cell.origin, rank)
    if _is_literal(value):
        text = ast.unparse(value)
        if len(text) <= LONGEST:
            return Written(question, cell.origin, rank, text, place=cell.place_of(question or "student"))
        return Written(question, cell.origin, rank, problem=f"The answer in {cell.origin} has {len(text)} characters.")
    code = " ".join((ast.get_source_segment(cell.source, value) or "The answer").split())
    shown = printable(code if len(code) <= 60 else f"{code[:50]} …")
    return Written(
        question,
        cell.origin,
        rank,
        problem=f"`{shown}` in {cell.origin} is code, which is not run: write the answer itself.",
    )


def _is_literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except (*REFUSALS, TypeError, ArithmeticError):  # {[]: 1}; nothing else is evaluated
        return False
    return True


def _lone_literal(statement: Statement) -> ast.expr | None:
    """The literal that a statement consists of, if it does."""
    node = statement.node
    return node.value if isinstance(node, ast.Expr) and _is_literal(node.value) else None


def _is_empty(cell: Cell) -> bool:
    return all(not line.strip() or line.strip().startswith("#") for line in cell.source.split("\n"))


def _first_line(statement: Statement) -> str:
    return printable(statement.source.split("\n", 1)[0][:80])
