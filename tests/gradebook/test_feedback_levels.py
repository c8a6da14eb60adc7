"""The feedback page of nbgrader shows what stands in the check cells: no more than the course allows."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.gradebook.scores import write_scores
from autograder.report import Feedback
from autograder.results import ExerciseResult, Result, TestResult, Verdict

TESTS = [
    TestResult("test_a", "Agrees", Verdict.PASSED, 2.0, 2.0),
    TestResult("test_b", "Survives", Verdict.FAILED, 0.0, 1.0, "It overflows.", None, "The maximum stays."),
]
RESULT = Result("ada", "02_a", 2.0, 3.0, "confined", [ExerciseResult("softmax", Verdict.FAILED, 2.0, 3.0, TESTS)])


@pytest.mark.parametrize(
    ("level", "told"),
    [
        (Feedback.FULL, {"Survives", "It overflows.", "The maximum stays."}),
        (Feedback.CATEGORY, {"Survives"}),
        (Feedback.SCORE, set()),
    ],
)
def test_a_check_cell_shows_as_much_as_the_course_allows_and_the_same_score(level, told):
    mark = {"grade_id": "check-softmax", "grade": True, "points": 3.0}
    notebook = new_notebook(cells=[new_code_cell("check(softmax)", metadata={"nbgrader": mark})])
    assert write_scores(notebook, RESULT, level) == {"check-softmax": 2.0}
    data = notebook.cells[0].outputs[0].data
    assert data["text/plain"] == "2.0"
    assert {text for text in ("Survives", "It overflows.", "The maximum stays.") if text in data["text/html"]} == told
