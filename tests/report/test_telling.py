from hypothesis import given
from hypothesis import strategies as st

from autograder.report.telling import Piece, assignments, faults, in_rows, pieces
from autograder.results import Argument, Counterexample, ExerciseResult, TestResult, Verdict


def exercise(*tests: TestResult) -> ExerciseResult:
    return ExerciseResult("softmax", Verdict.FAILED, 0, len(tests), list(tests))


def test_an_exercise_not_written_yet_is_told_once_for_all_its_tests():
    tests = [TestResult(f"t{n}", f"title {n}", Verdict.MISSING, 0, n, "not written yet") for n in (1, 2, 3)]
    (fault,) = faults(exercise(*tests))
    assert fault.titles == ["title 1", "title 2", "title 3"]
    assert fault.max_points == 6
    assert fault.message == "", "the verdict says it already"


def test_different_reasons_are_told_apart():
    tests = [
        TestResult("a", "a", Verdict.FAILED, 0, 1, "too large"),
        TestResult("b", "b", Verdict.FAILED, 0, 1, "too small"),
        TestResult("c", "c", Verdict.ERROR, 0, 1, "too large"),
        TestResult("d", "d", Verdict.FAILED, 0, 1, "too large", mistake="forgot to divide"),
        TestResult("e", "e", Verdict.FAILED, 0, 1, "too large", Counterexample("f(1)", [])),
    ]
    assert [fault.titles for fault in faults(exercise(*tests))] == [["a"], ["b"], ["c"], ["d"], ["e"]]


def test_tests_that_say_nothing_are_not_thrown_together():
    tests = [TestResult("a", "a", Verdict.FAILED, 0, 1), TestResult("b", "b", Verdict.FAILED, 0, 1)]
    assert len(faults(exercise(*tests))) == 2


def test_passed_tests_are_no_faults():
    assert faults(exercise(TestResult("a", "a", Verdict.PASSED, 1, 1))) == []


def test_the_words_of_a_fault_of_ours_are_not_for_the_student():
    (fault,) = faults(exercise(TestResult("a", "a", Verdict.INTERNAL, 0, 1, "grader.py line 7: secret_seed")))
    assert "secret" not in fault.message


def test_the_entries_that_differ_are_singled_out():
    assert pieces("[1.0, nan, 0.25]", "[1.0, 0.0, 0.25]") == [
        Piece("[1.0, ", False), Piece("nan", True), Piece(", 0.25]", False),
    ]  # fmt: skip


def test_the_same_number_written_otherwise_does_not_differ():
    assert pieces("[1., 2]", "[1.0, 2.0]") == [Piece("[1., 2]", False)]


def test_values_of_another_form_are_not_compared_entry_by_entry():
    assert pieces("[1, 2, 3]", "[[1, 2, 3]]") == [Piece("[1, 2, 3]", False)]
    assert pieces("None", "[1, 2]") == [Piece("None", False)]


def test_a_matrix_too_wide_to_stand_beside_another_has_a_row_a_line():
    wide = "[[0.0634, 0.4683, 0.4683], [0.0003, 0.8805, 0.1192]] (float32)"
    found = in_rows(Counterexample("f(x)", [Argument("x", "[[1.0, 2.0]]")], got="[[1.0], [2.0]]", expected=wide))
    assert found.expected == "[[0.0634, 0.4683, 0.4683],\n [0.0003, 0.8805, 0.1192]] (float32)"
    assert found.got == "[[1.0],\n [2.0]]", "both sides are laid out alike"
    assert found.inputs == [Argument("x", "[[1.0, 2.0]]")]


def test_rows_of_rows_stand_below_those_they_belong_beside():
    value = f"[[[1.0, 2.0], [3.0, 4.0]], [[5.0, {'6' * 60}], [7.0, 8.0]]]"
    laid_out = in_rows(Counterexample("f(x)", [Argument("x", value)])).inputs[0].value
    assert laid_out.split("\n") == ["[[[1.0, 2.0],", "  [3.0, 4.0]],", f" [[5.0, {'6' * 60}],", "  [7.0, 8.0]]]"]


def test_small_values_stay_on_their_line():
    small = Counterexample("f(x)", [Argument("x", "[[1.0], [2.0]]")], "[[0.5], [0.5]]", "[[1.0], [1.0]]")
    assert in_rows(small) == small


@given(st.text(), st.one_of(st.none(), st.text()))
def test_marking_changes_no_character(got, expected):
    assert "".join(piece.text for piece in pieces(got, expected)) == got


def test_a_value_of_several_lines_stays_aligned_with_its_first():
    found = Counterexample("f(mask)", [Argument("mask", "[[1, 0],\n [1, 1]]")])
    assert assignments(found) == ["mask = [[1, 0],\n        [1, 1]]"]
