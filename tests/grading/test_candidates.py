"""What a student's test is tried on: loaded once, and without what no candidate needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import CourseError, find_course
from autograder.grading import candidates
from autograder.grading.variants import mistakes_of

COURSE = find_course(Path(__file__).parent)
GRADER = COURSE.unit("softmax").grader


def test_the_mistakes_are_read_once_for_all(monkeypatch):
    read = []
    monkeypatch.setattr(candidates, "mistakes_of", lambda unit: read.append(unit) or mistakes_of(unit))
    softmaxes = candidates.candidates(str(GRADER), "softmax")
    assert softmaxes.wrong("powers_of_2") is softmaxes.wrong("powers_of_2") is not softmaxes.wrong("scores_cut_off")
    assert len(read) == 1


def test_a_mistake_of_another_exercise_is_none_of_this_one():
    name = next(each.name for each in mistakes_of(COURSE.unit("softmax")) if each.exercise == "log_softmax")
    with pytest.raises(CourseError, match=f"has no mistake '{name}' of 'softmax'"):
        candidates.candidates(str(GRADER), "softmax").wrong(name)


def test_loading_mistakes_of_a_numpy_unit_does_not_import_pytorch():
    """A second of every process that grades the unit."""
    script = f"""
import sys
from autograder.grading.candidates import candidates
from autograder.grading.variants import mistakes_of
softmaxes = candidates({str(GRADER)!r}, "softmax")
wrong = [each.name for each in mistakes_of(softmaxes._reference.unit) if each.exercise == "softmax"]
print(len([*softmaxes.right, *map(softmaxes.wrong, wrong)]) > 10, "torch" in sys.modules)
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "True False\n"
