"""A class on several processes: what they are given before the first submission."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import Future
from multiprocessing import forkserver
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from tiny import tiny_course

from autograder.grading import batch
from autograder.judge.layers import IsolationError
from autograder.results import Verdict
from autograder.submission import Found


class Remembering:
    """An executor that does nothing of what it is given, but remembers it."""

    def __init__(self, processes, *_):
        self.processes = processes
        self.given = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def submit(self, function, *_):
        self.given.append(function.__name__)
        future = Future()
        future.set_exception(RuntimeError("not done"))
        return future


@pytest.fixture
def given(tmp_path, monkeypatch):
    """What the processes are given for so many submissions, in order, and how many they are."""
    course = tiny_course(tmp_path)
    executors = []

    def remembering(*arguments):
        executors.append(Remembering(*arguments))
        return executors[-1]

    def given(submissions, jobs):
        found = [Found(f"s{number}", "01_steps", f"s{number}/steps.py") for number in range(submissions)]
        results = list(batch.grade_all(found, course, jobs=jobs))
        assert len(results) == submissions
        (executor,) = executors
        return executor.given, executor.processes

    monkeypatch.setattr(batch, "ProcessPoolExecutor", remembering)
    return given


@pytest.mark.parametrize(("submissions", "jobs", "processes"), [(5, 2, 2), (5, 4, 4), (3, 8, 3)])
def test_every_process_gets_ready_while_one_draws_for_the_unit(given, submissions, jobs, processes):
    names, used = given(submissions, jobs)
    assert used == processes
    assert names == ["_prepare", *["_get_ready"] * (processes - 1), *["_grade_here"] * submissions]


def test_on_another_system_a_class_is_refused_before_a_process_starts(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    found = [Found(f"s{number}", "01_steps", f"s{number}/steps.py") for number in range(2)]
    with pytest.raises(IsolationError, match="Grading needs Linux"):
        list(batch.grade_all(found, tiny_course(tmp_path), jobs=2))


@pytest.fixture
def gone_unnoticed():
    """What forks graders has ended, and its process id belongs to a process that lives: multiprocessing takes it for alive."""
    server = forkserver._forkserver
    server.ensure_running()
    os.kill(server._forkserver_pid, signal.SIGKILL)
    os.waitpid(server._forkserver_pid, 0)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        server._forkserver_pid = other.pid
        yield
        other.stdin.close()


def test_where_no_grader_can_be_forked_nobody_loses_marks(tmp_path, gone_unnoticed):
    found = [Found(name, "01_steps", str(tmp_path / f"{name}.py")) for name in ("ann", "bob")]
    results = list(batch.grade_all(found, tiny_course(tmp_path / "course"), jobs=2))
    assert [result.submission for result in results] == ["ann", "bob"]
    assert {each.verdict for result in results for each in result.exercises} == {Verdict.INTERNAL}
