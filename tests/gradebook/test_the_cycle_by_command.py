"""A unit's whole way by command line: released, fetched, submitted, collected (also from a zip), graded, exported, told."""

from __future__ import annotations

import csv
import json
import subprocess
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import get_username

from autograder.course import Course

from .course import GRADE_NUMBERS, RIGHT, filled, write_course
from .nbgrader_runs import autograder, feedback, gradebook_url, nbgrader, scores

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),  # nbgrader 0.9 with SQLAlchemy 2
]

UNIT = "01_numbers"
HERE = get_username()
"""Who fetches and submits through the exchange: nbgrader takes the name from the system."""
BY_ZIP = "zip-ada"
DUE = datetime(2020, 1, 1)
IN_TIME = "2019-12-31-12-00-00"
EXACT, MENDED = (
    "student.triple(5.0) == reference.triple(5.0)",
    "abs(student.triple(5.0) - reference.triple(5.0)) < 1e-9",
)
TOO_STRICT = GRADE_NUMBERS.replace(EXACT, EXACT.replace("5.0", "0.1"))
"""A fault of the course: the test wants the last bit of what may be worked out in another order."""
OTHER_ORDER = {**RIGHT, "triple": "def triple(x):\n    return 0.3 * x * 10\n"}
COMMENT = "Your triple was right; our test was not."


@dataclass(frozen=True)
class Graded:
    """A course after the first round, and the folder in which a student works."""

    course: Course
    work: Path


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    course = write_course(tmp_path_factory.mktemp("term") / "course")
    (course.root / "solutions" / UNIT / "grade_numbers.py").write_text(TOO_STRICT)
    work = settings(course)
    done(autograder(course, "register"))
    with Gradebook(gradebook_url(course)) as gradebook:
        gradebook.update_or_create_assignment(UNIT, duedate=DUE)
    done(nbgrader(course, "release_assignment", UNIT))
    done(nbgrader(course, "fetch_assignment", UNIT, folder=work))
    (work / UNIT / "numbers.ipynb").write_text(json.dumps(filled(course, OTHER_ORDER)))
    done(nbgrader(course, "submit", UNIT, folder=work))
    done(nbgrader(course, "collect", UNIT))
    downloaded = course.root / "downloaded" / UNIT / "archive" / "submissions.zip"
    downloaded.parent.mkdir(parents=True)
    with zipfile.ZipFile(downloaded, "w") as archive:
        archive.writestr(f"{BY_ZIP}_{IN_TIME}_numbers.ipynb", json.dumps(filled(course, OTHER_ORDER)))
    done(nbgrader(course, "zip_collect", UNIT))
    done(autograder(course, "record", "numbers"))
    return Graded(course, work)


def settings(course: Course) -> Path:
    """An exchange, what late work costs, and how files from a zip are named; gives a folder for a student to work in."""
    base = course.root.parent
    for name in ("exchange", "work", "home"):
        (base / name).mkdir()
    (base / "home" / "nbgrader_config.py").write_text(
        f"c.Exchange.root = {str(base / 'exchange')!r}\n"
        f"c.Exchange.cache = {str(base / 'cache')!r}\n"
        "c.CourseDirectory.course_id = 'numbers'\n"
    )
    with (course.root / "nbgrader_config.py").open("a") as ours:
        ours.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
        named = r".*/(?P<student_id>[\w-]+)_(?P<timestamp>[\d-]+)_(?P<file_id>\w+)"
        ours.write(f"c.FileNameCollectorPlugin.named_regexp = {named!r}\n")
    return base / "work"


def done(ended: subprocess.CompletedProcess[str]) -> None:
    assert ended.returncode == 0, f"{ended.args}\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}"


def exported(course: Course) -> dict[str, tuple[float, float, float, float]]:
    """By student, what `nbgrader export` writes of the unit: points, penalty, points with it, of how many."""
    done(nbgrader(course, "export"))
    with (course.root / "grades.csv").open() as file:
        return {
            row["student_id"]: (
                float(row["raw_score"]),
                float(row["late_submission_penalty"]),
                float(row["score"]),
                float(row["max_score"]),
            )
            for row in csv.DictReader(file)
            if row["assignment"] == UNIT
        }


def test_a_submission_of_the_exchange_and_one_of_a_zip_get_the_same_marks(graded):
    expected = {"check-double": 3.0, "check-triple": 0.0}
    assert scores(graded.course, HERE) == expected
    assert scores(graded.course, BY_ZIP) == expected


def test_late_work_costs_what_the_instructor_has_set(graded):
    assert exported(graded.course) == {HERE: (3.0, 3.0, 0.0, 5.0), BY_ZIP: (3.0, 0.0, 3.0, 5.0)}


def test_after_a_mended_grader_marks_are_new_and_what_a_person_gave_stays(graded):
    course = graded.course
    with Gradebook(gradebook_url(course)) as gradebook:
        gradebook.find_grade("check-double", "numbers", UNIT, BY_ZIP).manual_score = 2.5
        gradebook.find_comment("triple", "numbers", UNIT, HERE).manual_comment = COMMENT
        gradebook.db.commit()
    (course.root / "solutions" / UNIT / "grade_numbers.py").write_text(GRADE_NUMBERS.replace(EXACT, MENDED))
    done(autograder(course, "record", "numbers", "--regrade"))
    assert scores(course, HERE) == {"check-double": 3.0, "check-triple": 2.0}
    assert scores(course, BY_ZIP) == {"check-double": 3.0, "check-triple": 2.0}
    assert exported(course) == {HERE: (5.0, 5.0, 0.0, 5.0), BY_ZIP: (4.5, 0.0, 4.5, 5.0)}


def test_a_student_fetches_the_feedback_with_the_comment(graded):
    course = graded.course
    with Gradebook(gradebook_url(course)) as gradebook:
        gradebook.find_comment("triple", "numbers", UNIT, HERE).manual_comment = COMMENT
        gradebook.db.commit()
    done(nbgrader(course, "generate_feedback", UNIT))
    # It is for what came through the exchange: at a submission from a zip, which has no secret there, it stops.
    done(nbgrader(course, "release_feedback", UNIT, f"--CourseDirectory.student_id_exclude={BY_ZIP}"))
    done(nbgrader(course, "fetch_feedback", UNIT, folder=graded.work))
    (page,) = (graded.work / UNIT / "feedback").glob("*/numbers.html")
    told = page.read_text("utf-8")
    assert told == feedback(course, HERE)
    assert COMMENT in told
    assert "hidden_number" not in told
