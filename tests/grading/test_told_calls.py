"""The call that is shown beside a failure: by the names of the student's own parameters, and with what led to it."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.grading.asked import Asked
from autograder.grading.outcome import failed
from autograder.judge.proxy import local
from autograder.judge.session import Session
from autograder.toolkit.compare import Disagreement

RUNNING_SUM = """
class RunningSum:
    def __init__(self, start):
        self.start = start
    def forward(self, x, cache=None):
        total = x + (cache or [self.start])[0]
        return total, [total]
"""


def names_of(module: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": module}
    exec(RUNNING_SUM, namespace)
    return namespace


@pytest.mark.parametrize("module", ["__main__", "submission"], ids=["in a notebook", "as it is graded"])
def test_a_call_that_goes_on_from_another_tells_both(module):
    student = local(Session(names_of(module)))
    forward = student.RunningSum(7).forward.keeping(1)
    _, cache = forward(1)
    forward(2, cache)
    result = failed(Asked(names_of), Disagreement("is 10, expected 11"), student)
    assert result.counterexample is not None
    assert result.counterexample.call == "RunningSum(start).forward(x, cache)"
    assert [(each.name, each.value) for each in result.counterexample.inputs] == [
        ("start", "7"),
        ("x", "2"),
        ("cache", "RunningSum(start).forward(earlier_x)[1]"),
        ("earlier_x", "1"),
    ]
