"""From a submission to a Result: the hidden grader runs under pytest, with `student` in a worker and `reference` here.

settings    how hypothesis searches while grading
outcome     a test's end → its TestResult
reference   a unit's reference, stand-ins and mistakes, loaded in this process
run         one unit's grader on one submission
grade       the Grader: runs, retries with stand-ins, adds up
batch       a class: many submissions on several processes
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.grading.grade import Grader, grade_submission

__all__ = ["Grader", "grade_submission"]


def __getattr__(name: str) -> Any:
    """A student's own checks need `minimal` and `outcome`, not the Grader, which takes seconds to import: it comes when it is used."""
    if name in __all__:
        from autograder.grading import grade

        return getattr(grade, name)
    raise AttributeError(f"module 'autograder.grading' has no attribute {name!r}")
