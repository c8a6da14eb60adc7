"""`check(softmax)`: the visible checks of one exercise, on the function as it is in the notebook now."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from autograder.course import UNIT_NAME, CourseError, find_course
from autograder.faults import Stopped
from autograder.grading import minimal, outcome
from autograder.grading.asked import asked_of
from autograder.judge import placing
from autograder.judge.protocol import Load
from autograder.judge.proxy import Student, local
from autograder.pytest_plugin import PROVIDER
from autograder.quiet import run_quietly
from autograder.results import ExerciseResult, TestResult, Verdict, exercise_verdict
from autograder.selfcheck.attempts import note
from autograder.selfcheck.notebook import NotebookSession, SignOfWork, notebook_folder, running_cell
from autograder.selfcheck.progress import print_progress
from autograder.selfcheck.unusable import as_a_wrong_answer
from autograder.toolkit.marks import ExerciseMark, exercise_of

COLOURS = re.compile(r"\x1b\[[\d;]*m")


class CheckResult:
    """What `check` found: rich in a notebook, readable as plain text."""

    def __init__(self, exercise: ExerciseResult) -> None:
        self.exercise = exercise
        self._shown_in = ""

    def show_in_place_of(self, sign: SignOfWork) -> None:
        """Below the running cell, where the sign was; nothing happens where there was none."""
        self._shown_in = sign.replace(self)

    def __bool__(self) -> bool:
        return self.exercise.verdict is Verdict.PASSED

    def __repr__(self) -> str:
        from autograder.report import text_exercise

        return text_exercise(self.exercise)

    def _repr_html_(self) -> str:
        from autograder.report import html_exercise

        return html_exercise(self.exercise)

    def _ipython_display_(self) -> None:
        """A cell whose value it is has shown it already, in the place of the sign. Everywhere else the other forms do."""
        if not self._shown_in or self._shown_in != running_cell():
            raise NotImplementedError


class CheckFailed(Exception):
    """Raised only where nbgrader runs a notebook on its own: there, a check that is merely shown would count as passed."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class CheckStopped(KeyboardInterrupt):
    """The student pressed stop while a check was running: what it had found is shown, and cells waiting to run are not."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def check(target: Any, *, folder: Path | str | None = None) -> CheckResult:
    """Run the visible checks of an exercise on your function or class as it is now.

    Args:
        target: the function or class, `check(softmax)`, or its name.
        folder: the unit's folder; the notebook's own when None.

    Raises:
        CourseError: when no check of that name is found, with what to do.
        CheckStopped: when the kernel is interrupted, after what had been found is shown.
    """
    if not (isinstance(target, str) or callable(target)):
        raise CourseError(
            f"check takes the function itself, as in check(softmax); a value of type {type(target).__name__} was given."
        )
    run = _CheckRun(_names_of(target), _namespace_of(target))
    try:
        status = run_quietly([run.checks_in(folder)], run)
        result = CheckResult(run.result())
        result.show_in_place_of(run.sign)
    finally:
        run.sign.take_away()
    if not os.environ.get("NBGRADER_EXECUTION"):
        note(run.folder, result.exercise.name, bool(result))
    if status is pytest.ExitCode.INTERRUPTED:
        _show(result)
        raise CheckStopped("The check was interrupted. What it had found so far is shown above.")
    if os.environ.get("NBGRADER_EXECUTION") and not result:
        raise CheckFailed(repr(result))
    return result


def progress(folder: Path | str | None = None) -> None:
    """Print how far every unit of the course is, by the visible checks on your saved notebooks."""
    print_progress(find_course(Path(folder) if folder else notebook_folder()))


class _CheckRun:
    """One exercise's checks on a namespace; a pytest plugin that lets only those run.

    Args:
        names: what the exercise may be called, the likeliest first.
        namespace: where its function is.
    """

    def __init__(self, names: list[str], namespace: dict[str, Any]) -> None:
        self.names = names
        self.namespace = namespace
        self.results: list[TestResult] = []
        self.sign = SignOfWork()
        self._checks = Path()
        self._exercises: list[str] = []
        self._unreadable = ""
        self._running: pytest.Item | None = None
        self._student: Student | None = None

    @property
    def folder(self) -> Path:
        """The unit's folder."""
        return self._checks.parent

    def checks_in(self, folder: Path | str | None) -> Path:
        """The file with the checks of the unit in `folder`. Raises CourseError when there is none."""
        from autograder.grading import settings

        where = Path(folder).resolve() if folder else notebook_folder()
        named = UNIT_NAME.match(where.name)
        if named is None:
            raise CourseError(
                f"{where} is not a unit's folder. Run `%cd` with the folder that this notebook is in, then check again."
            )
        self._checks = where / f"test_{named['slug']}.py"
        if not self._checks.is_file():
            raise CourseError(f"{self._checks} is missing: put it back from a fresh copy of the course.")
        for module in [name for name in sys.modules if name.endswith(self._checks.stem)]:
            del sys.modules[module]  # the file may have been replaced since the last check
        settings.use_profile(settings.SELF_CHECK)
        return self._checks

    def result(self) -> ExerciseResult:
        """What was found. Raises CourseError when there was nothing to run."""
        if self._unreadable:
            raise CourseError(
                f"{self._checks} cannot be run ({self._unreadable}): put it back from a fresh copy of the course."
            )
        if not self.results:
            known = ", ".join(self._exercises) or "none"
            raise CourseError(
                f"{self._checks.name} has no checks for `{self.names[0]}`. The exercises here are: {known}."
            )
        return ExerciseResult(self.names[0], exercise_verdict(self.results), 0.0, 0.0, self.results)

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[PROVIDER] = self

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            last_line = COLOURS.sub("", str(report.longrepr)).strip().rsplit("\n", 1)[-1]
            self._unreadable = last_line.removeprefix("E").strip()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        marks = [(item, exercise_of(getattr(item, "cls", None))) for item in items]
        self._exercises = list(dict.fromkeys(mark.name for _, mark in marks if mark is not None))
        self.names = [name for name in self.names if name in self._exercises] or self.names
        items[:] = [item for item, mark in marks if mark is not None and mark.name == self.names[0]]
        outcome.without_tracebacks(items)
        if items:
            self.sign.show(f"Checking `{self.names[0]}` …")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._running = item

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, Any, Any]:
        with as_a_wrong_answer(self._student):
            return (yield)

    def pytest_keyboard_interrupt(self) -> None:
        """The test that was running gets a result of its own, with the call that had not answered."""
        if self._running is not None:
            says = f"`{self.names[0]}` had not answered when you stopped the check."
            stopped = Stopped(Verdict.TIMEOUT, says)
            self.results.append(outcome.failed(asked_of(self._running, self.devices()), stopped, self._student))

    def student(self, mark: ExerciseMark) -> Student:
        session = NotebookSession(self.namespace)
        session.load(Load(0, [], list(mark.forbidden), "", []))
        self._student = local(session)
        return self._student

    def reference(self, mark: ExerciseMark) -> Student:
        raise CourseError("A release has no reference: a visible check uses `student` only.")

    def property_test(self, item: Any, fixed: dict[str, Any]) -> None:
        minimal.run_live(item.function, fixed)

    def record(self, mark: ExerciseMark, result: TestResult) -> None:
        self.results.append(result)

    def devices(self) -> list[str]:
        return placing.available()


def _names_of(target: Any) -> list[str]:
    """A function's own name, and every name it has in the notebook: a `lambda` and what a decorator made know only the latter."""
    if isinstance(target, str):
        return [target]
    names = [name for name, value in vars(sys.modules["__main__"]).items() if value is target and name[0] != "_"]
    return [getattr(target, "__name__", type(target).__name__), *names]


def _namespace_of(target: Any) -> dict[str, Any]:
    """The module the function was defined in: in a notebook, the notebook's own names."""
    main = vars(sys.modules["__main__"])
    module: ModuleType | None = sys.modules.get(getattr(target, "__module__", None) or "__main__")
    if module is None or any(main.get(name) is target for name in _names_of(target)):
        return main
    return vars(module)


def _show(result: CheckResult) -> None:
    from IPython.display import display

    display(result)
