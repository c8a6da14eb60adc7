"""A unit's whole way by clicking: generated, released, fetched, written, validated, submitted, collected, graded, read, told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import get_username

from autograder.course import Course, find_course
from autograder.gradebook import register
from autograder.release import build

from .jupyter import REPOSITORY, Desk, Server, jupyterlab

pytestmark = pytest.mark.slow

UNIT = "02_softmax"
COURSE_ID = "transformers"
STUDENT = get_username()
COMMENT = "Look at the largest score first."
BY_HAND = "7"
HALF_RIGHT = """\
def softmax(x, axis=-1):
    shares = np.exp(x)
    return shares / shares.sum(axis=axis, keepdims=True)
"""


@pytest.fixture(scope="module")
def course(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """An instructor's course of one unit, with an exchange beside it."""
    root = tmp_path_factory.mktemp("instructor") / "course"
    shutil.copytree(REPOSITORY / "solutions" / UNIT, root / "solutions" / UNIT)
    shutil.copy(REPOSITORY / "solutions" / "course.toml", root / "solutions")
    settings = (REPOSITORY / "nbgrader_config.py").read_text("utf-8")
    (root / "nbgrader_config.py").write_text(settings + exchange(root), "utf-8")
    course = find_course(root)
    build(course)
    register(course)
    return course


def exchange(root: Path) -> str:
    """The lines that an instructor adds below ours, and a student's machine has too."""
    return (
        f"c.Exchange.root = {str(root.parent / 'exchange')!r}\n"
        f"c.CourseDirectory.course_id = {COURSE_ID!r}\n"
        f"c.Exchange.cache = {str(root.parent / 'cache')!r}\n"
    )


@pytest.fixture(scope="module")
def instructors_server(course: Course) -> Iterator[Server]:
    (course.root.parent / "exchange").mkdir()
    with jupyterlab(course.root, course.root.parent / "instructor") as server:
        yield server


@pytest.fixture(scope="module")
def students_server(course: Course) -> Iterator[Server]:
    work = course.root.parent / "work"
    work.mkdir()
    with jupyterlab(work, course.root.parent / "student", exchange(course.root)) as server:
        yield server


@contextmanager
def desk_at(browser: Any, server: Server, shots: Path, name: str) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1360, "height": 1000})
    desk = Desk(context.new_page(), server, shots)
    desk.open_lab()
    try:
        yield desk
    finally:
        desk.shot(f"end-of-{name}")
        context.close()


def formgrader(desk: Desk) -> Any:
    """The formgrader's page, in its tab of JupyterLab."""
    desk.menu("Nbgrader", "Formgrader")
    frame = desk.page.frame_locator("iframe")
    frame.locator("h1", has_text="Manage Assignments").wait_for()
    return frame


def press(frame: Any, column: str, unit: str = UNIT) -> str:
    """Click the icon of a column in the unit's row, and give what the window that opens says."""
    row = frame.locator("tr", has=frame.get_by_role("link", name=unit, exact=True))
    row.locator(f"td.{column} a").click()
    return window(frame)


def window(frame: Any) -> str:
    said = frame.locator(".modal.in .modal-body, .modal.show .modal-body")
    said.wait_for()
    text = str(said.inner_text())
    frame.locator(".modal.in button.close, .modal.show button.close").first.click()
    frame.locator(".modal").wait_for(state="detached")
    return text


def give_by_hand(desk: Desk, frame: Any, comment: str, points: str) -> None:
    """Write the first comment and the first score of a submission's report. What is typed before the page has loaded those is lost."""
    for field, text, saved in (("textarea.comment", comment, "/api/comment/"), ("input.score", points, "/api/grade/")):
        written = frame.locator(f"{field}[placeholder]").first
        written.fill(text)
        with desk.page.expect_response(lambda answer, to=saved: answer.request.method == "PUT" and to in answer.url):
            written.press("Tab")


