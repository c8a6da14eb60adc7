"""How a call of a student's code can go other than returning a value.

`StudentError` is what the code raised: it arrives as the same built-in type, so that `pytest.raises(ValueError)` reads as usual.
`Stopped` is the lack of any answer. It derives from BaseException: a property-based test must not go on searching after a worker has died.
"""

from __future__ import annotations

import builtins
from functools import cache

from autograder.results import Verdict


class StudentError(Exception):
    """The student's code raised. `type_name` is its class, `where` the line in the submission (`cell 5, line 3: return x / 0`)."""

    type_name: str = "Exception"
    where: str = ""


class Stopped(BaseException):
    """A call ended without a value or an exception of the student's: the verdict says how, the text says what to do."""

    def __init__(self, verdict: Verdict, message: str) -> None:
        super().__init__(message)
        self.verdict = verdict
        self.message = message

    @classmethod
    def from_failure(cls, type_name: str, message: str, where: str) -> Stopped:
        """The submission raised while it was being loaded, so that what should be tested does not exist."""
        place = f" ({where})" if where else ""
        return cls(Verdict.ERROR, f"The code raises before it defines anything: {type_name}: {message}{place}")


class InternalFault(Stopped):
    """Something of ours went wrong: nothing is scored."""

    def __init__(self, message: str) -> None:
        super().__init__(Verdict.INTERNAL, message)


def student_error(type_name: str, builtin: str, message: str, where: str = "") -> StudentError:
    """An exception that is both a StudentError and the built-in `builtin`, where that is an ordinary exception."""
    error = _mirrored(builtin)(message)
    error.type_name = type_name
    error.where = where
    return error


@cache
def _mirrored(builtin: str) -> type[StudentError]:
    base = getattr(builtins, builtin, None)
    if not isinstance(base, type) or not issubclass(base, Exception) or base is Exception:
        return StudentError
    if issubclass(base, (UnicodeError, BaseExceptionGroup, OSError)):  # their constructors take more than a message
        return StudentError
    return type(builtin, (StudentError, base), {"__str__": Exception.__str__})
