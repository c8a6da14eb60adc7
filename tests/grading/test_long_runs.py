"""A grader that has graded many submissions is as good as a new one: what the reference made for them is let go."""

from __future__ import annotations

import shutil

import pytest

from autograder.course import Course, find_course
from autograder.grading import Grader
from autograder.grading.matrix import grade_variant
from autograder.grading.variants import mistakes_of, submission_of
from autograder.results import Verdict


@pytest.fixture(scope="module")
def course(course: Course, tmp_path_factory):
    """A copy without answers kept from earlier runs: the reference has to be asked."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(course.root / "solutions", root / "solutions", ignore=shutil.ignore_patterns(".cache"))
    return find_course(root)


@pytest.fixture(scope="module")
def grader(course):
    """One of its own: what others have asked its reference is not asked again."""
    with Grader(course) as grader:
        yield grader


@pytest.fixture
def vectors(grader, course):
    """Unit 01, one exercise of which is a class."""
    return grader.reference(course.unit("vectors"))


def test_nothing_is_left_of_what_the_reference_made_for_a_submission(grader, vectors):
    result = grader.exercise(submission_of(vectors, [], "ann"), "Vector")
    assert result.verdict is Verdict.PASSED
    assert vectors.student.transport.session.handed_out > 0
    assert vectors.student.transport.session.objects == {}


def test_nothing_is_left_of_what_naming_a_mistake_took(grader, vectors):
    mistake = next(each for each in mistakes_of(vectors.unit) if each.exercise == "Vector")
    before = vectors.student.transport.session.handed_out
    assert grade_variant(grader, vectors.unit, mistake).killers
    assert vectors.student.transport.session.handed_out > before
    assert vectors.student.transport.session.objects == {}


def test_an_object_that_was_let_go_is_never_taken_for_another(vectors):
    first = vectors.student.Vector([1.0, 2.0])
    vectors.student.transport.session.forget()
    second = vectors.student.Vector([3.0, 4.0])
    assert second.norm() == 5.0
    with pytest.raises(KeyError):
        first.norm()
