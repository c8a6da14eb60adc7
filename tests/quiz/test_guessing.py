"""What somebody earns on average who knows nothing: computed for every question from the rules alone, and from the marking."""

from __future__ import annotations

import itertools
from collections import Counter
from math import comb, factorial
from statistics import mean

import pytest

from autograder.quiz.drawn import Drawn
from autograder.quiz.kinds import Kind
from autograder.quiz.marking import share

from .quizzes import IDS, QUESTIONS, UNITS, quiz_named

TO_CHOOSE = {Kind.CHOICE, Kind.LISTING, Kind.SEVERAL, Kind.ORDERING, Kind.MATCHING}
MOST = {Kind.CHOICE: 1 / 4, Kind.LISTING: 1 / 5, Kind.SEVERAL: 1 / 4, Kind.ORDERING: 1 / 9, Kind.MATCHING: 1 / 6}
"""As docs/instructors.md says, whatever the way of guessing."""
GUESSED = [
    pytest.param(question, id=name)
    for question, name in zip(QUESTIONS, IDS, strict=True)
    if question.heading.kind in TO_CHOOSE
]


def guesses(variant: Drawn) -> dict[str, list[tuple[int, ...]] | list[int]]:
    """Ways of guessing blindly, each with the answers that it gives, all equally likely."""
    places = range(len(variant.shown.options) or len(variant.shown.lines))
    items = len(variant.shown.items)
    match variant.kind:
        case Kind.SEVERAL:
            sizes = {
                f"{size} of them": list(itertools.combinations(places, size)) for size in range(1, len(places) + 1)
            }
            return {**sizes, "any": [chosen for each in sizes.values() for chosen in each]}
        case Kind.ORDERING:
            return {"any": list(itertools.permutations(places))}
        case Kind.MATCHING:
            ways = {"any": list(itertools.product(places, repeat=items))}
            if len(places) >= items:
                ways["each option once"] = list(itertools.permutations(places, items))
            return ways
        case _:
            return {"any": list(places)}


def by_the_rules(variant: Drawn) -> float:
    """The mean mark of the guess "any", by counting and not by marking."""
    options = len(variant.shown.options)
    match variant.kind:
        case Kind.SEVERAL:
            right = len(variant.key.right)
            wrong = options - right
            marks = sum(
                comb(right, hits) * comb(wrong, misses) * max(0, hits / right - misses / wrong)
                for hits in range(right + 1)
                for misses in range(wrong + 1)
            )
            return marks / (2**options - 1)  # marking nothing is no answer
        case Kind.ORDERING:
            return (1 + (options - 1) / 2) / factorial(options)
        case Kind.MATCHING:
            items = len(variant.shown.items)
            alike = max(Counter(variant.key.right).values())
            return sum(
                comb(items, hits) * (options - 1) ** (items - hits) * (hits - alike) / (items - alike)
                for hits in range(alike, items + 1)
            ) / (options**items)
        case _:
            return 1 / (options or len(variant.shown.lines))


@pytest.mark.parametrize("question", GUESSED)
def test_a_guesser_earns_on_average_what_the_rules_say(question):
    variant = question.variant(0)
    means = {way: mean(share(variant, answer) for answer in answers) for way, answers in guesses(variant).items()}
    assert means["any"] == pytest.approx(by_the_rules(variant), abs=1e-12)
    assert max(means.values()) <= MOST[variant.kind] + 1e-12, means


@pytest.mark.parametrize("question", GUESSED)
def test_no_lazy_answer_earns_anything(question):
    """All options of several, the same letter throughout a matching."""
    variant = question.variant(0)
    count = len(variant.shown.options)
    match variant.kind:
        case Kind.SEVERAL:
            lazy = [tuple(range(count))]
        case Kind.MATCHING:
            lazy = [(place,) * len(variant.shown.items) for place in range(count)]
        case _:
            pytest.skip("there is no such answer")
    assert [share(variant, answer) for answer in lazy] == [0.0] * len(lazy)


@pytest.mark.parametrize("unit", [unit.name for unit in UNITS])
def test_a_whole_quiz_gives_a_guesser_at_most_an_eighth(unit):
    """Each question guessed in the way that pays best; numbers, shapes and outputs are not guessed blindly."""
    points = guessed = 0.0
    for question in quiz_named(unit).questions.values():
        variant = question.variant(0)
        points += question.heading.points
        if variant.kind in TO_CHOOSE:
            best = max(mean(share(variant, answer) for answer in answers) for answers in guesses(variant).values())
            guessed += best * question.heading.points
    assert guessed <= points / 8
