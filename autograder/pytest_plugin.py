"""The pytest plugin: gives a course's tests their `student` and `reference`, and says what failed instead of showing tracebacks.

It is active only for test files of a course: `exercises/<unit>/test_*.py` run on the student's saved notebook,
`solutions/<unit>/*.py` on the reference, and a hidden grader on whatever the grading run provides. Other tests never notice it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from _pytest._code.code import ReprExceptionInfo, ReprFileLocation, ReprTraceback
from _pytest.outcomes import Skipped

if TYPE_CHECKING:
    from autograder.course import Unit
    from autograder.grading.asked import Asked
    from autograder.judge.proxy import Student
    from autograder.results import TestResult
    from autograder.toolkit.marks import ExerciseMark


class Provider(Protocol):
    """Where the tests of one exercise get what they test."""

    def student(self, mark: ExerciseMark) -> Student: ...
    def reference(self, mark: ExerciseMark) -> Student: ...
    def property_test(self, item: Any, fixed: dict[str, Any]) -> None: ...
    def record(self, mark: ExerciseMark, result: TestResult) -> None: ...
    def devices(self) -> list[str]: ...


class NotVerifiedHere(Skipped):
    """This run of a test needs a device that is not here."""


PROVIDER: pytest.StashKey[Provider] = pytest.StashKey()
SAVED: pytest.StashKey[dict[Path, Provider]] = pytest.StashKey()
TOLD_MISSING: pytest.StashKey[set[tuple[Path, str]]] = pytest.StashKey()
NOT_WRITTEN = "not written"


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SAVED] = {}
    config.stash[TOLD_MISSING] = set()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> None:
    """The search settings hold from the moment a course file is imported."""
    if PROVIDER not in parent.config.stash and unit_of(file_path) is not None:
        from autograder.grading import settings

        settings.use_profile(settings.SELF_CHECK)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A course's test marked with `on_devices` is run once on each."""
    if "device" not in metafunc.fixturenames or _mark_or_none(metafunc) is None:
        return
    from autograder.toolkit.marks import devices_of

    devices = devices_of(metafunc.function, metafunc.cls)
    if devices:
        names = [device.value for device in devices]
        metafunc.parametrize("device", names, ids=names, scope="class", indirect=True)


@pytest.fixture(scope="class")
def device(request: pytest.FixtureRequest) -> str:
    """The name of the device that this run of the test is on: give it to what takes `device=`."""
    name: str = getattr(request, "param", "cpu")
    if name != "cpu" and name not in _provider(request.node).devices():
        raise NotVerifiedHere(f"there is no device {name} here")
    return name


@pytest.fixture(scope="class")
def student(request: pytest.FixtureRequest, device: str) -> Student:
    """The submission under test: call its functions as `student.softmax(x)`. Its calls are made on `device`."""
    student = _provider(request.node).student(_mark(request.node))
    return student if device == "cpu" else student.on(device)


@pytest.fixture(scope="class")
def reference(request: pytest.FixtureRequest) -> Student:
    """The reference solution, with the same surface. Hidden graders only: a release has none."""
    return _provider(request.node).reference(_mark(request.node))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A course's property-based tests: the provider knows their inputs, and a failure is that of the smallest input found."""
    if _mark_or_none(pyfuncitem) is None:
        return None
    from autograder.grading import minimal

    if not minimal.is_property(pyfuncitem.function):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    fixed = {"self": pyfuncitem.instance, **{name: pyfuncitem.funcargs[name] for name in names}}
    _provider(pyfuncitem).property_test(pyfuncitem, fixed)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """A test that stumbles over what the student's code returned says so, and not that we failed; but only if the reference passes it.

    It runs on one thread.
    """
    if _mark_or_none(item) is None:
        return (yield)
    from autograder.judge.stand_ins import provided
    from autograder.one_thread import one_thread
    from autograder.selfcheck.unusable import as_a_wrong_answer

    provider = _provider(item)
    with one_thread(), provided(getattr(provider, "give_earlier", None)):
        passes = getattr(provider, "passes_on_reference", None)
        if passes is None:
            return (yield)
        with as_a_wrong_answer(_student_of(item), lambda: passes(item)):
            return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    mark = _mark_or_none(item)
    if mark is None:
        return (yield)
    provider = _provider(item)
    if call.excinfo is None:
        if call.when == "call":
            provider.record(mark, _outcome().passed(_asked(item)))
        return (yield)
    if call.excinfo.errisinstance(NotVerifiedHere):
        provider.record(mark, _outcome().unverified(_asked(item)))
        return (yield)
    if call.excinfo.errisinstance(pytest.skip.Exception):
        return (yield)
    result = _outcome().failed(_asked(item), call.excinfo.value, _student_of(item))
    provider.record(mark, result)
    told = _told(item, mark, result)
    if told is None:
        report = yield
    else:
        with _nothing_laid_out(item):
            report = yield
        report.longrepr = told
    from autograder.results import Verdict

    if result.verdict is Verdict.MISSING:
        missing = item.config.stash[TOLD_MISSING]
        report.told_before = (item.path, mark.name) in missing
        missing.add((item.path, mark.name))
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """An exercise that is not written takes one line, however many tests it has; the others are counted. All of them fail."""
    if report.failed and getattr(report, "told_before", False):
        return NOT_WRITTEN, "-", NOT_WRITTEN.upper()
    return None


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """The last thing a student reads is how far the course has come: after pytest's own summary."""
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    saved: list[Any] = [
        provider for provider in config.stash.get(SAVED, {}).values() if getattr(provider, "results", None)
    ]
    if saved and terminal is not None:
        from autograder.selfcheck.progress import summary_lines

        terminal.write_sep("=", "progress")
        for line in summary_lines(saved):
            terminal.write_line(line)


