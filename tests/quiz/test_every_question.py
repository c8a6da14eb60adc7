"""Every question of every quiz, drawn many times: one right answer, sensible wrong ones, and texts that a person could have written."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType

import pytest

from autograder.quiz.drawn import Drawn, same_value
from autograder.quiz.forms import literal, understood
from autograder.quiz.kinds import LETTERS, Kind
from autograder.quiz.marking import explained, marked, share
from autograder.quiz.secret import Question
from autograder.quiz.showing import markdown
from autograder.quiz.texts import artefacts, plain

from .quizzes import COURSE, IDS, QUESTIONS, UNITS, quiz_named

FEW = 40
MANY = 1_000

every_question = pytest.mark.parametrize("question", QUESTIONS, ids=IDS)
how_often = pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])


def draws(question: Question, count: int) -> list[Drawn]:
    return [question.variant(number) for number in range(count)]


def recomputed_by(question: Question) -> Callable[..., object] | None:
    slug = COURSE.unit(question.seed[1]).slug
    try:
        module: ModuleType = importlib.import_module(f".recomputed.{slug}", __package__)
    except ModuleNotFoundError:
        return None
    found = getattr(module, question.heading.name, None)
    return found if callable(found) else None


def is_drawn(question: Question) -> bool:
    """Whether the question's text or code differs between variants, its listing apart."""
    seen = {(each.shown.text, each.shown.code, *sorted(each.shown.options)) for each in draws(question, 12)}
    return len(seen) > 1 and question.heading.kind is not Kind.LISTING


@every_question
@how_often
def test_the_right_answer_gets_all_points_in_the_form_that_is_asked_for(question, count):
    for drawn in draws(question, count):
        written = literal(drawn.kind, drawn.key.right)
        answer = understood(question.heading, drawn.shown, eval(written))
        assert share(drawn, answer) == 1.0


@every_question
@how_often
def test_exactly_one_answer_is_right(question, count):
    for drawn in draws(question, count):
        match drawn.kind:
            case Kind.CHOICE:
                assert [share(drawn, place) for place in range(len(drawn.shown.options))].count(1.0) == 1
                assert len(set(drawn.shown.options)) == len(drawn.shown.options) >= 4
            case Kind.LISTING:
                assert [share(drawn, place) for place in range(len(drawn.shown.lines))].count(1.0) == 1
            case Kind.NUMBER | Kind.SHAPE | Kind.OUTPUT:
                values = [drawn.key.right, *(value for value, _ in drawn.key.slips)]
                for place, value in enumerate(values):
                    others = values[:place] + values[place + 1 :]
                    assert not any(same_value(value, other, 2 * drawn.key.tolerance) for other in others)
                assert all(share(drawn, value) == 0.0 for value, _ in drawn.key.slips)
            case _:
                assert len(set(drawn.shown.options)) == len(drawn.shown.options)


@every_question
@how_often
def test_no_text_has_an_artefact(question, count):
    for drawn in draws(question, count):
        texts = [drawn.shown.text, *drawn.shown.options, *drawn.shown.items]
        explanations = [drawn.key.because, *drawn.key.remarks, *(says for _, says in drawn.key.slips)]
        for text in [*texts, *explanations]:
            assert not list(artefacts(text)), text
            assert "\\" not in plain(text), f"reports cannot show: {text}"
        for name in ("nan", "None", "<"):
            assert drawn.kind in (Kind.LISTING, Kind.OUTPUT) or name not in drawn.shown.code
        if drawn.kind is not Kind.LISTING and drawn.shown.code:
            compile(drawn.shown.code, "question", "exec")


@every_question
@how_often
def test_the_answer_is_what_a_second_computation_gives(question, count):
    if not is_drawn(question):
        pytest.skip("nothing in it is drawn but the order")
    recompute = recomputed_by(question)
    assert recompute is not None, "write a function of this name in tests/quiz/recomputed/<slug>.py"
    for drawn in draws(question, count):
        again = recompute(drawn.shown)
        right = drawn.shown.options[drawn.key.right] if drawn.kind is Kind.CHOICE else drawn.key.right
        if isinstance(again, float):
            assert again == pytest.approx(right, abs=max(drawn.key.tolerance / 10, 1e-9))
        else:
            assert same_value(right, again, 0.0), (drawn.shown, again)


