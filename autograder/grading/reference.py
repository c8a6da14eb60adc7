"""A unit's secret side, loaded in this process: the reference and the named mistakes. Never sent to a student's worker."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from autograder.course import Unit
from autograder.course_units import built_on, earlier_stand_ins, read_text
from autograder.judge.protocol import Earlier, Load, Piece
from autograder.judge.proxy import Student, local
from autograder.judge.session import Session
from autograder.judge.transport import LocalTransport
from autograder.percent_script import CellKind, Script, read_script


@dataclass
class UnitReference:
    """The unit's script as something that can be called, and as pieces that a second worker can be given for timing."""

    unit: Unit

    @cached_property
    def script(self) -> Script:
        return read_script(self.unit.script)

    @cached_property
    def pieces(self) -> list[Piece]:
        code = [cell for cell in self.script.cells if cell.kind in (CellKind.CODE, CellKind.SOLUTION)]
        return [Piece(_without_checks(cell.source), f"{self.unit.slug}.py", cell.line + 1) for cell in code]

    @cached_property
    def student(self) -> Student:
        """The reference, with the surface of a student's submission, in this process."""
        return self.load(self.pieces)

    @property
    def local(self) -> LocalTransport:
        """What carries the calls of `student`."""
        transport = self.student.transport
        assert isinstance(transport, LocalTransport)
        return transport

    def guarded(self, forbidden: Sequence[str]) -> Student:
        """The reference again, held to what students are held to."""
        return self.load(self.pieces, list(forbidden))

    @cached_property
    def stand_ins(self) -> str:
        return read_text(self.unit.stand_ins) if self.unit.stand_ins.is_file() else ""

    @cached_property
    def earlier(self) -> Earlier | None:
        """What the unit builds on; None for a unit that stands alone."""
        names = built_on(self.unit)
        return Earlier(names, earlier_stand_ins(self.unit)) if names else None

    def load(self, pieces: list[Piece], forbidden: list[str] | None = None) -> Student:
        """Code of our own for this unit, loaded in this process. Raises RuntimeError naming the line when a piece raises."""
        session = Session()
        loaded = session.load(Load(0, pieces, forbidden or [], "", [], self.earlier))
        if loaded.failures:
            index, failure = next(iter(sorted(loaded.failures.items())))
            raise RuntimeError(f"{pieces[index].origin}: {failure.type_name}: {failure.message} ({failure.where})")
        return local(session)


def _without_checks(source: str) -> str:
    """The cell without expression statements: what it shows a student is not part of the reference. Lines keep their numbers."""
    lines = source.split("\n")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = ""
    return "\n".join(lines)
