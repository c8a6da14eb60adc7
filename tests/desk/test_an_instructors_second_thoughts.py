"""By clicking: a due date, a grade by hand and a comment, then a mended grader and the Autograde button once more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.gradebook import register

from ..gradebook.course import GRADE_NUMBERS, RIGHT, filled, hand_in, write_course
from ..gradebook.nbgrader_runs import gradebook_url
from .jupyter import Server, jupyterlab
from .test_an_instructors_desk import desk_at, formgrader, give_by_hand, press, window

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),  # nbgrader 0.9 with SQLAlchemy 2
]

UNIT, STUDENT = "01_numbers", "ada"
COMMENT = "Your triple was right; our test was not."
BY_HAND = "1.5"
TOO_STRICT = GRADE_NUMBERS.replace("reference.triple(5.0)", "reference.triple(5.0) - 1e-3")
"""A fault of the course: what is right does not pass."""


@pytest.fixture(scope="module")
def course(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = write_course(tmp_path_factory.mktemp("instructor") / "course")
    register(course)
    submission = hand_in(course, STUDENT, filled(course, RIGHT))
    (submission.parent / "timestamp.txt").write_text("2030-01-02 00:00:00.000000 UTC")
    return course


@pytest.fixture(scope="module")
def server(course: Course) -> Iterator[Server]:
    with jupyterlab(course.root, course.root.parent / "instructor") as server:
        yield server


def grader(course: Course, text: str) -> None:
    (course.root / "solutions" / UNIT / "grade_numbers.py").write_text(text)


def autograde(frame: Any) -> str:
    """Click the icon in the list of submissions, and give what the window that opens says."""
    frame.locator("tr", has_text=STUDENT).locator("td.autograde a").click()
    return window(frame)


def booked(course: Course) -> tuple[dict[str, tuple[float, float | None]], list[str], float]:
    """By exercise the automatic mark and the one by hand; the comments; seconds late."""
    with Gradebook(gradebook_url(course)) as gradebook:
        submission = gradebook.find_submission(UNIT, STUDENT)
        (notebook,) = submission.notebooks
        marks = {grade.name: (grade.auto_score, grade.manual_score) for grade in notebook.grades}
        comments = [comment.manual_comment for comment in notebook.comments if comment.manual_comment]
        return marks, comments, submission.total_seconds_late


def test_a_mended_grader_gives_new_marks_and_keeps_what_a_person_gave(browser, course, server, shots):
    grader(course, TOO_STRICT)
    with desk_at(browser, server, shots, "second-thoughts") as desk:
        frame = formgrader(desk)
        row = frame.locator("tr", has=frame.get_by_role("link", name=UNIT, exact=True))
        row.locator("td.edit a").click()
        frame.locator("input.modal-duedate").fill("2030-01-01T00:00")
        frame.locator("input.modal-timezone").fill("+0000")
        with desk.page.expect_response(
            lambda answer: answer.request.method == "PUT" and "/api/assignment/" in answer.url
        ):
            frame.locator(".modal button.save").click()
        frame.locator(".modal").wait_for(state="detached")
        desk.shot("instructor-7-due")
        row.locator("td.num-submissions a").click()
        assert "Successfully autograded" in autograde(frame)
        assert booked(course) == ({"check-double": (3.0, None), "check-triple": (0.0, None)}, [], 24 * 3600)
        frame.locator("tr", has_text=STUDENT).locator("td.student-name a").click()
        frame.locator("td a", has_text="numbers").click()
        give_by_hand(desk, frame, COMMENT, BY_HAND)
        desk.shot("instructor-8-by-hand")
    grader(course, GRADE_NUMBERS)
    with desk_at(browser, server, shots, "second-round") as desk:
        frame = formgrader(desk)
        frame.locator("tr", has=frame.get_by_role("link", name=UNIT, exact=True)).locator(
            "td.num-submissions a"
        ).click()
        assert "Successfully autograded" in autograde(frame)
        desk.shot("instructor-9-again")
        marks, comments, late = booked(course)
        assert marks == {"check-double": (3.0, float(BY_HAND)), "check-triple": (2.0, None)}
        assert comments == [COMMENT]
        assert late == 24 * 3600
    with desk_at(browser, server, shots, "told") as desk:
        assert "Successfully generated feedback" in press(formgrader(desk), "generate-feedback", UNIT)
    page = Path(course.root, "feedback", STUDENT, UNIT, "numbers.html").read_text("utf-8")
    assert COMMENT in page
