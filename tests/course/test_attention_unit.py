"""Unit 03: its ready-made functions keep the contract, and its last cell reproduces the worked example with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autograder.course import find_course
from autograder.grading.reference import UnitReference
from autograder.judge.protocol import Piece
from autograder.judge.proxy import Student
from autograder.percent_script import CellKind, read_script
from autograder.toolkit import assert_agrees, assert_value_error

COURSE = find_course(Path(__file__))
DTYPES = [np.float64, np.float32, np.int64]
BATCHES = [(), (2,), (2, 3)]


@pytest.fixture(scope="module")
def reference() -> UnitReference:
    return UnitReference(COURSE.unit("attention"))


@pytest.fixture(scope="module")
def ready_made(reference: UnitReference) -> Student:
    return reference.load([Piece(reference.stand_ins, "stand_ins.py", 1)])


def numbers(*shape: int) -> np.ndarray:
    """Whole numbers from -2 to 2, as floats."""
    return np.rint(2.5 * np.cos(np.arange(np.prod(shape)) + len(shape))).reshape(shape)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("batch", BATCHES)
def test_ready_made_functions_agree_with_the_reference(
    ready_made: Student, reference: UnitReference, dtype: type, batch: tuple[int, ...]
) -> None:
    def given(*shape: int) -> np.ndarray:
        return numbers(*shape).astype(dtype)

    q, k, v = given(*batch, 3, 4), given(*batch, 5, 4), given(*batch, 5, 2)
    words = given(*batch, 3, 6), given(6, 4), given(6, 4), given(6, 2)
    calls = {
        "project": words,
        "attention_scores": (q, k),
        "weighted_values": (given(*batch, 3, 5), v),
        "scaled_dot_product_attention": (q, k, v),
        "self_attention": words,
    }
    for name, arguments in calls.items():
        assert_agrees(getattr(ready_made, name)(*arguments), getattr(reference.student, name)(*arguments), scale=100.0)
    assert_agrees(ready_made.attention_scores(q, k, False), reference.student.attention_scores(q, k, False))


def test_ready_made_functions_refuse_what_does_not_fit(ready_made: Student) -> None:
    q, k, v = numbers(2, 7), numbers(3, 5), numbers(1, 4)
    assert_value_error(ready_made.project, q, numbers(5, 2), numbers(5, 2), numbers(5, 2), names=["7", "5"])
    assert_value_error(ready_made.attention_scores, q, k, names=["7", "5"])
    assert_value_error(ready_made.weighted_values, numbers(2, 3), v, names=["3", "1"])
    assert_value_error(ready_made.scaled_dot_product_attention, numbers(2, 5), k, v, names=["3", "1"])


def run_notebook(reference: UnitReference, without: str | None = None) -> dict[str, object]:
    """Run the unit's code cells in order, as a kernel does; the exercise `without` is left as a stub."""
    namespace: dict[str, object] = {"check": lambda function: None}
    for cell in read_script(reference.unit.script).cells:
        if cell.kind in (CellKind.CODE, CellKind.SOLUTION):
            exec(cell.source.replace("import check, plot_attention", "import plot_attention"), namespace)
        if cell.name == without:
            exec(f"def {without}(*arguments, **named):\n    raise NotImplementedError('not written yet')", namespace)
    return namespace


def test_the_last_cell_reproduces_the_worked_example(
    reference: UnitReference, capsys: pytest.CaptureFixture[str]
) -> None:
    run_notebook(reference)
    shown = capsys.readouterr().out
    rows = [line for line in shown.splitlines() if line.startswith("    [")]
    assert len(rows) == 27
    assert all(row.endswith("✓") for row in rows)


def test_the_last_cell_says_what_to_do_while_a_function_is_missing(
    reference: UnitReference, capsys: pytest.CaptureFixture[str]
) -> None:
    run_notebook(reference, without="project")
    assert capsys.readouterr().out.strip() == "Write the functions above first, then run this cell again."


def test_the_last_cell_marks_what_is_not_the_same(reference: UnitReference, capsys: pytest.CaptureFixture[str]) -> None:
    namespace = run_notebook(reference)
    capsys.readouterr()
    namespace["compare"]("scores", np.array([[2.0, 4.1]]), [[2, 4]])  # type: ignore[operator]
    assert "✗" in capsys.readouterr().out
