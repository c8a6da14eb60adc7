"""Tests that code which knows nothing passes: they earn their points only beside an answer that is right.

A function that always raises ValueError refuses all bad input; one that returns nothing changes no input and issues no work that grows.
Such tests are found by running the grader on solutions that ignore what they are asked.
"""

from __future__ import annotations

from typing import Any

import pytest

from autograder.grading import minimal
from autograder.grading.asked import on_first_device
from autograder.grading.outcome import without_tracebacks
from autograder.grading.reference import UnitReference
from autograder.grading.shrink import Arguments
from autograder.judge import placing
from autograder.judge.protocol import Load, Piece
from autograder.judge.proxy import Student, local
from autograder.judge.session import Session
from autograder.pytest_plugin import PROVIDER
from autograder.results import TestResult, Verdict
from autograder.toolkit.marks import ExerciseMark, exercise_of

EXAMPLES = 20
ANSWERS = (
    "return None",
    "return 0.0",
    "return arguments[0] if arguments else None",
    "return np.zeros_like(arguments[0])",
    # the message names whatever a test may look for
    "raise ValueError(f'{arguments} {named} {[getattr(a, \"shape\", None) or np.size(a) for a in arguments]}')",
)
FUNCTION = "def {name}(*arguments, **named):\n    {answer}\n"
CLASS = """class {name}:
    def __init__(self, *arguments, **named):
        pass
    def __getattr__(self, attribute):
        if attribute.startswith("_"):
            raise AttributeError(attribute)
        def method(*arguments, **named):
            {answer}
        return method
"""


def tests_for_nothing(reference: UnitReference, pool: dict[str, list[minimal.Example]]) -> frozenset[tuple[str, str]]:
    """(exercise, test) for every test of the unit's grader that some solution passes without having computed anything.

    Args:
        pool: drawn inputs of the grader's properties; the first few serve.
    """
    found: set[tuple[str, str]] = set()
    for answer in ANSWERS:
        run = _EmptyHanded(reference, answer, pool)
        run.run()
        found |= run.passed
    return frozenset(found)


class _EmptyHanded:
    """Runs a grader on solutions that all give the same empty answer."""

    def __init__(self, reference: UnitReference, answer: str, pool: dict[str, list[minimal.Example]]) -> None:
        self.pool = pool
        self.unit_reference = reference
        self.answer = answer
        self.passed: set[tuple[str, str]] = set()

    def run(self) -> None:
        from autograder.grading.run import run_pytest

        run_pytest(self.unit_reference.unit.grader, self)

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[PROVIDER] = self

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [
            item for item in items if exercise_of(getattr(item, "cls", None)) and on_first_device(item, self.devices)
        ]
        without_tracebacks(items)

    def devices(self) -> list[str]:
        return placing.available()

    def student(self, mark: ExerciseMark) -> Student:
        made = self.unit_reference.student.transport
        namespace = getattr(made, "session", None)
        is_class = namespace is not None and isinstance(namespace.namespace.get(mark.name), type)
        source = "import numpy as np\n" + (CLASS if is_class else FUNCTION).format(name=mark.name, answer=self.answer)
        session = Session()
        session.load(Load(0, [Piece(source, "nothing", 1)], [], "", []))
        return local(session)

    def reference(self, mark: ExerciseMark) -> Student:
        return self.unit_reference.student

    def property_test(self, item: Any, fixed: Arguments) -> None:
        from autograder.grading.examples import test_key

        minimal.run_as_they_are(item.function, fixed, self.pool.get(test_key(item), [])[:EXAMPLES])

    def record(self, mark: ExerciseMark, result: TestResult) -> None:
        key = (mark.name, result.function)
        if result.verdict is Verdict.PASSED:
            self.passed.add(key)
        else:
            self.passed.discard(key)
