"""The hidden tests of a unit as stock nbgrader would have to run them: in the student's kernel, beside the reference.

Copied beside the source notebook of the benchmark. Nobody should grade like this: the student's code can read everything.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.course import Unit
from autograder.grading import settings
from autograder.grading.run import run_pytest
from autograder.judge.protocol import Load
from autograder.judge.proxy import local
from autograder.judge.session import Session
from autograder.pytest_plugin import PROVIDER
from autograder.selfcheck.saved import ReferenceProvider
from autograder.toolkit.marks import exercise_of


class InTheKernel(ReferenceProvider):
    """`student` is what the notebook holds, and the examples are drawn by hypothesis there and then."""

    def __init__(self, unit: Unit, exercise: str, namespace: dict[str, Any]) -> None:
        super().__init__(unit)
        self.exercise = exercise
        self.namespace = namespace

    def pytest_configure(self, config: Any) -> None:
        config.stash[PROVIDER] = self

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [item for item in items if exercise_of(item.cls).name == self.exercise]

    def student(self, mark: Any) -> Any:
        session = Session(self.namespace)
        session.load(Load(0, [], list(mark.forbidden), "", []))
        return local(session)


def points(root: str, unit: str, exercise: str, namespace: dict[str, Any]) -> float:
    """What a check cell ends in: nbgrader reads the cell's value as its points."""
    settings.use_profile(settings.GRADING)
    provider = InTheKernel(Unit(unit, Path(root)), exercise, namespace)
    run_pytest(provider.unit.grader, provider)
    results = provider.results[exercise]
    assert results
    return float(sum(result.points for result in results))
