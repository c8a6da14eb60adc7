"""A course's tests compute on one thread: a second one is waited for at the end of every small operation, on a busy machine for long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from autograder.grading.run import run_pytest
from autograder.one_thread import one_thread
from autograder.pytest_plugin import PROVIDER
from autograder.results import TestResult, Verdict
from autograder.toolkit.marks import ExerciseMark

TEST = """import torch
from autograder.toolkit import exercise, points

@exercise("nothing", points=1)
class TestNothing:
    @points(1)
    def test_computes_on_one_thread(self):
        assert torch.get_num_threads() == 1
"""


class Verdicts:
    """A provider that keeps what came of each test."""

    def __init__(self) -> None:
        self.seen: list[Verdict] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[PROVIDER] = self

    def record(self, mark: ExerciseMark, result: TestResult) -> None:
        self.seen.append(result.verdict)


@pytest.fixture
def three_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("three_threads")
def test_a_courses_tests_run_on_one_thread_and_leave_the_others_to_who_started_them(tmp_path):
    file, verdicts = tmp_path / "grade_nothing.py", Verdicts()
    file.write_text(TEST)
    run_pytest(file, verdicts)
    assert verdicts.seen == [Verdict.PASSED]
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures("three_threads")
def test_threads_are_given_back_after_an_error():
    with pytest.raises(KeyError), one_thread():
        raise KeyError
    assert torch.get_num_threads() == 3
