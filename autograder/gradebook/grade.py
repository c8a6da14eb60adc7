"""In place of nbgrader's Execute: the judge grades the file that was handed in, and the check cells get the scores."""

from __future__ import annotations

import atexit
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from autograder.course import find_course
from autograder.course_units import exercise_names
from autograder.gradebook.ready import ReadyResults, key_of
from autograder.gradebook.scores import UngradedError, write_scores
from autograder.judge.layers import Isolation
from autograder.report import feedback_of, references_of
from autograder.results import Result, Verdict
from autograder.submission import Found, read_submission

if TYPE_CHECKING:
    from autograder.grading import Grader


class GradeWithJudge(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Grades the submission in a confined worker. A fault of ours raises: then nbgrader records nothing."""

    isolation = Unicode(
        Isolation.CONFINED.value,
        help='"confined", or "process" on a machine that cannot confine: then say so to students',
    ).tag(config=True)
    ready = Unicode(
        "", help="where Results come to lie while `autograder record` judges, each told on standard input"
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        names = resources["nbgrader"]
        directory = (
            self.parent.parent.coursedir
        )  # this step's parent is the exporter, and the exporter's is nbgrader's converter
        course = find_course(Path(directory.root))
        unit = course.unit(names["assignment"])
        folder = Path(directory.format_path(directory.submitted_directory, names["student"], names["assignment"]))
        path = folder / f"{names['notebook']}.ipynb"
        source = f"{names['student']}/{unit.name}/{path.name}"
        key = key_of(names["student"], unit.name, path.read_bytes())
        result = _ready(self.ready).result(key) if self.ready else None
        if result is None:
            found = Found(names["student"], unit.name, str(path), source=source)
            submission = read_submission(found, exercise_names(unit))
            result = _grader(course.root, Isolation(self.isolation)).grade(submission)
        if result.internal:
            raise UngradedError(
                f"{source}: a fault of the grader, not of the submission. Grade it again: {_faults(result)}"
            )
        resources["autograder"] = write_scores(nb, result, feedback_of(course), references_of(course)(result))
        return nb, resources


@cache
def _grader(root: Path, isolation: Isolation) -> Grader:
    """One grader for all submissions of a run: its start costs more than grading one."""
    from autograder.grading import Grader  # with all that a judge needs: not where the Results are ready

    grader = Grader(find_course(root), isolation)
    atexit.register(grader.__exit__, None, None, None)
    return grader


@cache
def _ready(folder: str) -> ReadyResults:
    return ReadyResults(Path(folder), sys.stdin)


def _faults(result: Result) -> str:
    texts = []
    for exercise in result.exercises:
        if exercise.verdict is Verdict.INTERNAL:
            messages = [test.message for test in exercise.tests if test.verdict is Verdict.INTERNAL]
            texts.append(f"{exercise.name}: {' '.join([*exercise.notices, *messages])}")
    return " ".join(texts)
