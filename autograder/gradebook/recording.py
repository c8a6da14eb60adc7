"""Results into nbgrader's gradebook while others are still being judged: by one nbgrader process at a time, which has one unit."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import Course, CourseError, Unit
from autograder.gradebook.class_run import keys_of, recorded_scores, register_if_new
from autograder.gradebook.ready import ALL_TOLD, write_ready
from autograder.gradebook.waiting import WaitingNbgrader
from autograder.judge.layers import Isolation
from autograder.results import Result
from autograder.submission import Found

REGRADE = "--force"


@dataclass
class _UnitRun:
    """What is known of the recording of one unit."""

    unit: Unit
    keys: dict[str, str]
    """Of each student, that of the file as it was before the judge has read it: one that changes later is judged again."""
    expected: int
    lines: list[str]
    """What nbgrader is told, in order."""
    students: list[str] = field(default_factory=list)
    ended: subprocess.CompletedProcess[str] | CourseError | None = None


class Recording:
    """Takes Results, and says what became of them.

    Args:
        folder: an empty one for Results, which stays longer than `nbgrader`.
        found: of each unit, what will be judged: the notebooks of `class_run.handed_in`.
        nbgrader: one of this course that waits.
        options: for `nbgrader autograde`, such as `--force`.
    """

    def __init__(
        self,
        course: Course,
        found: dict[str, list[Found]],
        isolation: Isolation,
        folder: Path,
        nbgrader: WaitingNbgrader,
        *options: str,
    ) -> None:
        self._course = course
        self._isolation = isolation
        self._nbgrader = nbgrader
        self._options = options
        self._runs = {
            name: _UnitRun(course.unit(name), keys_of(course, those), len(those), [] if those else [ALL_TOLD])
            for name, those in found.items()
        }
        self._at_work: _UnitRun | None = None
        self._folder = folder

    def take(self, result: Result) -> None:
        """Have it recorded as soon as nbgrader comes to it. One that could not be graded is tried again by nbgrader."""
        run = self._runs[result.unit]
        run.students.append(result.submission)
        key = run.keys.get(result.submission)
        if key is not None:
            write_ready(self._folder, key, result)
            self._tell(run, key)
        if len(run.students) == run.expected:
            self._tell(run, ALL_TOLD)
        if not self._nbgrader.busy:
            self._end()
            self._begin_one()

    def unrecorded(self, unit: Unit) -> list[str]:
        """The students whom nbgrader could not record. Waits until it has done with the unit, of which all Results were taken.

        Raises:
            CourseError: nbgrader failed as a whole; the text is its last line.
        """
        run = self._runs[unit.name]
        while run.ended is None:
            self._end()
            self._begin_one()
        if isinstance(run.ended, CourseError):
            raise run.ended
        recorded = recorded_scores(self._course, unit)
        unrecorded = sorted(student for student in run.students if student not in recorded)
        if run.ended.returncode != 0 and not unrecorded:
            lines = [line for line in run.ended.stderr.splitlines() if line.strip()]
            raise CourseError(f"nbgrader could not record {unit.name}: {lines[-1] if lines else 'it says nothing'}")
        return unrecorded

    def _tell(self, run: _UnitRun, line: str) -> None:
        run.lines.append(line)
        if run is self._at_work:
            self._nbgrader.tell(line)

    def _end(self) -> None:
        """Wait for the unit that nbgrader is at work on, if there is one."""
        if self._at_work is not None:
            self._at_work.ended = self._nbgrader.ended()
            self._at_work = None

    def _begin_one(self) -> None:
        """Begin with the first unit of which something is known and that has not been recorded yet."""
        run = next((run for run in self._runs.values() if run.lines and run.ended is None), None)
        if run is None:
            return
        try:
            register_if_new(self._course, run.unit)
        except CourseError as error:  # the next unit may go better
            run.ended = error
            return
        told = [f"--GradeWithJudge.ready={self._folder}", f"--GradeWithJudge.isolation={self._isolation.value}"]
        self._at_work = run
        self._nbgrader.begin("autograde", run.unit.name, *self._options, *told)
        for line in run.lines:
            self._nbgrader.tell(line)
