"""nbgrader in a process of its own, which has imported all it needs before it is told what to do.

That takes it longer than to record a few submissions, and it can be done while others are still at work.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import IO

from autograder.course import Course
from autograder.gradebook.register import scripts_on_path

NBGRADER = """\
import sys
sys.modules["rfc3987_syntax"] = None
from nbgrader.apps.nbgraderapp import main
from autograder.gradebook import exporters, grade, once
once.do_things_once()
arguments = sys.stdin.readline().rstrip("\\n")
if arguments:
    sys.argv[1:] = arguments.split("\\0")
    main()
"""
"""nbgrader without jsonschema's check of international addresses, which no notebook needs: it compiles a grammar for a second.

Told nothing, it ends: nobody needs it any more, or whoever started it is gone.
"""
END_SECONDS = 10.0


class WaitingNbgrader:
    """Runs nbgrader's commands in the course's folder, one at a time; for the first one it is waiting already. Use as a context manager.

    Nothing of nbgrader is imported here.
    """

    def __init__(self, course: Course) -> None:
        self._course = course
        self._arguments: tuple[str, ...] = ()
        self._output = ExitStack()
        self._process: subprocess.Popen[str] | None = self._start()

    def __enter__(self) -> WaitingNbgrader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """A command that is at work notices that nobody tells it anything any more, and takes back what it has begun."""
        if self._process is not None:
            self._hang_up()
            try:
                self._process.wait(END_SECONDS if self._arguments else 0)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
            self._output.close()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What `nbgrader ARGUMENTS` ends with, and what it says."""
        self.begin(*arguments)
        return self.ended()

    def begin(self, *arguments: str) -> None:
        """Start `nbgrader ARGUMENTS`, which may go on reading lines."""
        self._process = self._process or self._start()
        self._arguments = arguments
        self.tell("\0".join(arguments))

    def tell(self, line: str) -> None:
        """A line for the command that has begun. One that has ended already misses it, and its end tells why."""
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()

    @property
    def busy(self) -> bool:
        """Has a command begun that has not ended yet?"""
        return bool(self._arguments) and self._process is not None and self._process.poll() is None

    def ended(self) -> subprocess.CompletedProcess[str]:
        """What the command that has begun ends with, and what it has said. It is told nothing more."""
        assert self._process is not None
        self._hang_up()
        code = self._process.wait()
        self._process = None
        arguments, self._arguments = self._arguments, ()
        with self._output:
            return subprocess.CompletedProcess(arguments, code, _text_of(self._said), _text_of(self._complained))

    def _hang_up(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # of what was still to be said
            self._process.stdin.close()

    def _start(self) -> subprocess.Popen[str]:
        # Files, not pipes: nobody reads while it works, and a full pipe would stop it.
        self._said = self._output.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._complained = self._output.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        with scripts_on_path():
            return subprocess.Popen(
                [sys.executable, "-c", NBGRADER],
                cwd=self._course.root,
                env={**os.environ},
                stdin=subprocess.PIPE,
                stdout=self._said,
                stderr=self._complained,
                text=True,
            )


def _text_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")
