"""One Result in the form of Gradescope's results.json.

Source: Gradescope's autograder documentation, "Output Format": a score, a text, and a list of tests with points, status,
visibility and output.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from autograder.course import CourseError
from autograder.report import Feedback, limited, text_exercise
from autograder.results import ExerciseResult, Result, Verdict

VISIBLE = "visible"


def results_json(
    result: Result, feedback: Feedback = Feedback.FULL, references: Mapping[str, str] | None = None
) -> bytes:
    """What Gradescope reads: an entry for each exercise, in which the student finds what `check` would show.

    Args:
        references: the reference solutions to show, by exercise.

    Raises:
        CourseError: a fault of ours left an exercise ungraded. Without a file Gradescope reports that the autograder
            failed, and gives no marks: so must it be.
    """
    if result.internal:
        names = ", ".join(each.name for each in result.exercises if each.verdict is Verdict.INTERNAL)
        raise CourseError(f"{names} could not be graded, through no fault of the student: grade the submission again.")
    shown = references or {}
    found = {
        "score": result.points,
        "output": "\n".join(result.notices),
        "output_format": "text",
        "visibility": VISIBLE,
        "stdout_visibility": "hidden",
        "tests": [
            _entry(number, exercise, shown.get(exercise.name, ""))
            for number, exercise in enumerate(limited(result, feedback).exercises, start=1)
        ],
        "extra_data": {"unit": result.unit, "isolation": result.isolation, "versions": result.versions},
    }
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


def _entry(number: int, exercise: ExerciseResult, reference: str) -> dict[str, Any]:
    passed = exercise.verdict in (Verdict.PASSED, Verdict.UNVERIFIED)
    return {
        "name": exercise.name,
        "number": str(number),
        "score": exercise.points,
        "max_score": exercise.max_points,
        "status": "passed" if passed else "failed",
        "output": text_exercise(exercise) + (f"\n\nA reference solution\n\n{reference}" if reference else ""),
        "output_format": "text",
        "visibility": VISIBLE,
    }
