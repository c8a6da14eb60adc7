"""A whole class into nbgrader's gradebook: judged in parallel, recorded by one nbgrader process, then compared."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from autograder.course import Course, CourseError, Unit
from autograder.gradebook.ready import key_of, write_ready
from autograder.gradebook.register import register, scripts_on_path
from autograder.judge.layers import Isolation
from autograder.results import Result
from autograder.submission import Found, find_submissions

REGRADE = "--force"


def handed_in(course: Course, unit: Unit) -> list[Found]:
    """The notebooks of `unit` that nbgrader has collected. Raises CourseError when there are none."""
    submitted = course.root / "submitted"
    if not any(submitted.glob(f"*/{unit.name}/{unit.slug}.ipynb")):
        raise CourseError(
            f"Nobody has handed in {unit.name}: there is no {submitted}/STUDENT/{unit.name}/{unit.slug}.ipynb."
        )
    return find_submissions([submitted], course, unit.name)


def keys_of(course: Course, found: Iterable[Found]) -> dict[str, str]:
    """Student to the key of the file as it is now. Taken before the judge reads it: one that changes later is judged again."""
    keys = {}
    for one in found:
        unit = course.unit(one.unit)
        file = course.root / "submitted" / one.student / unit.name / f"{unit.slug}.ipynb"
        if file.is_file():
            keys[one.student] = key_of(one.student, unit.name, file.read_bytes())
    return keys


def record(
    course: Course, unit: Unit, results: list[Result], keys: dict[str, str], isolation: Isolation, *options: str
) -> list[str]:
    """Have nbgrader record the Results of a class that was just judged.

    Args:
        results: of the notebooks of `handed_in`; those that could not be graded are tried again by nbgrader.
        keys: of the files that were judged.
        options: for `nbgrader autograde`, such as `--force`.

    Returns:
        The students whom nbgrader could not record.

    Raises:
        CourseError: nbgrader failed as a whole; the text is its last line.
    """
    register_if_new(course, unit)
    ready = {keys[one.submission]: one for one in results if one.submission in keys}
    with tempfile.TemporaryDirectory(prefix="ready-") as folder:
        file = Path(folder) / "results.json"
        write_ready(file, ready)
        command = [sys.executable, "-m", "nbgrader", "autograde", unit.name, *options]
        command += [f"--GradeWithJudge.ready={file}", f"--GradeWithJudge.isolation={isolation.value}"]
        with scripts_on_path():
            ended = subprocess.run(
                command, cwd=course.root, capture_output=True, text=True, check=False, env=os.environ
            )
    unrecorded = sorted(one.submission for one in results if _recorded(course, unit, one.submission) is None)
    if ended.returncode != 0 and not unrecorded:
        lines = [line for line in ended.stderr.splitlines() if line.strip()]
        raise CourseError(f"nbgrader could not record {unit.name}: {lines[-1] if lines else 'it says nothing'}")
    return unrecorded


def differences(course: Course, unit: Unit, results: Iterable[Result]) -> list[str]:
    """A sentence for each score in the gradebook that is not the Result's. None, if all is well."""
    found = []
    for result in results:
        if result.internal:
            continue
        given = {f"check-{exercise.name}": exercise.points for exercise in result.exercises}
        recorded = _recorded(course, unit, result.submission)
        if recorded != given:
            found.append(f"{result.submission}: the gradebook has {recorded}, the judge gave {given}.")
    return found


def register_if_new(course: Course, unit: Unit) -> None:
    """Enter the course in the gradebook where that has not been done yet."""
    if not (course.root / "gradebook.db").is_file():
        register(course)
        return
    with Gradebook(_url(course)) as gradebook:
        try:
            gradebook.find_assignment(unit.name)
            return
        except MissingEntry:
            pass
    register(course)


def _recorded(course: Course, unit: Unit, student: str) -> dict[str, float | None] | None:
    """The automatic score of each check cell; None where there is no submission or it waits for review."""
    with Gradebook(_url(course)) as gradebook:
        try:
            notebook = gradebook.find_submission_notebook(unit.slug, unit.name, student)
        except MissingEntry:
            return None
        scores = {grade.name: grade.auto_score for grade in notebook.grades}
        return None if None in scores.values() else scores


def _url(course: Course) -> str:
    return f"sqlite:///{(course.root / 'gradebook.db').as_posix()}?timeout=60"
