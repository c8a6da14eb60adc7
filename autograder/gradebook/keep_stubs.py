"""nbgrader's last step of making a release."""

from __future__ import annotations

from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.quiz.cells import put_stubs
from autograder.release.stubs import keep_stubs


class KeepStubs(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Puts dots where the quiz's answers were, and notes the stubs in the notebook's metadata."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        put_stubs(nb)
        keep_stubs(nb)
        return nb, resources
