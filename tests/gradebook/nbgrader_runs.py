"""Run the real nbgrader, or our command, on a course, and read its gradebook back."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from autograder.course import Course

from .course import REPOSITORY


def nbgrader(course: Course, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`nbgrader …` in the course's folder (or in `folder`, where a student works), with its nbgrader_config.py.

    No other settings but those of the nbgrader_config.py that a test puts into `home` beside the course.
    """
    home = course.root.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home),
        "JUPYTER_DATA_DIR": str(home),
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        "PYTHONPATH": str(REPOSITORY),
    }
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(
        command, cwd=folder or course.root, env=environment, capture_output=True, text=True, check=False
    )


def autograder(course: Course, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`autograder …` in the course's folder, with no settings but its own."""
    home = course.root.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {**os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home), "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", "from autograder.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True, check=False)


def gradebook_url(course: Course) -> str:
    return f"sqlite:///{course.root / 'gradebook.db'}"


def scores(course: Course, student: str, unit: str = "01_numbers") -> dict[str, float | None] | None:
    """The automatic score of each check cell; None where the gradebook knows of no submission."""
    with Gradebook(gradebook_url(course)) as gradebook:
        try:
            submission = gradebook.find_submission(unit, student)
        except MissingEntry:
            return None
        return {grade.name: grade.auto_score for notebook in submission.notebooks for grade in notebook.grades}


def needs_review(course: Course, student: str, unit: str = "01_numbers") -> bool:
    with Gradebook(gradebook_url(course)) as gradebook:
        return bool(gradebook.find_submission(unit, student).needs_manual_grade)


def feedback(course: Course, student: str, unit: str = "01_numbers") -> str:
    return Path(course.root, "feedback", student, unit, f"{unit[3:]}.html").read_text("utf-8")
