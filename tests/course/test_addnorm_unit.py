"""Unit 08: its ready-made parts keep the contract, nobody is marked down twice, and what the notebook says of its figures is true."""

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
from autograder.quiz.samples import right_answers
from autograder.toolkit import assert_agrees, assert_value_error
from autograder.toolkit import tensors as t

COURSE = find_course(Path(__file__))
CLASSES = {"LayerNorm": ([5], 1), "AddNorm": ([5], 2), "FeedForward": ([5, 7], 1)}  # arguments, inputs of `forward`


def words(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture(scope="module")
def reference() -> UnitReference:
    return UnitReference(COURSE.unit("addnorm"))


@pytest.fixture(scope="module")
def ready_made(reference: UnitReference) -> Student:
    return reference.load([Piece(reference.stand_ins, "stand_ins.py", 1)])


@pytest.fixture(scope="module")
def notebook(reference: UnitReference) -> dict[str, Any]:
    """All that the notebook defines, with the reference's solutions in it."""
    namespace: dict[str, Any] = {"__name__": "addnorm"}
    for piece in reference.pieces:
        exec(piece.source, namespace)
    return namespace


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(COURSE) as grader:
        yield grader


@pytest.mark.parametrize("name", ["layer_norm", "batch_norm"])
def test_ready_made_functions_agree_with_the_reference(
    ready_made: Student, reference: UnitReference, name: str
) -> None:
    mine, right = getattr(ready_made, name), getattr(reference.student, name)
    x, weight, bias = words(1, 3, 5), words(2, 5), words(3, 5)
    assert_agrees(mine(x, weight, bias, 0.5), right(x, weight, bias, 0.5))
    whole = (3 * x).long()
    assert_agrees(mine(whole, weight.float(), bias.float()), right(whole, weight.float(), bias.float()), scale=10.0)
    assert_value_error(mine, x, weight[:1], bias, names=["1", "5"])
    assert_value_error(mine, x, weight, bias[:4], names=["4", "5"])


@pytest.mark.parametrize("name", CLASSES)
def test_ready_made_classes_take_the_weights_of_the_reference(
    ready_made: Student, reference: UnitReference, name: str
) -> None:
    arguments, inputs = CLASSES[name]
    t.assert_parameters(getattr(ready_made, name)(*arguments), getattr(reference.student, name)(*arguments))
    mine, right = t.twins(ready_made, reference.student, name, *arguments, seed=4)
    given = [words(seed, 2, 3, 5) for seed in range(inputs)]
    assert_agrees(mine(*given), right(*given))


@pytest.mark.parametrize("name", ["AddNorm", "FeedForward"])
def test_ready_made_classes_drop_in_training_only(ready_made: Student, name: str) -> None:
    arguments, inputs = CLASSES[name]
    t.assert_modes(getattr(ready_made, name)(*arguments, dropout=0.5), *[words(1, 4, 5).float()] * inputs, rate=0.5)


def test_ready_made_classes_refuse_what_does_not_fit(ready_made: Student) -> None:
    assert_value_error(ready_made.LayerNorm(1), words(1, 2, 3).float(), names=["1", "3"])
    assert_value_error(ready_made.AddNorm(4), words(1, 3, 4).float(), words(1, 2, 3, 4).float(), names=["2, 3, 4"])


@pytest.mark.parametrize("mistake", ["norm_of_the_columns", "ForgetsEps", "DropsTheSum"])
def test_a_mistake_costs_nothing_in_what_builds_on_it(grader: Grader, reference: UnitReference, mistake: str) -> None:
    variant = next(variant for variant in mistakes_of(reference.unit) if variant.name == mistake)
    result = grader.grade(submission_of(reference, [variant], "ann", right_answers(COURSE, reference.unit, "ann")))
    lost = [exercise.name for exercise in result.exercises if exercise.points < exercise.max_points]
    assert lost == [variant.exercise]


def test_layer_norm_gives_the_same_vector_in_any_company_and_batch_norm_does_not(
    notebook: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    notebook["show_neighbours"]()
    rows = [line[20:].split() for line in capsys.readouterr().out.splitlines()[1:]]
    by_layer, by_batch = [row[:4] for row in rows], [row[4:] for row in rows]
    assert by_layer[0] == by_layer[1] == by_layer[2]
    assert by_batch[0] != by_batch[1] != by_batch[2]
    assert by_batch[0][0] == "0.00"  # among animals, “alive” says nothing
    assert len(set(by_batch[2])) == 1  # between padding tokens, nothing is left


def test_without_residuals_less_than_a_billionth_of_the_gradient_is_left(notebook: dict[str, Any]) -> None:
    by_depth = notebook["gradient_by_depth"]
    assert by_depth(lambda x, layer: layer(x))[0] < 1e-9
    assert by_depth(lambda x, layer: x + layer(x))[0] > 1


def test_the_figure_does_not_disturb_random_numbers(notebook: dict[str, Any]) -> None:
    before = torch.get_rng_state()
    notebook["gradient_by_depth"](lambda x, layer: x + layer(x), depth=2)
    assert torch.equal(torch.get_rng_state(), before)
