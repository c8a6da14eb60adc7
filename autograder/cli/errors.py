"""From what went wrong to one line and an exit status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from autograder.course import CourseError
from autograder.faults import InternalFault
from autograder.judge.layers import IsolationError

UNUSABLE = 2
DOCTOR = "`autograder doctor` says what this machine lacks."
"""After what may be the machine's doing. Where it is the input's, the line says itself what to do."""


class OneLine(click.ClickException):
    exit_code = UNUSABLE

    def show(self, file: object = None) -> None:
        click.echo(f"autograder: {self.format_message()}", err=True)


@contextmanager
def one_line() -> Iterator[None]:
    """What a person has to mend is told in one line, without a traceback, with exit status 2."""
    try:
        yield
    except CourseError as error:
        raise OneLine(" ".join(str(error).split())) from None
    except IsolationError as error:
        raise OneLine(f"{' '.join(str(error).split())} {DOCTOR}") from None
    except InternalFault as error:
        raise OneLine(f"{error} This is our fault; run it again, and report it if it stays. {DOCTOR}") from None
    except OSError as error:
        raise OneLine(_about_a_file(error)) from None


def _about_a_file(error: OSError) -> str:
    match error:
        case IsADirectoryError(filename=str(path)):
            return f"{path} is a folder, where a file is needed: name a file."
        case NotADirectoryError(filename=str(path)) | FileExistsError(filename=str(path)):
            return f"{path} lies below a file, not a folder: name another place, or move that file."
        case PermissionError(filename=str(path)):
            return f"{path} may not be used by you: change its permissions, or name another place."
    place = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{place}. {DOCTOR}"
