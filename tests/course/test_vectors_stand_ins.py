"""The stand-ins of unit 01 keep the contract of what they stand for: another exercise may rely on every part of it."""

import importlib.util
import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograder.judge.protocol import Load, Piece
from autograder.judge.proxy import local
from autograder.judge.session import Session

STAND_INS = Path(__file__).parents[2] / "solutions" / "01_vectors" / "stand_ins.py"


@pytest.fixture(scope="module")
def stand_ins() -> SimpleNamespace:
    scope: dict[str, Any] = {}
    exec(compile(STAND_INS.read_text("utf-8"), STAND_INS.name, "exec"), scope)
    return SimpleNamespace(**scope)


def test_worked_numbers_come_out(stand_ins: SimpleNamespace) -> None:
    assert stand_ins.dot([1.0, 0.5, 2.0], [0.3, 0.7, -0.1]) == pytest.approx(0.45)
    assert stand_ins.norm([3, 4]) == 5.0
    assert stand_ins.cosine_similarity([3.0, 4.0], [1.0, 0.0]) == pytest.approx(0.6)
    assert stand_ins.angle([1, 0], [-1, 1]) == pytest.approx(3 * math.pi / 4)
    assert stand_ins.Vector([3.0, 4.0]).cosine(stand_ins.Vector([1.0, 0.0])) == pytest.approx(0.6)
    assert stand_ins.most_similar([1, 0], [[0, 1], [2, 0], [-1, 0], [1, 1]], 4).tolist() == [1, 3, 0, 2]


def test_scalars_are_floats_for_whole_numbers_and_for_nothing(stand_ins: SimpleNamespace) -> None:
    values = [
        stand_ins.dot([1, 2], [3, 4]),
        stand_ins.dot([], []),
        stand_ins.norm([]),
        stand_ins.cosine_similarity([0, 0], [1, 2]),
    ]
    assert values == [11.0, 0.0, 0.0, 0.0]
    assert {type(value) for value in values} == {float}


@pytest.mark.parametrize("a", [[0.3, 0.9], [0.7, 0.6], [0.4, 0.8, 0.7], [-0.6, 0.2, 0.3]])
@pytest.mark.parametrize("factor", [1.0, 3.0, -1.0, -0.7])
def test_a_cosine_never_leaves_its_range(stand_ins: SimpleNamespace, a: list[float], factor: float) -> None:
    b = [factor * x for x in a]
    assert -1.0 <= stand_ins.cosine_similarity(a, b) <= 1.0
    assert stand_ins.angle(a, b) == pytest.approx(0.0 if factor > 0 else math.pi, abs=1e-7)


@pytest.mark.parametrize("size", [1e149, 1e-150])
def test_huge_and_tiny_vectors_have_ordinary_cosines(stand_ins: SimpleNamespace, size: float) -> None:
    assert stand_ins.norm([3.0 * size, 4.0 * size]) == pytest.approx(5.0 * size)
    assert stand_ins.cosine_similarity([3.0 * size, 4.0 * size], [1.0, 0.0]) == pytest.approx(0.6)
    matrix = stand_ins.cosine_similarity_matrix([[3.0 * size, 4.0 * size]], [[1.0 / size, 0.0], [0.0, 0.0]])
    assert matrix == pytest.approx(np.array([[0.6, 0.0]]))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_matrix_keeps_its_type(stand_ins: SimpleNamespace, dtype: type) -> None:
    assert stand_ins.cosine_similarity_matrix(np.ones((2, 3), dtype), np.zeros((4, 3), dtype)).dtype == dtype


@pytest.mark.parametrize(
    "call",
    [
        lambda unit: unit.dot([1.0] * 4, [1.0] * 7),
        lambda unit: unit.cosine_similarity([1.0] * 4, [1.0] * 7),
        lambda unit: unit.angle([1.0] * 4, [1.0] * 7),
        lambda unit: unit.Vector([1.0] * 4).dot(unit.Vector([1.0] * 7)),
        lambda unit: unit.cosine_similarity_matrix(np.ones((2, 4)), np.ones((3, 7))),
        lambda unit: unit.most_similar([1.0] * 4, np.ones((3, 7))),
    ],
)
def test_different_lengths_are_refused_by_name(
    stand_ins: SimpleNamespace, call: Callable[[SimpleNamespace], object]
) -> None:
    with pytest.raises(ValueError, match=r"(?s)(4.*7|7.*4)"):
        call(stand_ins)


@pytest.mark.parametrize("k", [0, -1, 4])
def test_an_impossible_k_is_refused_by_name(stand_ins: SimpleNamespace, k: int) -> None:
    with pytest.raises(ValueError, match=str(k)):
        stand_ins.most_similar([1.0, 0.0], np.ones((3, 2)), k)


def test_equal_cosines_keep_the_order_of_the_keys(stand_ins: SimpleNamespace) -> None:
    keys = np.eye(3)[np.arange(60) % 3]
    assert stand_ins.most_similar([0.0, 1.0, 0.0], keys, 20).tolist() == list(range(1, 60, 3))


def test_there_is_no_angle_with_zeros(stand_ins: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="zeros"):
        stand_ins.angle([1.0, 0.0], [0.0, 0.0])


BUILT_ON_THE_FUNCTIONS = """
class Vector:
    def __init__(self, components):
        self.components = components

    def dot(self, other):
        return dot(self.components, other.components)

    def norm(self):
        return norm(self.components)

    def cosine(self, other):
        return cosine_similarity(self.components, other.components)
"""


def test_a_vector_may_be_graded_with_them_although_numpy_is_forbidden_to_it() -> None:
    spec = importlib.util.spec_from_file_location("grade_vectors", STAND_INS.with_name("grade_vectors.py"))
    assert spec is not None
    assert spec.loader is not None
    grader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(grader)
    session = Session()
    replaced = ["dot", "norm", "cosine_similarity"]
    pieces = [Piece("import numpy as np", "vectors.py", 1), Piece(BUILT_ON_THE_FUNCTIONS, "vectors.py", 2)]
    session.load(Load(0, pieces, grader.NO_NUMPY, STAND_INS.read_text("utf-8"), replaced))
    student = local(session)
    v, w = student.Vector([3.0, 4.0]), student.Vector([1.0, 0.0])
    assert (v.dot(w), v.norm(), v.cosine(w)) == pytest.approx((3.0, 5.0, 0.6))
