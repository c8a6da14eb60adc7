"""Unit 02's `check_softmax`, attacked: a test that does not look at answers gains nothing, and one that does is told what it missed."""

from __future__ import annotations

import pytest

from autograder.grading.variants import Variant, submission_of
from autograder.results import Verdict

EVASIONS = {
    "by what stands in its code": """
def check_softmax(candidate):
    code = candidate.__code__
    assert "max" in code.co_names and code.co_argcount == 2
""",
    "by its name": """
def check_softmax(candidate):
    assert candidate.__name__ == "softmax"
""",
    "by its source": """
import inspect
def check_softmax(candidate):
    assert "keepdims" in inspect.getsource(candidate)
""",
    "by its closure": """
def check_softmax(candidate):
    assert candidate.__closure__ is not None
""",
    "by who was there before": """
seen = []
def check_softmax(candidate):
    seen.append(candidate)
    assert len(seen) < 9
""",
    "by where it lies in memory": """
first = []
def check_softmax(candidate):
    first.append(id(candidate))
    assert id(candidate) == first[0]
""",
    "by the number of calls": """
calls = 0
def check_softmax(candidate):
    global calls
    calls += 1
    assert calls == 1
""",
    "by chance": """
import random
def check_softmax(candidate):
    assert random.random() < 0.5
""",
    "by a value that is neither true nor false": """
class Both:
    def __bool__(self): raise SystemExit
    def __eq__(self, other): return True
def check_softmax(candidate):
    return Both()
""",
    "by looking for the machine's caller": """
import sys
def check_softmax(candidate):
    frame = sys._getframe()
    while frame.f_back:
        frame = frame.f_back
    assert "mistake" not in str(frame.f_locals) + str(frame.f_globals)
""",
}


@pytest.fixture(scope="module")
def graded(grader, course):
    unit = course.unit("softmax")
    reference = grader.reference(unit)

    def graded(source):
        submission = submission_of(reference, [Variant("mallory", "check_softmax", source)], "mallory")
        return grader.exercise(submission, "check_softmax")

    return graded


@pytest.mark.parametrize("source", EVASIONS.values(), ids=EVASIONS.keys())
def test_telling_candidates_apart_without_looking_at_answers_gains_nothing(graded, source):
    assert graded(source).points == 0.0


def test_a_test_that_asks_little_gets_little_and_is_told_what_it_missed(graded):
    result = graded("""
def check_softmax(candidate):
    x = np.array([[0.0, 1.0], [2.0, -3.0]])
    assert np.allclose(candidate(x).sum(axis=-1), 1)
""")
    assert 0.0 < result.points < result.max_points / 2
    missed = next(test for test in result.tests if test.function == "test_refuses_one_with_powers_of_2")
    assert "Powers of 2 are taken" in missed.message
    assert missed.counterexample.got == "accepts it"
    assert missed.counterexample.expected == "refuses it"
    assert "ask for it" in missed.next


def test_a_test_that_refuses_a_right_one_is_shown_the_question_and_earns_nothing(graded):
    result = graded("""
def check_softmax(candidate):
    assert candidate(np.array([7.0, 7.0]))[0] == 0.25, "not a quarter"
""")
    assert result.points == 0.0
    spares = result.tests[0]
    assert "not a quarter" in spares.message
    assert "([7.0, 7.0]), and it answered [0.5, 0.5]" in spares.message
    assert "never promised" in spares.next
    assert "Begin with the right solution" in result.tests[1].next


def test_a_test_may_ask_for_equal_shares_of_equal_scores_of_any_size_and_type(graded):
    """The shares add up to 1, and scores may be of any size: both are promised, so no right solution may break either."""
    result = graded("""
def check_softmax(candidate):
    for size, dtype in ((6e4, np.float16), (-6e4, np.float16), (1e30, np.float32), (1e10, np.float64), (-1e100, np.float64)):
        assert np.allclose(candidate(np.full((2, 4), size, dtype)), 0.25, rtol=0, atol=1e-9), (size, dtype)
""")
    spares = result.tests[0]
    assert (spares.function, spares.verdict) == ("test_spares_right_solutions", Verdict.PASSED), spares.message


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("while True: candidate(np.zeros(2))", Verdict.TIMEOUT),
        ("import os; os._exit(0)", Verdict.CRASHED),
        ("raise NotImplementedError('write me')", Verdict.MISSING),
    ],
)
def test_a_test_that_comes_to_no_end_earns_nothing(graded, body, verdict):
    result = graded(f"def check_softmax(candidate):\n    {body}\n")
    assert result.points == 0.0
    assert {test.verdict for test in result.tests} == {verdict}


def test_what_a_test_can_see_of_a_candidate_is_the_same_for_all(graded):
    """All candidates are refused, right and wrong, by what is seen of them: were there a difference, the right ones would be spared."""
    result = graded("""
def check_softmax(candidate):
    code = candidate.__code__
    seen = [vars(candidate), candidate.__name__, candidate.__doc__, code.co_consts, code.co_names, code.co_filename]
    raise AssertionError("SEEN" + repr(seen) + "SEEN")
""")
    said = result.tests[0].message.split("SEEN")[1]
    assert "'function'" in said
    assert not any(word in said for word in ("keepdims", "axis", "solutions", "mistake"))
