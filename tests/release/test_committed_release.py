"""The committed exercises/ is what a build makes of the committed solutions/, and gives nothing away."""

from __future__ import annotations

from pathlib import Path

from autograder.course import find_course
from autograder.release import leaks, stale

COURSE = find_course(Path(__file__).parents[2])


def test_the_committed_release_is_fresh() -> None:
    assert stale(COURSE) == []


def test_nothing_secret_is_in_the_committed_release() -> None:
    assert leaks(COURSE, COURSE.root / "exercises") == []