@every_question
def test_what_is_told_explains_every_choice(question):
    drawn = question.variant(0)
    assert len(explained(drawn)) > 40
    if drawn.kind in (Kind.CHOICE, Kind.LISTING, Kind.SEVERAL):
        places = len(drawn.shown.options) or len(drawn.shown.lines)
        assert [len(remark) > 10 for remark in drawn.key.remarks] == [True] * places
    if drawn.kind in (Kind.NUMBER, Kind.SHAPE):
        assert len(drawn.key.slips) >= 2, "give the wrong values that known misconceptions lead to"
    for value, says in drawn.key.slips:
        answer = (value,) * len(drawn.shown.items) if drawn.kind is Kind.MATCHING else value
        assert plain(says) in marked(drawn, answer).message


@every_question
def test_what_a_misconception_leads_to_can_be_written(question):
    """A wrong value that is not of the form that is asked for would never be met."""
    heading = question.heading
    if heading.kind not in (Kind.NUMBER, Kind.SHAPE, Kind.OUTPUT):
        pytest.skip("what can be chosen is shown")
    for drawn in draws(question, FEW):
        for value, _ in drawn.key.slips:
            assert same_value(value, understood(heading, drawn.shown, eval(literal(drawn.kind, value))), 1e-9)
            if heading.kind is Kind.NUMBER and heading.places is None:
                assert float(value).is_integer()


@every_question
def test_the_questions_paragraphs_are_lines(question):
    """A docstring's line breaks are its author's, also before a word in bold."""
    assert "\n" not in question.variant(0).shown.text.replace("\n\n", "")


@every_question
def test_the_questions_heading_is_fit_to_be_shown(question):
    heading = question.heading
    assert 3 <= len(heading.title) <= 60
    assert heading.about
    assert markdown(heading, question.variant(0).shown).count("$") % 2 == 0


@every_question
def test_no_letter_is_right_more_often_than_chance(question):
    """Over many variants each letter, or line that can be wrong, is right about equally often."""
    drawn = draws(question, 400)
    if drawn[0].kind not in (Kind.CHOICE, Kind.LISTING):
        pytest.skip("no single letter is right")
    counts = [sum(each.key.right == place for each in drawn) for place in range(len(LETTERS))]
    used = [count for count in counts if count]
    expected = len(drawn) / len(used)
    chi_squared = sum((count - expected) ** 2 / expected for count in used)
    assert chi_squared < 30  # 6 degrees of freedom: exceeded once in 20,000; the draws are the same on every run


@pytest.mark.parametrize("unit", [unit.name for unit in UNITS])
def test_a_unit_has_at_least_eight_questions(unit):
    assert len(quiz_named(unit).questions) >= 8


def test_there_are_at_least_a_hundred_questions_and_all_kinds_of_them():
    assert len(QUESTIONS) >= 100
    assert {question.heading.kind for question in QUESTIONS} == set(Kind)


def test_every_unit_has_a_quiz():
    assert list(COURSE.units.values()) == UNITS


@pytest.mark.parametrize("unit", [unit.name for unit in UNITS])
def test_the_right_option_is_not_told_by_its_length(unit):
    """Whoever always takes the longest option should not do better than two in five."""
    choices = [question.variant(0) for question in quiz_named(unit).questions.values()]
    choices = [each for each in choices if each.kind is Kind.CHOICE]
    longest = [
        max(range(len(each.shown.options)), key=lambda place: len(each.shown.options[place])) for each in choices
    ]
    hits = sum(each.key.right == place for each, place in zip(choices, longest, strict=True))
    assert hits <= max(1, 0.4 * len(choices))
