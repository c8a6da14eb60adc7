"""nbgrader on this course: sources in solutions/, the release in exercises/, grading by the judge."""

from pathlib import Path

from autograder.gradebook import configure

configure(get_config(), Path(__file__).parent.resolve())  # noqa: F821  # nbgrader provides get_config
