"""nbgrader in a process of its own, which has imported all it needs before it is told what to do.

That takes it longer than to record a few submissions, and it can be done while others are still at work.
"""

from __future__ import annotations

import os
import subprocess
import sys
from types import TracebackType

from autograder.course import Course
from autograder.gradebook.register import scripts_on_path

NBGRADER = """\
import sys
sys.modules["rfc3987_syntax"] = None
from nbgrader.apps.nbgraderapp import main
from autograder.gradebook import exporters, grade, schemas
schemas.check_each_once()
arguments = sys.stdin.read()
if arguments:
    sys.argv[1:] = arguments.split("\\0")
    main()
"""
"""nbgrader without jsonschema's check of international addresses, which no notebook needs: it compiles a grammar for a second.

Told nothing, it ends: nobody needs it any more, or whoever started it is gone.
"""


class WaitingNbgrader:
    """Runs nbgrader's commands in the course's folder; for the first one it is waiting already. Use as a context manager.

    Nothing of nbgrader is imported here.
    """

    def __init__(self, course: Course) -> None:
        self._course = course
        self._waiting: subprocess.Popen[str] | None = self._start()

    def __enter__(self) -> WaitingNbgrader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._waiting is not None:
            self._waiting.kill()
            self._waiting.communicate()
            self._waiting = None

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What `nbgrader ARGUMENTS` ends with, and what it says."""
        process = self._waiting or self._start()
        self._waiting = process  # to be ended, should we be interrupted
        said, complained = process.communicate("\0".join(arguments))
        self._waiting = None
        return subprocess.CompletedProcess(arguments, process.returncode, said, complained)

    def _start(self) -> subprocess.Popen[str]:
        with scripts_on_path():
            return subprocess.Popen(
                [sys.executable, "-c", NBGRADER],
                cwd=self._course.root,
                env={**os.environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
