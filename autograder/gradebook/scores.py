"""A Result as the outputs of a notebook's check cells, in the one form that nbgrader reads as what it says.

nbgrader takes the first output that is a result and reads its plain text as a number. No output, NaN, a negative number
or any other text count as full marks; text on stderr counts as none. So each check cell gets exactly one output, and
what is not a plain finite number within range raises.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from autograder.judge.layers import Isolation
from autograder.report import Feedback, html_exercise, limited_exercise
from autograder.results import ExerciseResult, Result

_ROUNDING = 1e-9
"""Sums of points such as 0.1 may miss the maximum by this much."""

_UNCONFINED = (
    "<p><strong>Graded without confinement:</strong> this machine could not shut the code off from the rest.</p>"
)


class UngradedError(Exception):
    """There is no score to record: the submission has to be graded again."""


def write_scores(
    notebook: NotebookNode,
    result: Result,
    feedback: Feedback = Feedback.FULL,
    references: Mapping[str, str] | None = None,
) -> dict[str, float]:
    """Give each check cell of `notebook` its score and report, and take every other output away.

    Args:
        references: the reference solutions that the report shows, by exercise.

    Returns:
        The score written for each check cell's grade_id.

    Raises:
        UngradedError: a score is not a number within the cell's points, or the check cells are not those of the Result.
    """
    exercises = {f"check-{exercise.name}": exercise for exercise in result.exercises}
    scores: dict[str, float] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        nbgrader = cell.metadata.get("nbgrader", {})
        if not nbgrader.get("grade"):
            continue
        grade_id = nbgrader["grade_id"]
        if grade_id not in exercises or grade_id in scores:
            raise UngradedError(
                f"{result.unit}: the check cell {grade_id} is in the notebook, but not in the Result: build again."
            )
        scores[grade_id] = score(exercises[grade_id], nbgrader["points"])
        exercise = exercises[grade_id]
        page = html_exercise(limited_exercise(exercise, feedback), (references or {}).get(exercise.name, ""))
        if result.isolation != Isolation.CONFINED:
            page = _UNCONFINED + page
        data = {"text/plain": repr(scores[grade_id]), "text/html": page}
        cell.outputs = [new_output("execute_result", data=data, execution_count=1)]
    missing = sorted(exercises.keys() - scores.keys())
    if missing:
        raise UngradedError(f"{result.unit}: no check cell in the notebook for {', '.join(missing)}: build again.")
    return scores


def score(exercise: ExerciseResult, cell_points: float) -> float:
    """The points of `exercise`, once they are sure to be points out of `cell_points`."""
    if exercise.max_points != cell_points:
        raise UngradedError(
            f"{exercise.name} is worth {exercise.max_points:g} to the grader and {cell_points!r} to the gradebook: "
            "build and register the course again."
        )
    points = float(exercise.points)
    if not (math.isfinite(points) and -_ROUNDING <= points <= cell_points + _ROUNDING):
        raise UngradedError(f"{exercise.name} got {points!r} of {cell_points:g} points: this is a fault of its grader.")
    return min(max(points, 0.0), float(cell_points))
