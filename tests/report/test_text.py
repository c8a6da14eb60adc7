from itertools import pairwise

import pytest

from autograder.report import text_exercise
from autograder.results import Counterexample, ExerciseResult, TestResult, Verdict

from .sample import hostile_result, sample_report, sample_result


def test_a_failed_exercise_reads_from_what_was_asked_to_what_to_do_next():
    text = text_exercise(sample_result("Benoît Mandelbrot", "02_softmax").exercises[0])
    told = [
        "softmax · wrong answer · 3 of 4 points",
        "passed  agrees with the definition",
        "survives large scores (0 of 1 point)",
        "subtract the maximum first",
        "smallest input  x = np.array([1000.0, 0.0])",
        "softmax(x)",
        "expected        array([1., 0.])",
        "yours           array([nan,  0.])",
        "looks like      the maximum is not subtracted",
        "next ",
    ]
    places = [text.index(part) for part in told]
    assert all(before < after for before, after in pairwise(places)), text


def test_lines_of_a_value_stay_under_each_other():
    lines = text_exercise(sample_result("carl", "02_softmax").exercises[0]).splitlines()
    first = next(place for place, line in enumerate(lines) if line.strip().startswith("expected"))
    assert lines[first].index("[0.5") == lines[first + 1].index("[0.5")


def test_passed_tests_have_one_line_each():
    lines = text_exercise(sample_result("Ada Lovelace", "01_vectors").exercises[0]).splitlines()
    assert lines[0] == "dot · passed · 4 of 4 points"
    assert [line.split()[0] for line in lines[1:]] == ["passed"] * 3


def test_the_text_of_any_exercise_is_plain():
    for result in [*sample_report().results, hostile_result("\x1b[31m\u202e[bold]<b>")]:
        for exercise in result.exercises:
            text = text_exercise(exercise)
            assert text.replace("\n", "").isprintable()
            assert "<span" not in text


def test_prose_is_wrapped_and_values_are_not():
    message, value = "word " * 60, "9" * 300
    test = TestResult("t", "t", Verdict.FAILED, 0, 1, message)
    assert max(map(len, text_exercise(ExerciseResult("f", Verdict.FAILED, 0, 1, [test])).splitlines())) <= 96
    test = TestResult("t", "t", Verdict.FAILED, 0, 1, counterexample=Counterexample("f()", [], value, "1"))
    assert value in text_exercise(ExerciseResult("f", Verdict.FAILED, 0, 1, [test]))


def test_a_fault_of_ours_shows_no_marks():
    text = text_exercise(sample_result("Grace Hopper", "02_softmax").exercises[-1])
    assert "no marks yet" in text
    assert "points" not in text


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.MEMORY])
def test_a_test_that_says_nothing_still_says_what_to_do(verdict):
    test = TestResult("t", "needs little memory", verdict, 0, 1)
    assert "next " in text_exercise(ExerciseResult("f", verdict, 0, 1, [test]))


def test_what_is_not_written_is_said_once_and_its_tests_are_counted():
    tests = [TestResult(f"t{n}", f"Title {n}", Verdict.MISSING, 0, 1, "`f` is not written yet.") for n in range(3)]
    lines = text_exercise(ExerciseResult("f", Verdict.MISSING, 0, 3, tests)).splitlines()
    assert [line.strip() for line in lines if line.strip()] == [
        "f · not written yet · 0 of 3 points",
        "`f` is not written yet.",
        "next            Write it in its cell, then run the check under it.",
        "waiting for it  3 tests",
    ]


def test_a_test_that_waits_beside_others_that_ran_is_named():
    tests = [TestResult("t", "Runs", Verdict.PASSED, 1, 1), TestResult("u", "Waits", Verdict.MISSING, 0, 1, "no")]
    assert "not written yet  Waits" in text_exercise(ExerciseResult("f", Verdict.MISSING, 1, 2, tests))
