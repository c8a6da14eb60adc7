"""Fixtures that start real parts: a judge with its zygote, the repository's own course."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from autograder.course import Course, find_course
from autograder.grading import Grader, settings
from autograder.judge.client import Judge
from autograder.judge.limits import Limits

REPEATABLE = "repeatable"
hypothesis.settings.register_profile(
    REPEATABLE,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile(REPEATABLE)
settings.draw_from_the_strategies_alone()


@pytest.fixture(autouse=True)
def the_same_examples_every_time() -> None:
    """A grading run in this process leaves a profile of its own behind."""
    hypothesis.settings.load_profile(REPEATABLE)


@pytest.fixture(scope="session")
def judge() -> Iterator[Judge]:
    """A confined judge that gives up early on endless code."""
    with Judge(limits=Limits(cpu_seconds=1.0, wall_seconds=30.0, memory_bytes=1 << 29)) as judge:
        judge.start()
        yield judge


@pytest.fixture(scope="session")
def course() -> Course:
    """The course in this repository."""
    return find_course(Path(__file__).parent)


@pytest.fixture(scope="session")
def grader(course: Course) -> Iterator[Grader]:
    with Grader(course) as grader:
        yield grader
