"""Where nbgrader would give full marks for want of a number, there is no score at all."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade

from autograder.course import Course, CourseError
from autograder.gradebook import register
from autograder.gradebook.confirm import ConfirmScores, withhold
from autograder.gradebook.exporters import rebuilt_submission
from autograder.gradebook.scores import UngradedError, write_scores
from autograder.results import ExerciseResult, Result, Verdict

from .course import cell_of, filled, released, write_course

pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader 0.9 with SQLAlchemy 2


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return write_course(tmp_path_factory.mktemp("closed") / "course")


def result(
    double: float, triple: float = 2.0, *, maximum: float = 3.0, names: tuple[str, str] = ("double", "triple")
) -> Result:
    exercises = [
        ExerciseResult(names[0], Verdict.FAILED, double, maximum, []),
        ExerciseResult(names[1], Verdict.PASSED, triple, 2.0, []),
    ]
    return Result("ann", "01_numbers", double + triple, maximum + 2.0, "confined", exercises)


def nbgraders_reading(notebook: Any) -> dict[str, float]:
    """What nbgrader's own function makes of the outputs."""
    return {cell.id: determine_grade(cell)[0] for cell in notebook.cells if cell.metadata.nbgrader.grade}


def test_nbgrader_alone_gives_full_marks_for_nothing(course: Course) -> None:
    """The control: this is what has to be kept from happening."""
    assert nbgraders_reading(released(course)) == {"check-double": 3.0, "check-triple": 2.0}


@pytest.mark.parametrize("points", [0.0, 0.1, 1 / 3, 2.5, 3.0, 1e-17])
def test_nbgrader_reads_the_very_score(course: Course, points: float) -> None:
    notebook = released(course)
    assert write_scores(notebook, result(points)) == {"check-double": points, "check-triple": 2.0}
    assert nbgraders_reading(notebook) == {"check-double": points, "check-triple": 2.0}


@pytest.mark.parametrize(("points", "written"), [(3.0 + 1e-12, 3.0), (-1e-12, 0.0), (0.1 + 0.2, 0.1 + 0.2)])
def test_rounding_is_clamped(course: Course, points: float, written: float) -> None:
    notebook = released(course)
    write_scores(notebook, result(points))
    assert nbgraders_reading(notebook)["check-double"] == written


@pytest.mark.parametrize("points", [math.nan, math.inf, -math.inf, -0.5, 3.5])
def test_a_score_out_of_range_is_refused(course: Course, points: float) -> None:
    with pytest.raises(UngradedError, match="double got"):
        write_scores(released(course), result(points))


def test_points_that_changed_since_the_release_are_refused(course: Course) -> None:
    with pytest.raises(UngradedError, match="double is worth 4 to the grader and 3 to the gradebook"):
        write_scores(released(course), result(3.0, maximum=4.0))


def test_a_check_cell_without_a_result_is_refused(course: Course) -> None:
    with pytest.raises(UngradedError, match="check-double is in the notebook, but not in the Result"):
        write_scores(released(course), result(3.0, names=("treble", "triple")))


def test_a_result_without_a_check_cell_is_refused(course: Course) -> None:
    notebook = released(course)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "check-triple"]
    with pytest.raises(UngradedError, match="no check cell in the notebook for check-triple"):
        write_scores(notebook, result(3.0))


def test_a_second_check_cell_of_an_exercise_is_refused(course: Course) -> None:
    notebook = released(course)
    notebook.cells.append(cell_of(notebook, "check-triple"))
    with pytest.raises(UngradedError, match="check-triple"):
        write_scores(notebook, result(3.0))


def test_grading_without_confinement_is_said_in_the_feedback(course: Course) -> None:
    notebook = released(course)
    write_scores(notebook, result(3.0))
    assert "without confinement" not in str(notebook)
    write_scores(notebook, msgspec.structs.replace(result(3.0), isolation="process"))
    assert "without confinement" in cell_of(notebook, "check-double").outputs[0].data["text/html"]
    assert nbgraders_reading(notebook)["check-double"] == 3.0


def test_old_outputs_are_taken_away(course: Course) -> None:
    notebook = filled(course, {})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [{"output_type": "stream", "name": "stderr", "text": "a warning"}]
    write_scores(notebook, result(3.0))
    assert nbgraders_reading(notebook) == {"check-double": 3.0, "check-triple": 2.0}
    assert "a warning" not in str(notebook)


# In the gradebook


@pytest.fixture(scope="module")
def registered(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook that knows the course and no student."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    register(course, f"sqlite:///{path}")
    return path


@pytest.fixture
def graded(registered: Path, tmp_path: Path) -> dict[str, str]:
    """A gradebook in which ann has 2.5 and 2.0 points, as nbgrader's resources name it."""
    url = f"sqlite:///{shutil.copy(registered, tmp_path)}"
    with Gradebook(url) as gradebook:
        gradebook.add_student("ann")
        gradebook.add_submission("01_numbers", "ann")
        for name, points in (("check-double", 2.5), ("check-triple", 2.0)):
            grade = gradebook.find_grade(name, "numbers", "01_numbers", "ann")
            grade.auto_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()
    return {"db_url": url, "student": "ann", "assignment": "01_numbers", "notebook": "numbers"}


def grades(names: dict[str, str]) -> dict[str, tuple[float | None, bool]]:
    with Gradebook(names["db_url"]) as gradebook:
        notebook = gradebook.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
        return {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in notebook.grades}


def test_scores_that_are_in_the_gradebook_are_confirmed(course: Course, graded: dict[str, str]) -> None:
    given = {"check-double": 2.5, "check-triple": 2.0}
    notebook = released(course)
    assert ConfirmScores().preprocess(notebook, {"nbgrader": graded, "autograder": given})[0] is notebook


@pytest.mark.parametrize("given", [None, {}, {"check-double": 2.5}, {"check-double": 3.0, "check-triple": 2.0}])
def test_scores_that_differ_from_the_judges_are_refused(
    course: Course, graded: dict[str, str], given: dict[str, float] | None
) -> None:
    resources = {"nbgrader": graded} if given is None else {"nbgrader": graded, "autograder": given}
    with pytest.raises(UngradedError, match="ann: the gradebook has"):
        ConfirmScores().preprocess(released(course), resources)


def test_a_withheld_submission_has_no_scores_and_waits_for_review(graded: dict[str, str]) -> None:
    withhold(graded)
    assert grades(graded) == {"check-double": (None, True), "check-triple": (None, True)}


def test_withholding_from_a_student_who_is_not_there_changes_nothing(graded: dict[str, str]) -> None:
    before = grades(graded)
    withhold({**graded, "student": "bob"})
    assert grades(graded) == before


def test_a_link_is_not_graded(course: Course, tmp_path: Path) -> None:
    link = tmp_path / "numbers.ipynb"
    link.symlink_to(course.root / "solutions" / "01_numbers" / "numbers.ipynb")
    with pytest.raises(CourseError, match="is a link: replace it by the file that ann handed in"):
        rebuilt_submission(course.unit("numbers"), link, "ann")
