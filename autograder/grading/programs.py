"""From a submission's program for an exercise to what a worker is given."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.faults import Stopped
from autograder.judge.protocol import Piece
from autograder.results import Verdict
from autograder.submission import Program, Submission


def pieces_of(program: Program) -> list[Piece]:
    return [Piece(fragment.source, fragment.origin, fragment.line) for fragment in program.fragments]


def pieces_with(submission: Submission, exercise: str, beside: Sequence[str]) -> tuple[list[Piece], list[str]]:
    """The pieces of an exercise, after those of the other exercises that its tests use; each once.

    Returns:
        The pieces, and which of the others have nothing to run.
    """
    others = {name: submission.programs[name] for name in beside}
    usable = [program for program in others.values() if unusable(program) is None]
    programs = [*usable, submission.programs[exercise]]
    found = dict.fromkeys(piece for program in programs for piece in pieces_of(program))
    return list(found), [name for name, program in others.items() if program not in usable]


def unusable(program: Program) -> Stopped | None:
    """Why there is nothing to run, in the form every call then ends in; None when there is something."""
    if program.missing is not None:
        return Stopped(Verdict.MISSING, program.missing)
    if program.fault is not None:
        return Stopped(Verdict.ERROR, program.fault)
    return None
