"""The reference beside a student's result: `references` in solutions/course.toml says whether, and when.

    "never"       the default
    "passed"      beside each exercise that has full marks
    2026-12-24    from that day on, beside every exercise that was graded

The text goes into reports and feedback, which the instructor makes and hands out. Nothing of it is in a release: what lies
in a student's folder, however sealed, can be opened before it is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TypeAlias

from autograder.course import Course, CourseError
from autograder.percent_script import read_script, without_markers
from autograder.report.words import ungraded
from autograder.results import ExerciseResult, Result, Verdict

References: TypeAlias = Callable[[Result], Mapping[str, str]]
"""The references that a result's student may see now, by exercise."""

NEVER, PASSED = "never", "passed"


def no_references(result: Result) -> Mapping[str, str]:
    return {}


def references_of(course: Course, today: date | None = None) -> References:
    """The course's rule, as of `today` (the day of the machine if None). Raises CourseError for a setting that is none."""
    rule = course.settings.get("references", NEVER)
    if rule == NEVER:
        return no_references
    if rule == PASSED:
        return lambda result: _sources(course, result, _has_full_marks)
    if isinstance(rule, date) and not isinstance(rule, datetime):
        begun = rule <= (today or date.today())
        return lambda result: _sources(course, result, _is_graded) if begun else {}
    raise CourseError(
        f"references = {rule!r} in solutions/course.toml is no rule: write "
        f'"{NEVER}", "{PASSED}" or a date without quotes, such as 2026-12-24.'
    )


def _sources(course: Course, result: Result, allowed: Callable[[ExerciseResult], bool]) -> dict[str, str]:
    sources = _solutions(course.unit(result.unit).script)
    return {each.name: sources[each.name] for each in result.exercises if each.name in sources and allowed(each)}


def _is_graded(exercise: ExerciseResult) -> bool:
    return not ungraded(exercise)


def _has_full_marks(exercise: ExerciseResult) -> bool:
    return _is_graded(exercise) and exercise.verdict is Verdict.PASSED and exercise.points >= exercise.max_points > 0


@cache
def _solutions(script: Path) -> dict[str, str]:
    return {name: without_markers(cell.source) for name, cell in read_script(script).solutions.items()}