def assignments(desk: Desk) -> Any:
    desk.menu("Nbgrader", "Assignment List")
    listed = desk.page.locator("#nbgrader-assignment-list")
    listed.locator("text=" + UNIT).first.wait_for()
    return listed


def test_a_unit_goes_all_the_way_by_clicking(browser, course, instructors_server, students_server, shots):
    with desk_at(browser, instructors_server, shots, "release") as desk:
        frame = formgrader(desk)
        desk.shot("instructor-1-formgrader")
        assert "Successfully created the student version" in press(frame, "assign")
        assert "Successfully released" in press(frame, "release")
        desk.shot("instructor-2-released")
    with desk_at(browser, students_server, shots, "work") as desk:
        listed = assignments(desk)
        listed.get_by_role("button", name="Fetch").click()
        listed.get_by_role("button", name="Submit").wait_for()
        desk.shot("student-a-fetched")
        assert (students_server.root / UNIT / "quiz.json").is_file()
        desk.open(f"{UNIT}/softmax.ipynb")
        desk.run(desk.cell("import numpy as np"))
        desk.write(desk.cell("def softmax("), HALF_RIGHT)
        desk.run(desk.cell("def softmax("))
        assert "Large scores give no nan" in desk.run(desk.cell("check(softmax)"))
        desk.save()
        desk.panel.locator(".validate-button").click()
        dialog = desk.page.locator("#validation-message")
        dialog.wait_for()
        desk.shot("student-b-validated")
        said = dialog.inner_text()
        assert "Large scores give no nan" in said
        assert "Traceback" not in said
        desk.page.locator(".jp-Dialog button").last.click()
        listed = assignments(desk)
        listed.get_by_role("button", name="Submit").click()
        listed.locator("#submitted_assignments_list_placeholder").wait_for(state="hidden")
        desk.shot("student-c-submitted")
    with desk_at(browser, instructors_server, shots, "grade") as desk:
        frame = formgrader(desk)
        assert "Successfully collected" in press(frame, "collect")
        frame.locator("td.num-submissions a").click()
        row = frame.locator("tr", has_text=STUDENT)
        desk.shot("instructor-3-collected")
        row.locator("td.autograde a").click()
        assert "Successfully autograded" in window(frame)
        desk.shot("instructor-4-autograded")
        frame.locator("tr", has_text=STUDENT).locator("td.student-name a").click()
        frame.locator("td a", has_text="softmax").click()
        report = frame.locator(".autograder").first
        report.scroll_into_view_if_needed()
        desk.shot("instructor-5-report")
        assert "Survives large scores" in frame.locator("body").inner_text()
        give_by_hand(desk, frame, COMMENT, BY_HAND)
        desk.shot("instructor-6-by-hand")
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission(UNIT, STUDENT)
        (notebook,) = submission.notebooks
        by_exercise = {grade.name: (grade.auto_score, grade.manual_score) for grade in notebook.grades}
        assert by_exercise["check-softmax"][1] == float(BY_HAND)
        assert 0 < by_exercise["check-softmax"][0] < notebook.max_score
        assert all(auto == 0 for name, (auto, _) in by_exercise.items() if name != "check-softmax")
    with desk_at(browser, instructors_server, shots, "feedback") as desk:
        frame = formgrader(desk)
        assert "Successfully generated feedback" in press(frame, "generate-feedback")
        assert "Successfully released feedback" in press(frame, "release-feedback")
    with desk_at(browser, students_server, shots, "feedback-read") as desk:
        listed = assignments(desk)
        listed.get_by_role("button", name="Fetch Feedback").click()
        listed.locator("text=view feedback").first.wait_for()
        desk.shot("student-d-feedback")
    (page,) = students_server.root.glob(f"{UNIT}/feedback/*/softmax.html")
    told = page.read_text("utf-8")
    assert COMMENT in told
    assert "Traceback (most recent" not in told
