"""Unit 12: its ready-made parts keep the contract, and the models that beam search is graded on have one answer in every reading."""

from __future__ import annotations

import functools
import importlib.util
import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from autograder.course import find_course
from autograder.grading.reference import UnitReference
from autograder.judge.protocol import Piece
from autograder.judge.proxy import Student
from autograder.toolkit import assert_agrees, assert_value_error
from autograder.toolkit import tensors as t

UNIT = find_course(Path(__file__)).unit("efficient")
MAX_LENGTH = 7
DISTURBED = 3


def drawn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def module_of(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"unit_12_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference() -> UnitReference:
    return UnitReference(UNIT)


@pytest.fixture(scope="module")
def ready_made(reference: UnitReference) -> Student:
    return reference.load([Piece(reference.stand_ins, "stand_ins.py", 1)])


def test_the_ready_made_softmax_agrees_with_the_reference(ready_made: Student, reference: UnitReference) -> None:
    mine, right = ready_made.online_softmax, reference.student.online_softmax
    x = drawn(1, 2, 3, 7)
    x[0, 1], x[1, 2, :4] = -torch.inf, -torch.inf
    assert_agrees(mine(x, 3), right(x, 3))
    t.assert_finite_gradients(mine, x, 3)
    assert_agrees(mine((3 * drawn(2, 4)).long(), 3), right((3 * drawn(2, 4)).long(), 3), scale=10.0)
    assert_value_error(mine, x, 0, names=["0"])


def test_the_ready_made_attention_agrees_with_the_reference(ready_made: Student, reference: UnitReference) -> None:
    mine, right = ready_made.chunked_attention, reference.student.chunked_attention
    for batch in ((), (2,), (2, 3)):
        q, k, v = drawn(1, *batch, 5, 3), drawn(2, *batch, 7, 3), drawn(3, *batch, 7, 2)
        assert_agrees(mine(q, k, v, 2), right(q, k, v, 2))
        assert_agrees(mine(q, k[..., :5, :], v[..., :5, :], 2, True), right(q, k[..., :5, :], v[..., :5, :], 2, True))
    assert_value_error(mine, q, k, v, 0, names=["0"])
    assert_value_error(mine, q, k, v[..., :4, :], 2, names=["7", "4"])
    assert_value_error(mine, q, k, v, 2, causal=True, names=["5", "7"])


def test_the_ready_made_layer_takes_the_weights_of_the_reference(ready_made: Student, reference: UnitReference) -> None:
    t.assert_parameters(ready_made.CachedSelfAttention(6, 2), reference.student.CachedSelfAttention(6, 2))
    mine, right = t.twins(ready_made, reference.student, "CachedSelfAttention", 6, 2, seed=4)
    x, caches = drawn(5, 2, 6, 6), [None, None]
    for piece in x.split([3, 1, 2], dim=1):
        (got, caches[0]), (expected, caches[1]) = (
            module.forward.keeping(1)(piece.clone(), *([] if cache is None else [cache]))
            for module, cache in zip((mine, right), caches, strict=True)
        )
        assert_agrees(got, expected)
    assert_value_error(ready_made.CachedSelfAttention, 6, 4, names=["6", "4"])


Search = Callable[..., tuple[list[int], float]]
Hypothesis = tuple[float, list[int]]


def score(hypothesis: Hypothesis) -> float:
    total, tokens = hypothesis
    return total / ((5 + len(tokens) - 1) / 6) ** 0.6


def search(
    log_probs: Any,
    bos: int,
    eos: int,
    beam: int,
    max_length: int,
    *,
    held: bool,
    key: Any,
    spare: bool,
    stops: bool,
    late: bool,
) -> tuple[list[int], float]:
    """Beam search in one of its readings.

    held: what has ended takes up places in the beam, where it is compared by `key`.
    spare: as many go on as before even if some of the best have ended.
    stops: when `beam` have ended.
    late: at max_length, what has not ended competes.
    """
    running: list[Hypothesis] = [(0.0, [bos])]
    ended: list[Hypothesis] = []
    for _ in range(max_length):
        answers = log_probs(torch.tensor([tokens for _, tokens in running])).tolist()
        continued = [
            (total + value, [*tokens, token])
            for (total, tokens), answer in zip(running, answers, strict=True)
            for token, value in enumerate(answer)
        ]
        ranked = sorted(continued + ended if held else continued, key=key, reverse=True)
        ends = [each for each in ranked[:beam] if each[1][-1] == eos]
        ended = ends if held else ended + ends
        going_on = [each for each in ranked if each[1][-1] != eos]
        running = going_on[:beam] if spare else going_on[: beam - len(ends)]
        if stops and len(ended) >= beam:
            running = []  # what is broken off is no sentence
        if not running:
            break
    best = max(ended + (running if late or not ended else []), key=score)
    return best[1][1:], score(best)


READINGS: list[Search] = [
    functools.partial(search, held=held, key=key, spare=spare, stops=stops, late=late)
    for held, key, spare in (
        (True, lambda each: each[0], False),
        (True, score, False),
        (False, lambda each: each[0], False),
        (False, lambda each: each[0], True),
    )
    for stops in (False, True)
    for late in (False, True)
]


def answers(log_probs: Any, beam: int, readings: list[Search]) -> set[tuple[tuple[int, ...], float]]:
    found = (reading(log_probs, 0, 1, beam, MAX_LENGTH) for reading in readings)
    return {(tuple(tokens), round(value, 4)) for tokens, value in found}


@pytest.fixture(scope="module")
def grader() -> ModuleType:
    return module_of(UNIT.grader)


@pytest.fixture(scope="module")
def readings(reference: UnitReference) -> list[Search]:
    alternatives = vars(module_of(UNIT.alternatives))
    named = (
        "places_filled_up_again",
        "all_in_one_beam",
        "as_translators_do",
        "until_nothing_can_win",
        "the_unended_may_win",
    )
    namespace: dict[str, Any] = {"__name__": "efficient"}
    for piece in reference.pieces:
        exec(piece.source, namespace)
    return [namespace["beam_search"], *(alternatives[name] for name in named), *READINGS]


def test_models_for_a_beam_have_one_answer_in_every_reading(grader: ModuleType, readings: list[Search]) -> None:
    """Also when the model is a little disturbed: the answer hangs on nothing that the contract leaves open."""
    for seed, beam in grader.CLEAR:
        model = grader.model(seed)
        found = answers(model, beam, readings)
        assert len(found) == 1, (seed, beam, found)
        ((tokens, _),) = found
        assert tokens[-1] == grader.EOS
        for number in range(DISTURBED):
            noise = torch.from_numpy(np.random.default_rng(number).uniform(-0.1, 0.1, model.table.shape))
            disturbed = t.Lookup((model.table + noise).log_softmax(-1), model.base)
            assert {tokens for tokens, _ in answers(disturbed, beam, READINGS)} == {tokens}, (seed, beam)


def test_models_for_a_beam_mislead_who_follows_fewer_beginnings(grader: ModuleType, readings: list[Search]) -> None:
    for seed, beam in grader.CLEAR:
        model, right = grader.model(seed), readings[0]
        assert right(model, 0, 1, 1, MAX_LENGTH)[0] != right(model, 0, 1, beam, MAX_LENGTH)[0]


def test_garden_paths_have_one_answer_in_every_reading(grader: ModuleType, readings: list[Search]) -> None:
    paths = [(grader.garden_path(*numbers), beam) for numbers, beam in grader.PATHS]
    for path, beam in paths:
        ((tokens, value),) = answers(path, beam, readings)
        assert tokens[0] == 3
        assert math.isfinite(value)
        assert answers(path, 1, READINGS[2:3]) != {(tokens, value)}


def test_the_longer_sentence_overtakes_in_its_model(grader: ModuleType) -> None:
    for alpha in (0.6, 1.0):
        for max_length in (3, 5):
            (best, tokens), (next_best, _) = grader.best_two(grader.OVERTAKEN, 4, max_length, alpha)
            assert tokens == [2, 3, grader.EOS]
            assert best - next_best > 0.05
        assert score((math.log(0.4), [0, 1])) > score((math.log(0.38), [0, 2])), "the short one is ahead when it ends"
