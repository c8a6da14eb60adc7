"""Is a submission refused? One exercise, up to the first test that does not pass, without looking for the smallest input."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.faults import InternalFault
from autograder.grading import minimal
from autograder.grading.examples import test_key
from autograder.grading.run import GradingRun, number
from autograder.results import TestResult, Verdict
from autograder.toolkit.marks import ExerciseMark


class RefusalRun(GradingRun):
    """A run that ends with the first test that refuses the submission: what `refusal` is then."""

    refusal: TestResult | None = None
    _session: pytest.Session | None = None

    def run(self) -> None:
        """Raises InternalFault when the grader cannot be collected, or has not come to an end by itself."""
        super().run()
        verdicts = [result.verdict for tests in self.tests.values() for result in tests.values()]
        if self.refusal is None and (not verdicts or Verdict.INTERNAL in verdicts):
            raise InternalFault("a test was not run, so nothing is known of the submission.")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._session = session

    def property_test(self, item: Any, fixed: dict[str, Any]) -> None:
        chosen = self.examples.chosen(test_key(item), number(self.seed, test_key(item)))
        if chosen is None:
            minimal.run_live(item.function, fixed)
        else:
            minimal.run_as_they_are(item.function, fixed, chosen)

    def record(self, mark: ExerciseMark, result: TestResult) -> None:
        super().record(mark, result)
        if self.refusal is None and result.verdict not in (Verdict.PASSED, Verdict.UNVERIFIED):
            self.refusal = result
            if self._session is not None:
                self._session.shouldfail = "refused"
