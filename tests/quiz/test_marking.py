"""What an answer earns."""

from __future__ import annotations

import pytest

from autograder.quiz.authoring import (
    Choice,
    Draw,
    Line,
    Listing,
    Matching,
    Number,
    Option,
    Ordering,
    Output,
    Pair,
    Several,
    Shape,
    Slip,
)
from autograder.quiz.drawn import Drawn, drawn
from autograder.quiz.marking import explained, marked, share


def options(*texts: str) -> list[Option]:
    return [Option(text, f"about {text}") for text in texts]


def posed(question) -> Drawn:
    return drawn("What is it?", question, Draw(b"seed"))


def test_an_option_marked_blindly_takes_as_much_as_it_gives():
    """Before the floor: over the options, what one more mark changes adds up to nothing."""
    question = posed(Several(options("a", "b"), options("c", "d", "e")))
    right = question.key.right
    changes = [(1 / 2) if place in right else -(1 / 3) for place in range(5)]
    assert sum(changes) == pytest.approx(0)
    assert share(question, right) == 1.0


def test_half_of_what_is_right_and_nothing_wrong_earns_half():
    question = posed(Several(options("a", "b"), options("c", "d")))
    first, second = question.key.right
    wrong = next(place for place in range(4) if place not in (first, second))
    assert share(question, (first,)) == 0.5
    assert share(question, tuple(sorted((first, wrong)))) == 0.0
    assert share(question, tuple(sorted((first, second, wrong)))) == 0.5


def test_an_order_with_two_neighbours_exchanged_earns_half_and_no_other_does():
    question = posed(Ordering(options("1", "2", "3", "4")))
    first, second, third, fourth = question.key.right
    assert share(question, (first, second, third, fourth)) == 1.0
    assert share(question, (second, first, third, fourth)) == 0.5
    assert share(question, (third, second, first, fourth)) == 0.0
    assert share(question, (second, first, fourth, third)) == 0.0


def test_in_a_matching_the_first_hit_is_what_one_letter_everywhere_gives():
    pairs = [Pair(item, option, "because") for item, option in (("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"))]
    question = posed(Matching(pairs))
    right = question.key.right
    one_off = (right[1], right[0], *right[2:])
    assert share(question, right) == 1.0
    assert share(question, one_off) == pytest.approx(1 / 3)
    assert share(question, (right[0],) * 4) == 0.0


def test_items_may_share_an_option():
    pairs = [Pair("a", "1", "because"), Pair("b", "1", "because"), Pair("c", "2", "because")]
    question = posed(Matching(pairs))
    assert len(question.shown.options) == 2
    assert share(question, question.key.right) == 1.0
    assert share(question, (0, 0, 0)) == share(question, (1, 1, 1)) == 0.0


@pytest.mark.parametrize(("answer", "earns"), [(0.33, 1.0), (1 / 3, 1.0), (0.34, 1.0), (0.32, 0.0), (0.35, 0.0)])
def test_a_number_may_be_off_by_one_in_its_last_decimal(answer, earns):
    assert share(posed(Number(1 / 3, because="a third", places=2)), answer) == earns


@pytest.mark.parametrize(
    ("places", "told"), [(2, "Right: 0.67."), (1, "Right: 0.7."), (0, "Right: 1."), (None, "Right: 2.")]
)
def test_a_right_number_is_told_with_the_decimals_that_are_asked_for(places, told):
    question = posed(Number(2 if places is None else 2 / 3, because="two thirds", places=places))
    assert told in marked(question, 100.0).message


def test_a_whole_number_is_right_or_wrong():
    question = posed(Number(8, because="because"))
    assert [share(question, value) for value in (8.0, 8.001, 7.0)] == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("text", ["[1 2]", "[1, 2]", " [ 1.0  2 ]\n", "'[1 2]'"])
def test_white_space_and_commas_of_an_output_do_not_count(text):
    assert share(posed(Output("print(x)", "[1 2]", because="because")), text) == 1.0


@pytest.mark.parametrize("text", ["[2 1]", "1 2", "[1 2", "[1 2] 3", "[12]"])
def test_everything_else_of_an_output_counts(text):
    assert share(posed(Output("print(x)", "[1 2]", because="because")), text) == 0.0


def test_the_misconception_behind_a_wrong_value_is_told():
    question = posed(Shape((2, 3), because="rows, then columns", slips=[Slip((3, 2), "The axes changed places.")]))
    message = marked(question, (3, 2)).message
    assert "The axes changed places." in message
    assert "rows, then columns" in message


def test_a_wrong_choice_is_told_why_it_is_wrong_and_what_is_right():
    question = posed(Choice(Option("yes", "It is."), options("no", "never", "maybe")))
    wrong = next(place for place in range(4) if place != question.key.right)
    message = marked(question, wrong).message
    assert f"about {question.shown.options[wrong]}" in message
    assert "It is." in message


def test_a_listing_has_one_wrong_line_and_says_why():
    lines = [
        Line(f"line_{number} = 1", f"fine {number}", wrong=f"line_{number} = 2", reason=f"bad {number}")
        for number in range(5)
    ]
    question = posed(Listing(lines))
    wrong = question.key.right
    assert [line.endswith("2") for line in question.shown.lines] == [place == wrong for place in range(5)]
    assert f"bad {wrong}" in marked(question, wrong).message


@pytest.mark.parametrize(("option", "cited"), [("a share", "“a share”. about"), ("It is one.", "“It is one.” about")])
def test_an_option_that_is_no_sentence_ends_with_the_sentence_that_cites_it(option, cited):
    assert cited in explained(posed(Choice(options(option)[0], options("b", "c", "d"))))
    assert cited in explained(posed(Ordering(options(option, "b", "c", "d"))))


def test_lines_of_a_listing_are_counted_from_one_as_they_are_shown():
    lines = [Line(f"line_{number} = 1", "fine") for number in (1, 2, 3)]
    lines += [Line(f"line_{number} = 1", "fine", wrong=f"line_{number} = 2", reason="twice") for number in (4, 5)]
    question = posed(Listing(lines))
    fault = next(number for number, line in enumerate(question.shown.lines, start=1) if line.endswith("2"))
    message = marked(question, 1).message
    assert "Yours: line 2." in message
    assert f"Right: line {fault}, `line_{fault} = 2`." in message
