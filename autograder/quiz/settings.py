"""How quizzes are given, from the course's `[quiz]` in solutions/course.toml.

[quiz]
mode = "graded"                       # or "practice" or "off", for all quizzes
students = ["ada", "bela"]            # optional: a name that is not in the class is told to the student at once

[quiz.modes]
01_vectors = "practice"               # for one of them
"""

from __future__ import annotations

from enum import StrEnum

from autograder.course import COURSE_TOML, Course, CourseError, refuse_unknown

QUIZ_SETTINGS = ("mode", "students", "modes")


class Mode(StrEnum):
    GRADED = "graded"
    """Only the form of an answer is checked at once; marks and explanations come after grading."""
    PRACTICE = "practice"
    """Right or wrong at once, with the explanation, as often as one likes; no marks."""
    OFF = "off"
    """Not given: neither released nor graded."""


def mode_of(course: Course, unit: str) -> Mode:
    """Raises CourseError for a word that is no mode, and for what `[quiz]` cannot hold."""
    settings = _table(course.settings, "quiz", COURSE_TOML)
    refuse_unknown(settings, QUIZ_SETTINGS, f"[quiz] in {COURSE_TOML}")
    modes = _table(settings, "modes", f"[quiz] in {COURSE_TOML}")
    refuse_unknown(modes, course.units, f"[quiz.modes] in {COURSE_TOML}")
    word = modes.get(unit, settings.get("mode"))
    try:
        return Mode(str(word)) if word is not None else Mode.GRADED
    except ValueError:
        known = ", ".join(f'"{mode}"' for mode in Mode)
        raise CourseError(f'"{word}" in [quiz] of solutions/course.toml is no mode: write one of {known}.') from None


def class_of(course: Course) -> list[str]:
    """The students' names, as their work is handed in under; empty where the course does not list them."""
    names = _table(course.settings, "quiz", COURSE_TOML).get("students", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CourseError('`students` in [quiz] of solutions/course.toml is a list of names: ["ada", "bela"].')
    return names


def _table(settings: dict[str, object], name: str, where: str) -> dict[str, object]:
    table = settings.get(name, {})
    if not isinstance(table, dict):
        raise CourseError(
            f"{name} = {table!r} of {where} is no table: docs/instructors.md, Quizzes, shows how it is written."
        )
    return table