def unit_of(path: Path) -> Unit | None:
    """The unit whose folder holds this test file, if it is a course's."""
    from autograder.course import unit_in

    return unit_in(path.parent)


def _provider(node: Any) -> Provider:
    config = node.config
    if PROVIDER in config.stash:
        return config.stash[PROVIDER]  # type: ignore[no-any-return]
    path = Path(node.path)
    providers = config.stash[SAVED]
    if path not in providers:
        unit = unit_of(path)
        if unit is None:
            raise pytest.UsageError(
                f"{path} is not in a unit's folder: checks are found in `exercises/<unit>/`, such as "
                "exercises/02_softmax/. If a folder was copied or renamed, give it its name back."
            )
        from autograder.selfcheck.saved import ReferenceProvider, SavedProvider

        secret = path.parent == unit.secret
        providers[path] = ReferenceProvider(unit) if secret else SavedProvider(unit)
    return providers[path]  # type: ignore[no-any-return]


def _mark_or_none(item: Any) -> ExerciseMark | None:
    if getattr(item, "cls", None) is None:
        return None
    from autograder.toolkit.marks import exercise_of

    return exercise_of(item.cls)


def _mark(node: Any) -> ExerciseMark:
    mark = _mark_or_none(node)
    if mark is None:
        raise pytest.UsageError(f'{node.nodeid}: give the class of this test @exercise("name") to say what it tests.')
    return mark


def _asked(item: Any) -> Asked:
    from autograder.grading.asked import asked_of

    several = "device" in getattr(getattr(item, "callspec", None), "params", {})
    return asked_of(item, _provider(item).devices() if several else ())


def _student_of(item: Any) -> Student | None:
    return getattr(item, "funcargs", {}).get("student")


def _outcome() -> Any:
    from autograder.grading import outcome

    return outcome


def _told(item: pytest.Item, mark: ExerciseMark, result: TestResult) -> str | ReprExceptionInfo | None:
    """What is shown of a failure in place of pytest's traceback; None where that is asked for, or needed because the fault is ours."""
    from autograder.results import Verdict

    style = getattr(item.config.option, "tbstyle", "auto")
    if result.verdict is Verdict.INTERNAL or style not in ("auto", "short", "line"):
        return None
    return _one_line(item, result.message) if style == "line" else _brief(mark, result)


@contextmanager
def _nothing_laid_out(item: Any) -> Iterator[None]:
    """A traceback takes ten times as long to lay out as a test to run, and here nobody would see it."""
    item.repr_failure = lambda excinfo, style=None: ""
    try:
        yield
    finally:
        del item.repr_failure


def _one_line(item: pytest.Item, text: str) -> ReprExceptionInfo:
    """What `--tb=line` shows: the test's place and what was found, in a form that pytest-xdist can send."""
    path, line, _ = item.reportinfo()
    first = next((each.strip() for each in text.splitlines() if each.strip()), "")
    return ReprExceptionInfo(ReprTraceback([], None, "line"), ReprFileLocation(str(path), (line or 0) + 1, first))


def _brief(mark: ExerciseMark, result: TestResult) -> str:
    from autograder.report import text_exercise
    from autograder.results import ExerciseResult, Verdict

    if result.verdict is Verdict.MISSING:
        return result.message

    return text_exercise(ExerciseResult(mark.name, result.verdict, 0, 0, [result]))
