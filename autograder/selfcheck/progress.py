"""The whole picture: what is done, what is next, in lines of plain text."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

import pytest

from autograder.course import Course, Unit
from autograder.pytest_plugin import SAVED
from autograder.quiet import run_quietly
from autograder.quiz.saved import quiz_part
from autograder.results import TestResult, Verdict, exercise_verdict
from autograder.selfcheck.attempts import attempts_of
from autograder.selfcheck.names import checked_exercises, points_of
from autograder.selfcheck.notebook import SignOfWork

BAR = 20


class Checked(Protocol):
    unit: Unit
    results: dict[str, list[TestResult]]


def summary_lines(checked: list[Checked]) -> list[str]:
    """A line a unit with its share of exercises done, then what to do next. What was not run is not counted as done."""
    lines: list[str] = []
    following = ""
    left_out = False
    width = max(len(provider.unit.name) for provider in checked)
    for provider in sorted(checked, key=lambda p: p.unit.name):
        verdicts = {name: exercise_verdict(tests) for name, tests in provider.results.items()}
        names = list(dict.fromkeys([*checked_exercises(provider.unit), *verdicts]))
        done = sum(verdict is Verdict.PASSED for verdict in verdicts.values())
        filled = round(BAR * done / len(names))
        not_run = len(names) - len(verdicts)
        left_out |= not_run > 0
        lines.append(
            f"{provider.unit.name:{width}}  {'█' * filled}{'░' * (BAR - filled)}  {done} of {len(names)} exercises"
            + (f", {not_run} not run" if not_run else "")
            + _points_part(provider.unit, [name for name in names if verdicts.get(name) is Verdict.PASSED])
            + _attempts_part(provider.unit)
            + quiz_part(provider.unit)
        )
        if not following:
            first = next((name for name in names if verdicts.get(name, Verdict.PASSED) is not Verdict.PASSED), "")
            following = first and f"next: {first}, in {_from_here(provider.unit.notebook)}"
    if not following:
        following = "All that was run passes." if left_out else "Everything passes. Well done!"
    return [*lines, following]


def print_progress(course: Course) -> None:
    """Run the visible checks on every saved notebook of the course and print how far each unit is."""
    watcher = _Watcher()
    sign = SignOfWork()
    sign.show("Checking every notebook as it was saved …")
    try:
        run_quietly([unit.checks for unit in course.units.values() if unit.checks.is_file()], watcher)
        lines = (
            summary_lines(watcher.checked)
            if watcher.checked
            else [f"There are no checks in {course.root / 'exercises'}."]
        )
        text = "\n".join(lines)
        if not sign.replace(_Text(text)):
            print(text)
    finally:
        sign.take_away()


class _Text(str):
    """A text that a notebook shows as it is, without quotes."""

    __repr__ = str.__str__


def _from_here(notebook: Path) -> str:
    """How to name the notebook where the student stands: in the course's folder, in a unit's, or elsewhere."""
    try:
        return Path(os.path.relpath(notebook)).as_posix()
    except (ValueError, OSError):  # on another drive; or the working folder is gone
        return notebook.as_posix()


def _points_part(unit: Unit, done: list[str]) -> str:
    """What the exercises that pass are worth: hidden tests may still take points away."""
    worth = points_of(unit)
    if not worth:
        return ""
    return f", worth {sum(worth.get(name, 0.0) for name in done):g} of {sum(worth.values()):g} points"


def _attempts_part(unit: Unit) -> str:
    attempts = attempts_of(unit)
    return f", {attempts} {'attempt' if attempts == 1 else 'attempts'}" if attempts else ""


class _Watcher:
    """Takes the results from a pytest run that prints nothing."""

    def __init__(self) -> None:
        self.checked: list[Checked] = []

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.checked = list(session.config.stash.get(SAVED, {}).values())  # type: ignore[arg-type]  # those of a release record
