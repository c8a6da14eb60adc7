"""Unit 11: its ready-made parts keep the contract, the base model has the paper's size, and subtle mistakes do not learn to reverse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.course import find_course
from autograder.grading import Grader
from autograder.grading.reference import UnitReference
from autograder.grading.variants import mistakes_of, submission_of
from autograder.judge.protocol import Piece
from autograder.judge.proxy import Student
from autograder.judge.stand_ins import StandIns, provided
from autograder.quiz.samples import right_answers
from autograder.toolkit import assert_agrees, assert_value_error
from autograder.toolkit import tensors as t

COURSE = find_course(Path(__file__))
SIZES = (7, 9, 8, 2, 2, 12, 0.1, 10)
SRC = torch.tensor([[5, 3, 6, 4, 2], [4, 2, 0, 0, 0]])
TGT = torch.tensor([[1, 4, 6, 3], [1, 5, 0, 0]])


@pytest.fixture(scope="module")
def reference() -> UnitReference:
    return UnitReference(COURSE.unit("transformer"))


@pytest.fixture(scope="module")
def ready_made(reference: UnitReference) -> Student:
    return reference.load([Piece(reference.stand_ins, "stand_ins.py", 1)])


@pytest.fixture(scope="module")
def notebook(reference: UnitReference) -> dict[str, Any]:
    """All that the notebook defines, with the reference's solutions in it, built on ready-made parts."""
    namespace: dict[str, Any] = {"__name__": "transformer"}
    with provided(StandIns(reference.earlier.sources if reference.earlier else [])):
        for piece in reference.pieces:
            exec(piece.source, namespace)
    return namespace


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(COURSE) as grader:
        yield grader


def test_the_base_model_has_as_many_parameters_as_the_paper_needs(notebook: dict[str, Any]) -> None:
    with torch.device("meta"):
        model = notebook["Transformer"](11, 13)
    count = sum(parameter.numel() for parameter in model.parameters())
    assert count == 44_138_496 + 512 * (11 + 13) + 513 * 13


def test_the_ready_made_model_takes_the_weights_of_the_reference(ready_made: Student, reference: UnitReference) -> None:
    t.assert_parameters(ready_made.Transformer(*SIZES), reference.student.Transformer(*SIZES))
    mine, right = t.twins(ready_made, reference.student, "Transformer", *SIZES, seed=4)
    assert_agrees(mine(SRC, TGT)[TGT != 0], right(SRC, TGT)[TGT != 0])
    for eos in (2, 5, 8):
        found = ready_made.greedy_decode(mine, SRC, 1, eos, 6)
        assert_agrees(found, reference.student.greedy_decode(right, SRC, 1, eos, 6))


def test_ready_made_functions_agree_with_the_reference(ready_made: Student, reference: UnitReference) -> None:
    right = reference.student
    assert_agrees(ready_made.shift_right(TGT, 6), right.shift_right(TGT, 6))
    logits = torch.randn(2, 4, 9, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    assert_agrees(ready_made.label_smoothed_loss(logits, TGT, 0.3), right.label_smoothed_loss(logits, TGT, 0.3))
    assert_value_error(ready_made.label_smoothed_loss, logits, TGT[:, :3], names=["4", "3"])
    for step in (1, 99, 100, 101, 5000):
        expected = right.noam_learning_rate(step, 64, 100)
        assert_agrees(ready_made.noam_learning_rate(step, 64, 100), expected, scale=expected)
    assert_value_error(ready_made.noam_learning_rate, 0, 64, names=["0"])


@pytest.mark.slow
def test_a_mistake_in_the_model_costs_nothing_in_what_uses_it(grader: Grader, reference: UnitReference) -> None:
    variant = next(variant for variant in mistakes_of(reference.unit) if variant.name == "NoCausalMask")
    answers = right_answers(grader.course, reference.unit, "ann")
    result = grader.grade(submission_of(reference, [variant], "ann", answers))
    assert [exercise.name for exercise in result.exercises if exercise.points < exercise.max_points] == ["Transformer"]


def exact_share(notebook: dict[str, Any], change: Any, layers: int) -> float:
    """How well a changed model learns from the reference's loop, on the notebook's own sequences."""
    torch.manual_seed(3)
    model = notebook["Transformer"](13, 13, 32, 2, layers, 64, 0.0, 16)
    change(model)
    notebook["train"](model, notebook["reversal_batches"](700, seed=4))
    return float(notebook["share_of_exact_answers"](model, *notebook["reversal_batches"](1, 500, seed=5)[0]))


def without_causal_mask(model: Any) -> None:
    def decode(tgt: Any, memory: Any, src: Any) -> Any:
        words, real = model.positions(model.tgt_embedding(tgt)), (tgt != 0)[:, None, None]
        return model.output(model.decoder(words, memory, real, (src != 0)[:, None, None]))

    model.decode = decode


def without_positions(model: Any) -> None:
    for buffer in model.positions.buffers():
        buffer.zero_()


def without_residuals(model: Any) -> None:
    for part in model.modules():
        if hasattr(part, "norm"):
            part.forward = lambda x, sublayer_output, part=part: part.norm(sublayer_output)


@pytest.mark.slow
@pytest.mark.parametrize("change", [without_causal_mask, without_positions])
def test_a_subtly_wrong_model_does_not_learn_to_reverse(notebook: dict[str, Any], change: Any) -> None:
    assert exact_share(notebook, change, layers=1) < 0.5


@pytest.mark.slow
def test_two_layers_without_residuals_do_not_learn_to_reverse(notebook: dict[str, Any]) -> None:
    assert exact_share(notebook, without_residuals, layers=2) < 0.5


@pytest.mark.slow
def test_the_model_as_it_is_learns_to_reverse(notebook: dict[str, Any]) -> None:
    assert exact_share(notebook, lambda model: None, layers=1) >= 0.98
