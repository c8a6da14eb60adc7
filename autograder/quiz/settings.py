"""How quizzes are given, from the course's `[quiz]` in solutions/course.toml.

[quiz]
mode = "graded"                       # or "practice" or "off", for all quizzes
students = ["ada", "bela"]            # optional: a name that is not in the class is told to the student at once

[quiz.modes]
01_vectors = "practice"               # for one of them
"""

from __future__ import annotations

from enum import StrEnum

from autograder.course import Course, CourseError


class Mode(StrEnum):
    GRADED = "graded"
    """Only the form of an answer is checked at once; marks and explanations come after grading."""
    PRACTICE = "practice"
    """Right or wrong at once, with the explanation, as often as one likes; no marks."""
    OFF = "off"
    """Not given: neither released nor graded."""


def mode_of(course: Course, unit: str) -> Mode:
    """Raises CourseError for a word that is no mode."""
    settings = _table(course)
    modes = settings.get("modes", {})
    word = modes.get(unit, settings.get("mode")) if isinstance(modes, dict) else settings.get("mode")
    try:
        return Mode(str(word)) if word is not None else Mode.GRADED
    except ValueError:
        known = ", ".join(f'"{mode}"' for mode in Mode)
        raise CourseError(f'"{word}" in [quiz] of solutions/course.toml is no mode: write one of {known}.') from None


def class_of(course: Course) -> list[str]:
    """The students' names, as their work is handed in under; empty where the course does not list them."""
    names = _table(course).get("students", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CourseError('`students` in [quiz] of solutions/course.toml is a list of names: ["ada", "bela"].')
    return names


def _table(course: Course) -> dict[str, object]:
    table = course.settings.get("quiz", {})
    return table if isinstance(table, dict) else {}
