"""Exercises whose tests use another exercise of the unit: the student's own where it is right, what is ready-made where it is not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from tiny import tiny_course

from autograder.grading import Grader
from autograder.judge.limits import Limits
from autograder.results import Verdict
from autograder.submission import Submission, program_from_source

SCRIPT = '''
# %% [markdown]
# # A counter, and who counts with it
# %%
from autograder import check
# %% solution="Counter"
class Counter:
    """Counts from `start` on."""
    def __init__(self, start):
        ### BEGIN SOLUTION
        self.count = start
        ### END SOLUTION
    def next(self):
        """The next number."""
        ### BEGIN SOLUTION
        self.count += 1
        return self.count
        ### END SOLUTION
# %% check="Counter" points=1
check(Counter)
# %% solution="third"
def third(counter):
    """What a counter says at the third time."""
    ### BEGIN SOLUTION
    return [counter.next() for _ in range(3)][-1]
    ### END SOLUTION
# %% check="third" points=2
check(third)
'''
GRADER = """
from autograder.toolkit import assert_agrees, exercise, points

@exercise("Counter", points=1)
class TestCounter:
    @points(1)
    def test_counts(self, student):
        assert_agrees(student.Counter(4).next(), 5)

@exercise("third", points=2, beside=["Counter"], seconds=0.6)
class TestThird:
    @points(1)
    def test_gives_the_third_number(self, student):
        assert_agrees(student.third(student.Counter(10)), 13)

    @points(1)
    def test_counts_from_anywhere(self, student):
        assert_agrees(student.third(student.Counter(-3)), 0)
"""
STAND_INS = """
import itertools

class Counter:
    def __init__(self, start):
        self.numbers = itertools.count(start + 1)
    def next(self):
        return next(self.numbers)
"""
COUNTER = """
class Counter:
    def __init__(self, start):
        self.count = start
    def next(self):
        self.count += 1
        return self.count
"""
THIRD = """
def third(counter):
    return [counter.next() for _ in range(3)][-1]
"""


@pytest.fixture(scope="module")
def counting(tmp_path_factory):
    files = {"script": SCRIPT, "grader": GRADER, "stand_ins": STAND_INS, "mistakes": "", "checks": ""}
    with Grader(tiny_course(tmp_path_factory.mktemp("course"), **files)) as grader:
        yield grader


def graded(grader, source):
    programs = {name: program_from_source(name, source, "steps.py") for name in ("Counter", "third")}
    result = grader.grade(Submission("ann", "01_steps", "ann/steps.py", programs))
    return {exercise.name: exercise for exercise in result.exercises}


def test_the_students_own_class_is_there_although_the_function_never_names_it(counting):
    assert [exercise.points for exercise in graded(counting, COUNTER + THIRD).values()] == [1, 2]


def test_a_mistake_in_the_class_costs_the_function_nothing(counting):
    exercises = graded(counting, COUNTER.replace("+= 1", "+= 2") + THIRD)
    assert exercises["Counter"].points == 0
    assert exercises["third"].points == 2
    assert "ready-made versions of `Counter`" in exercises["third"].notices[-1]


def test_a_class_that_is_not_there_is_replaced_too(counting):
    exercises = graded(counting, THIRD)
    assert exercises["Counter"].verdict is Verdict.MISSING
    assert exercises["third"].points == 2


def test_a_mistake_in_the_function_is_no_better_with_a_ready_made_class(counting):
    exercises = graded(counting, COUNTER.replace("+= 1", "+= 2") + THIRD.replace("range(3)", "range(4)"))
    assert [exercise.points for exercise in exercises.values()] == [0, 0]


def test_a_call_that_never_ends_is_stopped_after_the_seconds_of_its_exercise(counting, monkeypatch):
    monkeypatch.setattr(counting.judge, "limits", Limits(wall_seconds=600))  # on a busy machine it computes slowly
    third = graded(counting, COUNTER + "def third(counter):\n    while True:\n        counter.next()\n")["third"]
    assert {test.verdict for test in third.tests} == {Verdict.TIMEOUT}
    assert "more than 0.6 s" in third.tests[0].message


def test_more_time_to_compute_is_more_time_to_wait():
    usual = Limits(cpu_seconds=2.0, wall_seconds=10.0)
    longer = usual.with_time(60)
    assert (longer.cpu_seconds, longer.wall_seconds) == (60, 300)
    assert longer.memory_bytes == usual.memory_bytes
