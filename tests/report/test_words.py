import pytest

from autograder.report.words import (
    marks,
    name_parts,
    next_step,
    number,
    points_of,
    share,
    short_words,
    tone,
    verdict_words,
)
from autograder.results import Counterexample, ExerciseResult, TestResult, Verdict


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (2.0, "2"), (2.5, "2.5"), (0.0, "0"), (-0.0, "0"), (1 / 3, "0.33"), (0.1 + 0.2, "0.3"), (100.0, "100"),
        (10, "10"), (1.25, "1.25"), (-0.001, "0"), (float("nan"), "?"), (float("inf"), "?"),
    ],
)  # fmt: skip
def test_points_have_as_many_digits_as_they_need(points, shown):
    assert number(points) == shown


def test_one_point_is_singular():
    assert points_of(0.5, 1.0) == "0.5 of 1 point"
    assert points_of(1.0, 4.0) == "1 of 4 points"


@pytest.mark.parametrize(("max_points", "shown"), [(1.0, "0.5 of 1 point"), (0.5, "0.5 of 0.5 points"), (0.0, "")])
def test_marks_are_shown_wherever_there_are_some_to_win(max_points, shown):
    """A visible check has none, and a small exercise may have less than one."""
    assert marks(ExerciseResult("dot", Verdict.FAILED, min(0.5, max_points), max_points, [])) == shown


@pytest.mark.parametrize(
    ("points", "most", "part"),
    [
        (1.0, 4.0, 0.25),
        (5.0, 4.0, 1.0),
        (-1.0, 4.0, 0.0),
        (0.0, 0.0, 0.0),
        (float("nan"), 4.0, 0.0),
        (1.0, float("nan"), 0.0),
    ],
)
def test_a_share_stays_between_none_and_all(points, most, part):
    assert share(points, most) == part


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_words_a_tone_and_for_a_fault_a_next_step(verdict):
    assert verdict_words(verdict)
    assert verdict_words(verdict).startswith(short_words(verdict))
    assert tone(verdict)
    found = Counterexample(call="f(x)", inputs=[])
    for counterexample in (None, found):
        step = next_step(TestResult("t", "t", verdict, 0, 1, counterexample=counterexample))
        assert bool(step) is (verdict is not Verdict.PASSED)


def test_only_a_test_with_an_input_speaks_of_the_call_above():
    found = Counterexample(call="f(x)", inputs=[])
    assert "call above" in next_step(TestResult("t", "t", Verdict.FAILED, 0, 1, counterexample=found))
    assert "call above" not in next_step(TestResult("t", "t", Verdict.FAILED, 0, 1))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("softmax_with_temperature", ["softmax_", "with_", "temperature"]),
        ("MultiHeadAttention", ["Multi", "Head", "Attention"]),
        ("dot", ["dot"]),
        ("__init__", ["__", "init__"]),
    ],
)
def test_names_break_where_their_words_meet(name, parts):
    assert name_parts(name) == parts
