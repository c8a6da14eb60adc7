"""The scores in the gradebook are those of the Result, or there are none."""

from __future__ import annotations

from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.gradebook.scores import UngradedError


class ConfirmScores(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """After nbgrader has saved the scores: reads them back, and raises where they are not what the judge gave."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            notebook = gradebook.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
            recorded = {grade.name: grade.auto_score for grade in notebook.grades}
        given = resources.get("autograder")
        if given is None or recorded != given:
            raise UngradedError(f"{names['student']}: the gradebook has {recorded}, the judge gave {given}.")
        return nb, resources


def withhold(names: dict[str, str]) -> None:
    """Take back the automatic scores of a submission that could not be graded, and mark it for review.

    Args:
        names: nbgrader's resources: student, assignment, notebook, db_url.
    """
    with Gradebook(names["db_url"]) as gradebook:
        try:
            notebook = gradebook.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
        except MissingEntry:
            return
        for grade in notebook.grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        gradebook.db.commit()
