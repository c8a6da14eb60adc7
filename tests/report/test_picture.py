"""Small arrays are drawn beside each other; what is no small array of numbers never becomes a picture."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.report import html_exercise, text_exercise
from autograder.report.picture import Square, picture_pair
from autograder.results import Counterexample, ExerciseResult, TestResult, Verdict
from autograder.toolkit.show import show


def heats(picture):
    return [[square.heat for square in row] for row in picture.rows]


def test_both_are_drawn_on_one_scale():
    right, mine = picture_pair("[[0.0, 1.0], [2.0, 4.0]]", "[[0.0, 8.0], [2.0, 4.0]]")
    assert heats(right) == [[0, 12], [25, 50]]
    assert heats(mine) == [[0, 100], [25, 50]]
    assert (right.low, right.high) == (mine.low, mine.high) == (0.0, 8.0)


def test_squares_that_differ_are_marked_in_the_students_picture_only():
    right, mine = picture_pair("[[0.0, 1.0], [2.0, 4.0]]", "[[0.0, 8.0], [2.0, 4.0]]")
    assert [[square.differs for square in row] for row in mine.rows] == [[False, True], [False, False]]
    assert not any(square.differs for row in right.rows for square in row)


def test_a_mask_is_drawn_as_zeros_and_ones():
    right, mine = picture_pair("[[True, False], [True, True]]", "[[True, True], [True, True]]")
    assert heats(right) == [[100, 0], [100, 100]]
    assert mine.rows[0][1] == Square(100, True)


def test_what_is_not_finite_has_no_place_on_the_scale():
    right, mine = picture_pair("[0.0, 1.0, nan, inf]", "[nan, 1.0, nan, -inf]")
    assert heats(right) == [[0, 100, None, None]]
    assert [square.differs for square in mine.rows[0]] == [True, False, False, True]


def test_rows_on_lines_of_their_own_and_a_named_dtype_are_read():
    right, _ = picture_pair("[[1.0, 2.0],\n [3.0, 4.0]] (float32)", "[[1.0, 2.0],\n [3.0, 4.0]] (float32)")
    assert heats(right) == [[0, 33], [67, 100]]


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (None, "[[1.0, 2.0], [3.0, 4.0]]"),
        ("[[1.0, 2.0], [3.0, 4.0]]", None),
        ("[[1.0, 2.0], [3.0, 4.0]]", "[1.0, 2.0, 3.0, 4.0]"),
        ("[[1.0, 2.0], [3.0, 4.0]]", "[[1.0, 2.0], [3.0]]"),
        ("[1.0, 2.0, 3.0]", "[1.0, 2.0, 4.0]"),
        ("[[[1.0, 2.0], [3.0, 4.0]]]", "[[[1.0, 2.0], [3.0, 4.0]]]"),
        ("8×9 values from 0.0 to 1.0", "8×9 values from 0.0 to 1.0"),
        (show([0.0] * 17), show([0.0] * 17)),
        ("['a', 'b', 'c', 'd']", "['a', 'b', 'c', 'd']"),
        ("[" * 4000, "[" * 4000),
    ],
)
def test_nothing_else_is_drawn(expected, got):
    assert picture_pair(expected, got) is None


@given(st.lists(st.floats(width=64), min_size=4, max_size=16), st.data())
def test_any_array_that_we_write_is_drawn_within_its_scale(numbers, data):
    other = data.draw(st.lists(st.floats(width=64), min_size=len(numbers), max_size=len(numbers)))
    for drawn in picture_pair(show(numbers), show(other)):
        assert len(drawn.rows[0]) == len(numbers)
        assert all(square.heat is None or 0 <= square.heat <= 100 for square in drawn.rows[0])
        assert math.isfinite(drawn.low)
        assert math.isfinite(drawn.high)


def test_numbers_with_nothing_between_them_are_drawn_alike():
    smallest = "[0.0, 5e-324, 0.0, 0.0]"
    _, yours = picture_pair("[0.0, 0.0, 0.0, 0.0]", smallest)
    assert {square.heat for square in yours.rows[0]} == {50}


def test_a_page_holds_the_pictures_and_plain_text_the_values():
    found = Counterexample("f(x)", [], "[[0.0, 8.0], [2.0, 4.0]]", "[[0.0, 1.0], [2.0, 4.0]]")
    test = TestResult("t", "Agrees", Verdict.FAILED, 0, 1, "wrong", found)
    exercise = ExerciseResult("f", Verdict.FAILED, 0, 1, [test])
    html = html_exercise(exercise)
    assert html.count('class="ag-picture"') == 2
    assert html.count('<span class="ag-square') == 8
    assert html.count("ag-square ag-off") == 1
    assert "[[0.0, 8.0], [2.0, 4.0]]" in text_exercise(exercise)
