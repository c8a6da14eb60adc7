"""Grading a submission: partial credit, one error punished once, nothing for nothing, the same every time, never a pass by default."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from tiny import GRADER, SCRIPT, STAND_INS, tiny_course

from autograder.course import CourseError, find_course
from autograder.grading import Grader
from autograder.grading.run import run_pytest
from autograder.results import Report, Verdict, decode_report, encode
from autograder.submission import Submission, program_from_source

RIGHT = """
import numpy as np
def double(x):
    return x + x
def quadruple(x):
    return double(double(x))
"""


@pytest.fixture(scope="module")
def tiny_grader(tmp_path_factory):
    with Grader(tiny_course(tmp_path_factory.mktemp("course"))) as grader:
        yield grader


def submission(source, student="ann"):
    programs = {name: program_from_source(name, source, "steps.py") for name in ("double", "quadruple")}
    return Submission(student, "01_steps", f"{student}/steps.py", programs)


def graded(grader, source, student="ann"):
    result = grader.grade(submission(source, student))
    return {exercise.name: exercise for exercise in result.exercises}


def verdicts(exercise):
    return {test.name: test.verdict for test in exercise.tests}


def test_right_code_gets_full_marks(tiny_grader):
    result = tiny_grader.grade(submission(RIGHT))
    assert (result.points, result.max_points) == (6, 6)
    assert {exercise.verdict for exercise in result.exercises} == {Verdict.PASSED}


def test_each_test_gives_its_own_points(tiny_grader):
    double = graded(tiny_grader, RIGHT.replace("x + x", "x + x if x.ndim != 2 else 3 * x"))["double"]
    assert verdicts(double) == {
        "test_doubles_every_entry": Verdict.FAILED,
        "test_has_the_sum_of_both": Verdict.PASSED,
        "test_leaves_its_input_alone": Verdict.PASSED,
    }
    assert double.points == 2


def test_a_mistake_is_punished_once(tiny_grader):
    exercises = graded(tiny_grader, RIGHT.replace("x + x", "x * x"))
    assert exercises["double"].points == 0
    assert exercises["quadruple"].points == 2
    assert "ready-made versions of `double`" in exercises["quadruple"].notices[-1]


def test_an_exercise_that_is_not_written_does_not_cost_the_one_that_uses_it(tiny_grader):
    exercises = graded(tiny_grader, RIGHT.replace("return x + x", "raise NotImplementedError"))
    assert exercises["double"].verdict is Verdict.MISSING
    assert exercises["quadruple"].verdict is Verdict.PASSED


def test_a_mistake_of_its_own_is_not_mended_by_the_stand_in(tiny_grader):
    source = RIGHT.replace("x + x", "x * x").replace("double(double(x))", "double(x)")
    assert graded(tiny_grader, source)["quadruple"].points == 0


def test_right_code_may_use_a_helper_of_its_own_with_other_arguments(tiny_grader):
    source = """
        def double(x, times=1):
            return x * 2 ** times
        def quadruple(x):
            return double(x, times=2)
    """
    import textwrap

    exercises = graded(tiny_grader, textwrap.dedent(source))
    assert {exercise.verdict for exercise in exercises.values()} == {Verdict.PASSED}


def test_the_known_mistake_is_named(tiny_grader):
    double = graded(tiny_grader, RIGHT.replace("x + x", "x ** 2"))["double"]
    assert {test.mistake for test in double.tests if test.verdict is Verdict.FAILED} == {
        "The input is squared, not doubled."
    }


def test_an_unknown_mistake_is_not_given_a_name(tiny_grader):
    double = graded(tiny_grader, RIGHT.replace("x + x", "x * 5"))["double"]
    assert {test.mistake for test in double.tests} == {None}


def test_the_counterexample_can_be_worked_by_hand(tiny_grader):
    double = graded(tiny_grader, RIGHT.replace("x + x", "x * x"))["double"]
    example = next(test.counterexample for test in double.tests if test.name == "test_doubles_every_entry")
    assert example.call == "double(x)"
    assert [(argument.name, argument.value) for argument in example.inputs] == [("x", "[1.0]")]
    assert (example.got, example.expected) == ("[1.0]", "[2.0]")


@pytest.mark.parametrize("answer", ["None", "0.0", "x", "'x'", "[x]", "{}", "np.array(['a'])"])
def test_code_that_computes_nothing_gets_nothing_and_is_no_fault_of_ours(tiny_grader, answer):
    source = f"import numpy as np\ndef double(x):\n    return {answer}\ndef quadruple(x):\n    return {answer}"
    double = graded(tiny_grader, source)["double"]
    assert double.points == 0
    assert Verdict.INTERNAL not in verdicts(double).values()


def test_the_same_submission_gives_the_same_result_to_the_byte(tmp_path):
    course = tiny_course(tmp_path)
    source = RIGHT.replace("x + x", "abs(x) + x")

    def once():
        with Grader(find_course(course.root)) as grader:
            return msgspec.structs.replace(grader.grade(submission(source)), timing={})

    first = encode(once())
    assert once() == decode_report(b'{"results": [' + first + b"]}").results[0]
    for cached in (course.root / "solutions" / ".cache").iterdir():
        cached.unlink()
    assert encode(once()) == first


def test_students_get_different_draws(tiny_grader):
    seeds = {tiny_grader.grade(submission(RIGHT, student)).seed for student in ("ann", "bob")}
    assert len(seeds) == 2


def test_a_report_survives_the_way_to_json_and_back(tiny_grader):
    report = Report([tiny_grader.grade(submission(RIGHT.replace("x + x", "x * x")))])
    assert decode_report(encode(report)) == report


def broken(tmp_path, **files):
    with Grader(tiny_course(tmp_path, **files)) as grader:
        return graded(grader, RIGHT)


def test_a_grader_that_its_reference_fails_grades_nobody(tmp_path):
    exercises = broken(tmp_path, grader=GRADER.replace("reference.double(x))", "reference.double(x) + 1)"))
    assert {exercise.verdict for exercise in exercises.values()} == {Verdict.INTERNAL}
    assert sum(exercise.points for exercise in exercises.values()) == 0


def test_points_that_do_not_add_up_are_a_fault_of_ours(tmp_path):
    exercises = broken(tmp_path, grader=GRADER.replace("@points(1)", "@points(7)", 1))
    assert exercises["double"].verdict is Verdict.INTERNAL
    assert exercises["quadruple"].verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ("1 / 0\n{}", "ZeroDivisionError, line 1: division by zero"),
        (
            "{}\nimport surely_not_installed\n",
            f"ModuleNotFoundError, line {GRADER.count(chr(10)) + 2}: No module named 'surely_not_installed'",
        ),
        ("{}\ndef (:\n", f"SyntaxError, line {GRADER.count(chr(10)) + 2}: invalid syntax"),
    ],
    ids=["at the beginning", "at the end", "not Python"],
)
def test_a_grader_that_cannot_be_imported_grades_nobody_and_says_where(tmp_path, spoilt, said):
    """Nor a later student of the class, when half of it is imported already."""
    with Grader(tiny_course(tmp_path, grader=spoilt.format(GRADER))) as grader:
        for _ in range(3):
            for exercise in graded(grader, RIGHT).values():
                assert exercise.verdict is Verdict.INTERNAL
                assert exercise.notices == [f"The grader grade_steps.py cannot be loaded ({said})."]


def test_a_grader_that_raises_is_a_fault_of_ours(tmp_path):
    exercises = broken(tmp_path, grader=GRADER.replace("assert_inputs_unchanged(student.double, np.ones(3))", "1 / 0"))
    assert verdicts(exercises["double"])["test_leaves_its_input_alone"] is Verdict.INTERNAL
    assert exercises["double"].points == 0


@pytest.mark.parametrize("answer", ["np.ones(5)", "[]"])
def test_a_test_that_pytorch_or_an_iterator_ends_over_an_answer_has_refused_it(tmp_path, answer):
    """RuntimeError for shapes that do not fit, StopIteration for a list without a first item."""
    goes_on = (
        "import torch; y = student.double(np.ones(3)); next(iter(y)); torch.from_numpy(np.asarray(y)) + torch.ones(3)"
    )
    grader = GRADER.replace("assert_inputs_unchanged(student.double, np.ones(3))", goes_on)
    with Grader(tiny_course(tmp_path, grader=grader)) as tiny:
        wrong = graded(tiny, RIGHT.replace("x + x", answer))["double"]
        assert verdicts(wrong)["test_leaves_its_input_alone"] is Verdict.FAILED
        assert verdicts(graded(tiny, RIGHT)["double"])["test_leaves_its_input_alone"] is Verdict.PASSED


def test_a_reference_that_gives_nothing_to_compare_is_a_fault_of_ours(tmp_path):
    script = SCRIPT.replace("return 2 * x\n", "return 2 * x if x is not None else np.array(['no number'])\n")
    asks = "assert_agrees(reference.double(None), student.double(np.ones(3)))"
    grader = GRADER.replace("assert_inputs_unchanged(student.double, np.ones(3))", asks)
    grader = grader.replace("alone(self, student)", "alone(self, student, reference)")
    assert (
        verdicts(broken(tmp_path, script=script, grader=grader)["double"])["test_leaves_its_input_alone"]
        is Verdict.INTERNAL
    )


def test_a_grader_that_skips_a_test_gives_no_points_for_it(tmp_path):
    skipped = GRADER.replace(
        "assert_inputs_unchanged(student.double, np.ones(3))", "__import__('pytest').skip('later')"
    )
    assert verdicts(broken(tmp_path, grader=skipped)["double"])["test_leaves_its_input_alone"] is Verdict.INTERNAL


def test_a_stand_in_that_raises_costs_nobody_marks(tmp_path):
    with Grader(tiny_course(tmp_path, stand_ins=STAND_INS + "\nraise RuntimeError\n")) as grader:
        exercises = graded(grader, RIGHT.replace("x + x", "x * x"))
    assert exercises["double"].points == 0


def test_a_students_copy_cannot_be_graded(tmp_path):
    (tmp_path / "exercises" / "01_steps").mkdir(parents=True)
    with pytest.raises(CourseError, match=r"student's copy.*pytest exercises"):
        Grader(find_course(tmp_path))


def test_endless_code_costs_its_own_exercise_only(tiny_grader):
    exercises = graded(tiny_grader, "def double(x):\n    while True: pass\ndef quadruple(x):\n    return 4 * x")
    assert exercises["double"].verdict is Verdict.TIMEOUT
    assert exercises["quadruple"].verdict is Verdict.PASSED


def test_options_for_other_work_change_no_mark(tiny_grader, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k quadruple")
    monkeypatch.setenv("PYTEST_PLUGINS", "there_is_none_of_this_name")
    assert {exercise.verdict for exercise in graded(tiny_grader, RIGHT).values()} == {Verdict.PASSED}
    assert os.environ["PYTEST_ADDOPTS"] == "-k quadruple"


def test_an_interruption_in_the_middle_of_a_test_is_no_fault_of_the_grader(tmp_path):
    file = tmp_path / "grade_nothing.py"
    file.write_text("import signal\ndef test_a():\n    signal.raise_signal(signal.SIGINT)\n")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in what a script runs in the background
    try:
        with pytest.raises(KeyboardInterrupt):
            run_pytest(file, object())
    finally:
        signal.signal(signal.SIGINT, before)


def test_forbidden_calls_cost_the_tests_they_happen_in_and_no_other(tmp_path):
    grader = GRADER.replace('"double", points=4', '"double", points=4, forbidden=["numpy.add"]')
    source = RIGHT.replace("x + x", "np.add(x, x) if x.ndim == 2 or x.sum() != 3 else 2 * x")
    with Grader(tiny_course(tmp_path, grader=grader)) as strict:
        double = graded(strict, source)["double"]
    assert verdicts(double) == {
        "test_doubles_every_entry": Verdict.FORBIDDEN,
        "test_has_the_sum_of_both": Verdict.FORBIDDEN,
        "test_leaves_its_input_alone": Verdict.PASSED,
    }


def test_an_endless_scratch_line_is_left_out(tiny_grader):
    exercises = graded(tiny_grader, RIGHT + "\nclass Endless:\n    while True: pass\n")
    assert exercises["double"].verdict is Verdict.PASSED
