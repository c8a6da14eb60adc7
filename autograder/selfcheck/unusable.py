"""When a check stumbles over a value: the checks pass on right answers, so it is the value that is not what was asked for.

A forgotten `return`, for one, gives a check nothing to compute with. In a hidden grader an error stays one of ours unless the reference
passes the same test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from autograder.faults import StudentError
from autograder.judge.outcome import OUT_OF_MEMORY_TEXTS
from autograder.judge.proxy import Student
from autograder.toolkit.compare import Disagreement
from autograder.toolkit.show import show

STUMBLES = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, StopIteration, RuntimeError)
"""The last is what PyTorch raises for shapes and types that do not fit."""


@contextmanager
def as_a_wrong_answer(student: Student | None, passes: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """Around a test: an error in its own lines, after a call has returned, is a Disagreement about what it returned.

    Args:
        passes: does the test pass on a right answer? Where it does not, the error is one of ours and stays it.
    """
    try:
        yield
    except StudentError:
        raise
    except STUMBLES as error:
        if any(text in str(error) for text in OUT_OF_MEMORY_TEXTS):  # that may be our machine
            raise
        if student is None or not student.calls or student.calls[-1].error is not None or not passes():
            raise
        value = student.calls[-1].value
        if value is None:
            raise Disagreement("returns None: is a `return` missing?", "None") from None
        raise Disagreement(f"returns something that this test cannot go on with ({error})", show(value)) from None
