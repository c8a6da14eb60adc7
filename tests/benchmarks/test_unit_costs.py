"""What grading a correct submission of each unit costs: CPU time of all processes, which other work on the machine hardly changes."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from rich.console import Console
from rich.table import Table

from autograder.course import Course, Unit
from autograder.grading import Grader
from autograder.grading.variants import submission_of
from autograder.judge.remote_worker import Worker
from autograder.quiz.samples import right_answers

RUNS = 3
UNIT_SECONDS, COURSE_SECONDS, TRAINING_SECONDS = 5.0, 60.0, 60.0
TRAINS = {"11_transformer": "train"}
"""The exercise whose grading trains a model: it has a budget of its own."""


@dataclass(frozen=True)
class Cost:
    """CPU seconds: of the grader and its reference, of the zygote, of the student's workers; and how many workers."""

    grader: float
    zygote: float
    workers: float
    started: int

    @property
    def total(self) -> float:
        return self.grader + self.zygote + self.workers


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The CPU clocks of the workers that were closed, read just before they go."""
    clocks: list[float] = []
    close = Worker.close

    def read_and_close(worker: Worker) -> None:
        if worker.status is None:
            clocks.append(clock(worker.pid))
        close(worker)

    monkeypatch.setattr(Worker, "close", read_and_close)
    return clocks


def test_a_correct_submission_of_any_unit_is_cheap(ended: list[float], course: Course) -> None:
    yardstick = seconds_of_an_import_of_torch()
    table = Table(
        "unit", "CPU s", "student's workers s", "their share", "workers", "wall s", title="one correct submission"
    )
    totals = {}
    with Grader(course) as grader:
        for unit in course.units.values():
            costs, walls = zip(*measured(grader, unit, ended), strict=True)
            cost = sorted(costs, key=lambda cost: cost.total)[RUNS // 2]
            totals[unit.name] = cost.total
            figures = (cost.total, cost.workers, cost.workers / cost.total, cost.started, statistics.median(walls))
            table.add_row(unit.name, *(f"{figure:.3g}" for figure in figures))
    table.add_row("all", *(f"{sum(totals.values()):.3g}", "", "", "", ""))
    Console(width=110).print(table, f"an import of torch: {yardstick:.3g} CPU s", sep="\n")
    scale = max(1.0, yardstick)  # the seconds of the text are those of a machine that imports torch in one
    slow = {
        name: total
        for name, total in totals.items()
        if total > (UNIT_SECONDS + (TRAINING_SECONDS if name in TRAINS else 0.0)) * scale
    }
    assert slow == {}
    assert (
        sum(totals.values()) <= (COURSE_SECONDS + (TRAINING_SECONDS if TRAINS.keys() & totals.keys() else 0.0)) * scale
    )


def measured(grader: Grader, unit: Unit, ended: list[float]) -> Iterator[tuple[Cost, float]]:
    """The costs of some runs, the first of all not counted: it warms up what is kept for the unit."""
    answers = right_answers(grader.course, unit, "reference")
    submission = submission_of(grader.reference(unit), [], "reference", answers)
    grader.grade(submission)
    for _ in range(RUNS):
        ended.clear()
        wall, mine, zygotes = time.perf_counter(), time.process_time(), clock(grader.judge.link.pid)
        result = grader.grade(submission)
        yield (
            Cost(time.process_time() - mine, clock(grader.judge.link.pid) - zygotes, sum(ended), len(ended)),
            time.perf_counter() - wall,
        )
        assert result.points == result.max_points


def clock(pid: int) -> float:
    """The CPU clock of a process, as Linux numbers it."""
    return time.clock_gettime((~pid << 3) | 2)


def seconds_of_an_import_of_torch() -> float:
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", "import torch"], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(times)
