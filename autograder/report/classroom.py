"""Many Results read together: a table per unit, how the points of each exercise spread, which mistakes are frequent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median

from autograder.quiz.table import with_quiz_in_one
from autograder.report.words import share, short_words, shown_verdict, tone, ungraded
from autograder.results import ExerciseResult, Result, Verdict


@dataclass(frozen=True)
class Row:
    """One submission in the table of a unit. `cells` follow the table's exercises; None where it has no such one."""

    result: Result
    page: str
    cells: list[ExerciseResult | None]


@dataclass(frozen=True)
class Bar:
    label: str
    count: int


@dataclass(frozen=True)
class Distribution:
    """How the submissions did in one exercise: counted by the share of its points, and by verdict."""

    exercise: str
    bars: list[Bar]
    verdicts: list[tuple[str, str, int]]
    """Words, tone and count, most frequent first."""


@dataclass(frozen=True)
class FrequentMistake:
    exercise: str
    mistake: str
    count: int


@dataclass(frozen=True)
class UnitTable:
    unit: str
    exercises: list[str]
    rows: list[Row]
    graded: int
    full_marks: int
    median_points: float | None
    """Of the submissions that have marks; None when there are none."""
    max_points: float
    distributions: list[Distribution]
    mistakes: list[FrequentMistake]


@dataclass(frozen=True)
class InternalFault:
    submission: str
    unit: str
    exercise: str
    messages: list[str]


_BINS = ("none", "to half", "over half", "all")


def unit_tables(results: list[Result], pages: list[str]) -> list[UnitTable]:
    """One table for each unit, in the order in which things come. `pages` are the links, one for each Result."""
    by_unit: dict[str, list[tuple[Result, str]]] = {}
    for result, page in zip(results, pages, strict=True):
        by_unit.setdefault(result.unit, []).append((result, page))
    return [_unit_table(unit, members) for unit, members in by_unit.items()]


def internal_faults(results: list[Result]) -> list[InternalFault]:
    """Every exercise that a fault of ours left without a verdict, with what is known, for those who have to mend it."""
    return [
        InternalFault(result.submission, result.unit, exercise.name, _internal_messages(exercise))
        for result in results
        for exercise in result.exercises
        if ungraded(exercise)
    ]


def unconfined(results: list[Result]) -> list[Result]:
    return [result for result in results if result.isolation != "confined"]


def to_settle(results: list[Result]) -> list[tuple[str, str]]:
    """What only the instructor can settle, with whose work it is about."""
    return [(f"{result.submission} · {result.unit}", text) for result in results for text in result.for_instructor]


def _internal_messages(exercise: ExerciseResult) -> list[str]:
    messages = [test.message for test in exercise.tests if test.verdict is Verdict.INTERNAL and test.message]
    return list(dict.fromkeys(messages))


def _unit_table(unit: str, members: list[tuple[Result, str]]) -> UnitTable:
    every = list(dict.fromkeys(exercise.name for result, _ in members for exercise in result.exercises))
    together = [with_quiz_in_one(result.exercises) for result, _ in members]
    names = list(dict.fromkeys(exercise.name for exercises in together for exercise in exercises))
    rows = [
        Row(result, page, _cells(exercises, names)) for exercises, (result, page) in zip(together, members, strict=True)
    ]
    graded = [row.result for row in rows if not ungraded(row.result)]
    return UnitTable(
        unit=unit,
        exercises=names,
        rows=rows,
        graded=len(graded),
        full_marks=sum(share(result.points, result.max_points) == 1 for result in graded),
        median_points=median(result.points for result in graded) if graded else None,
        max_points=max(row.result.max_points for row in rows),
        distributions=[
            _distribution(name, [cell for result, _ in members for cell in _cells(result.exercises, [name])])
            for name in every
        ],
        mistakes=_frequent_mistakes([row.result for row in rows]),
    )


def _cells(exercises: list[ExerciseResult], names: list[str]) -> list[ExerciseResult | None]:
    by_name = {exercise.name: exercise for exercise in exercises}
    return [by_name.get(name) for name in names]


def _distribution(name: str, cells: list[ExerciseResult | None]) -> Distribution:
    present = [cell for cell in cells if cell is not None]
    bins = Counter(_bin(cell) for cell in present if not ungraded(cell))
    verdicts = Counter(shown_verdict(cell) for cell in present)
    return Distribution(
        exercise=name,
        bars=[Bar(label, bins[label]) for label in _BINS],
        verdicts=[(short_words(verdict), str(tone(verdict)), count) for verdict, count in verdicts.most_common()],
    )


def _bin(exercise: ExerciseResult) -> str:
    reached = share(exercise.points, exercise.max_points)
    if reached in (0, 1):
        return _BINS[-1] if reached else _BINS[0]
    return _BINS[1] if reached <= 0.5 else _BINS[2]


def _frequent_mistakes(results: list[Result]) -> list[FrequentMistake]:
    """Counted once for each submission and exercise, however many tests it fails; ties by exercise and text."""
    counts = Counter(
        (exercise.name, mistake)
        for result in results
        for exercise in result.exercises
        for mistake in {test.mistake for test in exercise.tests if test.mistake}
    )
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return [FrequentMistake(name, mistake, count) for (name, mistake), count in ordered]
