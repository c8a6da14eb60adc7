"""A grader computes on one thread: a second one is waited for at the end of every small operation, and on a busy machine for long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from autograder.grading.run import run_pytest
from autograder.one_thread import one_thread

TEST = """import torch
def test_computes_on_one_thread():
    assert torch.get_num_threads() == 1
"""


class Outcomes:
    """A pytest plugin that keeps what came of each test."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.seen.append(report.outcome)


@pytest.fixture
def three_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("three_threads")
def test_a_grader_runs_on_one_thread_and_leaves_the_others_to_who_started_it(tmp_path):
    file, outcomes = tmp_path / "grade_nothing.py", Outcomes()
    file.write_text(TEST)
    run_pytest(file, outcomes)
    assert outcomes.seen == ["passed"]
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures("three_threads")
def test_threads_are_given_back_after_an_error():
    with pytest.raises(KeyError), one_thread():
        raise KeyError
    assert torch.get_num_threads() == 3
