"""The line printed beside a counterexample gives the student's answer again, whatever kind of call it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course import find_course
from autograder.faults import StudentError
from autograder.grading import outcome
from autograder.grading.again import line_of
from autograder.grading.matrix import grade_variant
from autograder.grading.variants import mistakes_of, pieces_with
from autograder.judge.calls import Call
from autograder.judge.proxy import Handle
from autograder.judge.transport import LocalTransport
from autograder.toolkit import assert_agrees

COURSE = find_course(Path(__file__).parent)
UNITS = [COURSE.unit(slug) for slug in ("vectors", "softmax", "multihead", "addnorm")]
"""Objects, functions, weights drawn from a generator, modules."""
REMEMBERING = ("SharesOneList",)
"""What these give follows from all earlier calls: no line alone can give it again."""


def first_of_each_exercise(unit):
    mistakes = [mistake for mistake in reversed(mistakes_of(unit)) if mistake.name not in REMEMBERING]
    return list({mistake.exercise: mistake for mistake in mistakes}.values())


def repeated(line: str, names: dict[str, Any]) -> Any:
    """What the line gives below the student's code; the error, where it raises one."""
    first, _, last = line.rpartition("; ")
    exec(first, names)
    try:
        with np.errstate(all="ignore"):
            return eval(last, names)
    except Exception as error:
        return error


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS, ids=[unit.slug for unit in UNITS])
def test_the_line_beside_a_counterexample_gives_the_answer_again(grader, unit, monkeypatch):
    grader.prepare(unit.name)  # which tries the tests on code that knows nothing
    told: list[tuple[Call, str | None]] = []

    def kept(call: Call) -> str | None:
        told.append((call, line_of(call)))
        return told[-1][1]

    monkeypatch.setattr(outcome, "line_of", kept)
    with_a_line = 0
    for mistake in first_of_each_exercise(unit):
        told.clear()
        grade_variant(grader, unit, mistake)
        reference = grader.reference(unit)
        loaded = reference.load(pieces_with(reference, mistake)).transport
        assert isinstance(loaded, LocalTransport)
        lines = [(call, line) for call, line in told if line and not isinstance(call.value, Handle)]
        for call, line in lines:
            again = repeated(line, loaded.session.namespace)
            if isinstance(call.error, StudentError):
                assert type(again).__name__ == call.error.type_name, line
            else:
                assert_agrees(again, call.value)
        with_a_line += bool(lines)
    assert with_a_line >= len(first_of_each_exercise(unit)) / 2
