"""The settings that make nbgrader work on a course of ours: `nbgrader_config.py` is one call of `configure`.

Nothing here imports nbgrader: it runs whenever any nbgrader command, or the formgrader, starts.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from autograder.gradebook.secrecy import secret_patterns
from autograder.release.generate import GENERATE_STEPS, STUB

AUTOGRADE_STEPS = [
    "autograder.gradebook.grade.GradeWithJudge",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "autograder.gradebook.confirm.ConfirmScores",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""nbgrader's own list, with the judge in place of a kernel, and a second look after the scores have been saved."""


def configure(config: Any, root: Path) -> None:
    """Set up nbgrader for the course at `root`.

    Args:
        config: what `get_config()` gives in a configuration file.
        root: the folder with solutions/ and exercises/.
    """
    directory = config.CourseDirectory
    directory.root = str(root)
    directory.source_directory = "solutions"
    directory.release_directory = "exercises"
    left_over = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", ".pytest_cache", ".hypothesis"]
    directory.ignore = [*left_over, *secret_patterns(root)]
    # A class grades for minutes while somebody browses the formgrader: wait for a locked database.
    directory.db_url = f"sqlite:///{(root / 'gradebook.db').as_posix()}?timeout=60"
    config.GenerateAssignment.exporter_class = "autograder.gradebook.exporters.ReleaseExporter"
    config.GenerateAssignment.preprocessors = GENERATE_STEPS
    config.ClearSolutions.code_stub = {"python": STUB}
    config.Autograde.exporter_class = "autograder.gradebook.exporters.SubmissionExporter"
    config.Autograde.autograde_preprocessors = AUTOGRADE_STEPS
    # nbgrader 0.9 with SQLAlchemy 2 warns of this six times a submission, and nobody can act on it.
    warnings.filterwarnings("ignore", message="Object of type <Submitted", module="nbgrader")
