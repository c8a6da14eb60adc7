import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.report.safe_text import LONGEST_VALUE, MOST_LINES, block, one_line, visible

ANYTHING = st.text(st.characters())


@given(ANYTHING)
@example("\ud800\x9b31m\u2066\u202e\u200b\ufeff\U000e0041\x1b[2J\r\x08")
def test_nothing_unseen_is_left(text):
    left = {unicodedata.category(character) for character in visible(text) if character not in "\n\t\u200c\u200d"}
    assert left.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})


@given(ANYTHING)
def test_safe_text_can_be_written_as_utf_8(text):
    assert block(text).encode("utf-8") is not None
    assert one_line(text).encode("utf-8") is not None


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("a\x00b\x07", "a␀b␇"),
        ("\x7f", "␡"),
        ("\x9b2J", "⟨U+009B⟩2J"),
        ("user\u202egpj.exe", "user⟨U+202E⟩gpj.exe"),
        ("ad\u200bmin", "ad⟨U+200B⟩min"),
        ("ad\u3164min", "ad⟨U+3164⟩min"),
        ("\ud83d", "⟨U+D83D⟩"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_what_it_is(hostile, shown):
    assert visible(hostile) == shown


@pytest.mark.parametrize(
    "name", ["Zoë Łukasz", "李雷", "Αθηνά", "علی\u200cرضا", "क्\u200dष", "Nguyễn", "O’Brien", "α·β"]
)
def test_names_of_the_world_stay_as_they_are(name):
    assert one_line(name) == name


def test_a_heap_of_accents_is_cut_down():
    assert visible("Z" + "\u0310" * 500 + "algo") == "Z" + "\u0310" * 3 + "algo"


@given(ANYTHING)
@example("first\nsecond\r\nthird\u2028fourth\x85fifth\tsixth")
def test_a_name_is_one_line(text):
    assert len(one_line(text).splitlines()) <= 1


def test_a_long_name_shows_its_head_and_tail():
    name = "a" * 150 + "b" * 150
    assert one_line(name) == "a" * 60 + " … " + "b" * 20


def test_a_long_value_shows_its_head_and_tail_and_how_much_is_left_out():
    head, middle, tail = "1" * 1_500, "2" * 10_345, "3" * 500
    assert block(head + middle + tail) == f"{head}\n… 10,345 characters left out …\n{tail}"


def test_a_value_of_the_longest_size_is_whole():
    assert block("7" * LONGEST_VALUE) == "7" * LONGEST_VALUE


def test_many_lines_show_the_first_and_the_last():
    lines = block("\n".join(f"row {row}" for row in range(200))).split("\n")
    assert lines[:2] == ["row 0", "row 1"]
    assert lines[30] == "… 160 lines left out …"
    assert lines[-1] == "row 199"
    assert len(lines) == MOST_LINES + 1


def test_an_enormous_value_does_not_take_long_to_cut():
    assert len(block("\x1b" * 50_000_000)) < 3 * LONGEST_VALUE


def test_line_breaks_of_other_systems_are_line_breaks():
    assert block("a\r\nb") == "a\nb"
