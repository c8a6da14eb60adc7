"""All twelve units in one real gradebook, thirty submissions that something has happened to: each gets what a person would give it."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.course import Course, find_course
from autograder.gradebook import register
from autograder.quiz.names import PREFIX
from autograder.results import Result, decode_report

from .course import REPOSITORY
from .damages import DAMAGES, EVERYTHING, Damage
from .nbgrader_runs import autograder, gradebook_url, needs_review, scores

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),  # nbgrader 0.9 with SQLAlchemy 2
]

DUE = datetime(2030, 1, 1)
NAMED = [pytest.param(damage, id=damage.student) for damage in DAMAGES]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A copy of the course with its gradebook, and everything that was handed in."""
    root = tmp_path_factory.mktemp("whole") / "course"
    for part in ("solutions", "exercises"):
        shutil.copytree(REPOSITORY / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    course = find_course(root)
    register(course)
    with Gradebook(gradebook_url(course)) as gradebook:
        gradebook.add_student("absent")
        gradebook.update_or_create_assignment("11_transformer", duedate=DUE)
    for damage in DAMAGES:
        damage.hand_in(course)
    empty = root / "submitted" / "no-notebook" / "03_attention"
    empty.mkdir(parents=True)
    (empty / "notes.txt").write_text("I could not find the notebook.")
    return course


@pytest.fixture(scope="module")
def recorded(course: Course) -> subprocess.CompletedProcess[str]:
    return autograder(course, "record")


@pytest.fixture(scope="module")
def results(course: Course, recorded: subprocess.CompletedProcess[str]) -> dict[str, Result]:
    """What `autograder grade` says of the same folder."""
    return graded(course)


def graded(course: Course, *options: str) -> dict[str, Result]:
    """By student: everybody has handed in one unit."""
    ended = autograder(course, "grade", "submitted", "--json", "marks.json", *options)
    assert ended.returncode == 0, ended.stderr
    return {result.submission: result for result in decode_report(Path(course.root, "marks.json").read_bytes()).results}


def a_persons_marks(course: Course, damage: Damage) -> dict[str, float]:
    released = nbformat.read(course.unit(damage.unit).notebook, as_version=4)
    points = {
        cell.id.removeprefix("check-"): float(cell.metadata.nbgrader.points)
        for cell in released.cells
        if cell.metadata.nbgrader.grade
    }
    lost = set(damage.lost)
    if damage.lost == EVERYTHING:
        lost = set(points)
    elif "the first question" in lost:
        lost = {next(name for name in points if name.startswith(PREFIX))}
    assert lost <= set(points)
    return {name: 0.0 if name in lost else most for name, most in points.items()}


def everything_told(result: Result) -> str:
    parts = [*result.notices]
    for exercise in result.exercises:
        parts += [*exercise.notices, *(test.message for test in exercise.tests)]
    return "\n".join(parts)


def test_the_class_has_thirty_submissions_of_all_twelve_units() -> None:
    assert len(DAMAGES) >= 30
    assert len({damage.unit for damage in DAMAGES}) == 12
    assert len({damage.student for damage in DAMAGES}) == len(DAMAGES)


def test_one_command_records_them_all(recorded: subprocess.CompletedProcess[str]) -> None:
    assert recorded.returncode == 0, recorded.stderr
    kept = [line.split() for line in recorded.stdout.splitlines() if line.endswith("are in the gradebook.")]
    assert len(kept) == 12
    assert all(words[0] == words[2] for words in kept)
    assert sum(int(words[0]) for words in kept) == len(DAMAGES)


@pytest.mark.parametrize("damage", NAMED)
def test_the_marks_are_those_that_a_person_would_give(
    course: Course, results: dict[str, Result], damage: Damage
) -> None:
    given = {exercise.name: exercise.points for exercise in results[damage.student].exercises}
    assert given == a_persons_marks(course, damage)


@pytest.mark.parametrize("damage", NAMED)
def test_the_gradebook_has_what_the_judge_gave(course: Course, results: dict[str, Result], damage: Damage) -> None:
    given = {f"check-{exercise.name}": exercise.points for exercise in results[damage.student].exercises}
    assert scores(course, damage.student, damage.unit) == given
    assert not needs_review(course, damage.student, damage.unit)


@pytest.mark.parametrize("damage", NAMED)
def test_what_happened_is_explained(
    recorded: subprocess.CompletedProcess[str], results: dict[str, Result], damage: Damage
) -> None:
    told = recorded.stderr if damage.warned else everything_told(results[damage.student])
    assert damage.told in told


def test_grading_afresh_gives_the_same_marks(course: Course, results: dict[str, Result]) -> None:
    again = graded(course, "--unit", "softmax", "--again")
    assert len(again) == 4
    for student, result in again.items():
        assert [exercise.points for exercise in result.exercises] == [
            exercise.points for exercise in results[student].exercises
        ]


def test_who_handed_in_nothing_has_no_score(course: Course, recorded: subprocess.CompletedProcess[str]) -> None:
    assert scores(course, "absent", "03_attention") is None
    assert scores(course, "no-notebook", "03_attention") is None
    assert "no-notebook has handed in no notebook for 03_attention" in recorded.stderr


def test_late_work_is_marked_as_late(course: Course, recorded: subprocess.CompletedProcess[str]) -> None:
    with Gradebook(gradebook_url(course)) as gradebook:
        assert gradebook.find_submission("11_transformer", "late").total_seconds_late == 24 * 3600


def test_nothing_secret_is_beside_what_was_graded(course: Course, recorded: subprocess.CompletedProcess[str]) -> None:
    autograded = {path.relative_to(course.root) for path in (course.root / "autograded").rglob("*.py")}
    secret = {path.name for path in (course.root / "solutions").glob("*/*.py")} - {
        path.name for path in (course.root / "exercises").glob("*/*.py")
    }
    assert not [path for path in autograded if path.name in secret]
