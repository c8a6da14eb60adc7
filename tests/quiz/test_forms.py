"""The form of an answer: generous where the meaning is plain, a sentence on what to write where it is not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.quiz.forms import FormError, expected_form, is_open, literal, understood
from autograder.quiz.kinds import Heading, Kind, Shown

OPTIONS = ["north", "east", "south", "west"]
LISTING = "a = 1\nb = 2\nprint(a)"


def asked(kind: Kind, **public) -> tuple[Heading, Shown]:
    shown = {
        Kind.LISTING: Shown("?", code=LISTING),
        Kind.MATCHING: Shown("?", OPTIONS, ["up", "right", "down"]),
    }.get(kind, Shown("?", OPTIONS))
    return Heading("compass", kind, "Compass", "maps", 1.0, **public), shown


READ = [
    (Kind.CHOICE, "B", 1),
    (Kind.CHOICE, "b", 1),
    (Kind.CHOICE, " B. ", 1),
    (Kind.CHOICE, ["B"], 1),
    (Kind.SEVERAL, "A, C", (0, 2)),
    (Kind.SEVERAL, "CA", (0, 2)),
    (Kind.SEVERAL, {"C", "A"}, (0, 2)),
    (Kind.SEVERAL, ["A", "C", "A"], (0, 2)),
    (Kind.ORDERING, "D, A, C, B", (3, 0, 2, 1)),
    (Kind.ORDERING, "DACB", (3, 0, 2, 1)),
    (Kind.ORDERING, ("D", "A", "C", "B"), (3, 0, 2, 1)),
    (Kind.MATCHING, "A, B, A", (0, 1, 0)),
    (Kind.MATCHING, {1: "A", 3: "D", 2: "B"}, (0, 1, 3)),
    (Kind.MATCHING, "2B 1A 3D", (0, 1, 3)),
    (Kind.LISTING, 2, 1),
    (Kind.LISTING, "line 2", 1),
    (Kind.NUMBER, 12, 12.0),
    (Kind.NUMBER, "12", 12.0),
    (Kind.NUMBER, "1_000", 1000.0),
    (Kind.NUMBER, "-2.5e3", -2500.0),
    (Kind.NUMBER, "−3", -3.0),
    (Kind.SHAPE, (2, 3), (2, 3)),
    (Kind.SHAPE, [2, 3], (2, 3)),
    (Kind.SHAPE, "(2, 3)", (2, 3)),
    (Kind.SHAPE, 5, (5,)),
    (Kind.OUTPUT, "3 4", "3 4"),
    (Kind.OUTPUT, 7, "7"),
]

REFUSED = [
    (Kind.CHOICE, "E"),
    (Kind.CHOICE, "AB"),
    (Kind.CHOICE, "A or B"),
    (Kind.CHOICE, 2),
    (Kind.CHOICE, b"A"),
    (Kind.CHOICE, True),
    (Kind.SEVERAL, "A and C"),
    (Kind.SEVERAL, [1, 2]),
    (Kind.ORDERING, "A, B, C"),
    (Kind.ORDERING, "A, B, C, C"),
    (Kind.ORDERING, {"A", "B", "C", "D"}),
    (Kind.MATCHING, "A, B"),
    (Kind.MATCHING, {1: "A", 2: "B"}),
    (Kind.MATCHING, "1A 1B 3C"),
    (Kind.LISTING, 0),
    (Kind.LISTING, 4),
    (Kind.LISTING, True),
    (Kind.LISTING, "two"),
    (Kind.NUMBER, "1,234"),
    (Kind.NUMBER, "1 234"),
    (Kind.NUMBER, "0,5"),
    (Kind.NUMBER, "12 apples"),
    (Kind.NUMBER, True),
    (Kind.NUMBER, float("nan")),
    (Kind.NUMBER, float("inf")),
    (Kind.NUMBER, 1 + 2j),
    (Kind.NUMBER, 10**400),
    (Kind.NUMBER, [3]),
    (Kind.SHAPE, "2 x 3"),
    (Kind.SHAPE, (2, -3)),
    (Kind.SHAPE, (2.0, 3)),
    (Kind.SHAPE, (True, 3)),
    (Kind.OUTPUT, {1: 2}),
    (Kind.OUTPUT, "x" * 3_000),
]


@pytest.mark.parametrize(("kind", "value", "answer"), READ)
def test_what_is_plain_is_read(kind, value, answer):
    assert understood(*asked(kind), value) == answer


@pytest.mark.parametrize(("kind", "value"), REFUSED)
def test_what_is_not_is_refused_with_what_to_write(kind, value):
    with pytest.raises(FormError) as refused:
        understood(*asked(kind), value)
    assert len(str(refused.value)) < 400
    assert any(word in str(refused.value).lower() for word in ("write", "compared", "too large"))


def test_two_answers_to_one_question_are_counted_out():
    with pytest.raises(FormError, match=r"2 answers \(A, B\)"):
        understood(*asked(Kind.CHOICE), "A, B")


def test_a_unit_of_the_question_may_follow_a_number():
    heading, shown = asked(Kind.NUMBER, units=["bytes", "B"])
    assert [understood(heading, shown, text) for text in ("12 bytes", "12B", "12 Bytes", "12")] == [12.0] * 4
    with pytest.raises(FormError):
        understood(heading, shown, "12 kB")


@pytest.mark.parametrize(("kind", "value", "answer"), READ)
def test_the_one_form_of_an_answer_is_read_as_the_same_answer(kind, value, answer):
    assert understood(*asked(kind), eval(literal(kind, answer))) == answer


@pytest.mark.parametrize("value", [..., None, "", [], (), set(), {}])
def test_what_stands_for_no_answer_is_open(value):
    assert is_open(value)


@pytest.mark.parametrize("value", [0, False, 0.0, "A", (0,), "..."])
def test_what_could_be_an_answer_is_not_open(value):
    assert not is_open(value)


@pytest.mark.parametrize("kind", list(Kind))
def test_the_form_that_is_asked_for_can_be_read(kind):
    """The example in the sentence has the right form, whatever it says."""
    heading, shown = asked(kind)
    example = re.split(r": |as in ", expected_form(heading, shown).rstrip("."))[-1]
    understood(heading, shown, eval(example))


literals = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.integers() | st.text(), inner) | st.lists(inner).map(tuple),
    max_leaves=8,
)


@given(kind=st.sampled_from(list(Kind)), value=literals)
def test_no_literal_breaks_the_reading(kind, value):
    """An answer or a sentence, and nothing else, for whatever a student can write."""
    heading, shown = asked(kind)
    try:
        answer = understood(heading, shown, value)
    except FormError:
        return
    assert understood(heading, shown, eval(literal(kind, answer))) == answer
