"""How fast grading is, as ratios within one run: against importing PyTorch, and against stock nbgrader.

Stock nbgrader gets the same notebooks and the same tests, which it runs in each student's kernel.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.course import find_course
from autograder.gradebook import register
from autograder.grading.variants import submission_of
from autograder.quiz.names import PREFIX
from autograder.quiz.samples import right_answers, sample_answers
from autograder.release import source_notebook
from autograder.results import decode_report
from autograder.sample_class import class_of

COURSE = find_course(Path(__file__).parent)
UNIT = COURSE.unit("softmax")
MEASURED = {"softmax": (1 / 2, 3 / 5), "positions": (1 / 8, 1 / 5)}
"""A unit on NumPy and one on PyTorch: at most so much of stock nbgrader's time, for `grade` and for `record`.

Measured on two processors: 0.23 to 0.34 and 0.37 to 0.45 on NumPy; 0.09 and 0.15 on PyTorch, which stock nbgrader imports for everybody.
"""
HIDDEN_TESTS = Path(__file__).parent / "hidden_tests_in_a_kernel.py"
STOCK_SUBMISSIONS = 3
SUBMISSIONS = 20


def seconds(command, **options):
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, **options)
    return time.perf_counter() - start


@pytest.mark.slow
def test_a_submission_is_graded_in_less_time_than_torch_takes_to_import(grader):
    submission = submission_of(grader.reference(UNIT), [], "reference", right_answers(COURSE, UNIT, "reference"))
    grader.grade(submission)
    ratios = []
    for _ in range(5):
        importing = seconds([sys.executable, "-c", "import torch"])
        start = time.perf_counter()
        grader.grade(submission)
        ratios.append((time.perf_counter() - start) / importing)
    print(
        f"grading one submission of {UNIT.name} / importing torch: {statistics.median(ratios):.2f} (median of {sorted(ratios)})"
    )
    assert statistics.median(ratios) < 1


def without_quiz(cells):
    """The cells that stock nbgrader is asked about: a quiz would be left to a person, and cells unknown to it are refused."""
    return [cell for cell in cells if not cell.id.removeprefix("check-").startswith(PREFIX)]


def write_notebooks(folder, unit, count, *, quiz=True):
    """`count` students' finished notebooks, laid out as nbgrader wants them."""
    code = class_of(unit)["ada"]
    for number in range(count):
        right = {**code, **sample_answers(COURSE, unit, f"student{number:02}")}
        notebook = nbformat.read(unit.notebook, as_version=4)
        notebook.cells = notebook.cells if quiz else without_quiz(notebook.cells)
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            cell.source = right.get(name, cell.source)
        path = folder / f"student{number:02}" / unit.name / f"{unit.slug}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def stock_notebook(unit):
    """The source notebook for stock nbgrader: its check cells run the hidden tests and end in the points."""
    notebook = source_notebook(unit.script)
    notebook.cells = without_quiz(notebook.cells)
    for cell in notebook.cells:
        name = cell.metadata.nbgrader.grade_id.removeprefix("check-")
        if cell.metadata.nbgrader.grade:
            cell.source = (
                "from hidden_tests_in_a_kernel import points\n"
                f"points({str(COURSE.root)!r}, {unit.name!r}, {name!r}, globals())"
            )
    return notebook


def stock_course(root, unit):
    """A course as stock nbgrader knows it, with its release made: what runs `nbgrader` in it."""
    source = root / "source" / unit.name
    source.mkdir(parents=True)
    nbformat.write(stock_notebook(unit), source / f"{unit.slug}.ipynb")
    shutil.copy(HIDDEN_TESTS, source)
    (root / "nbgrader_config.py").write_text("get_config().CourseDirectory.course_id = 'stock'\n")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(COURSE.root), "OMP_NUM_THREADS": "1"}

    def nbgrader(*arguments):
        return seconds([sys.executable, "-m", "nbgrader", *arguments], cwd=root, env=environment)

    nbgrader("generate_assignment", unit.name)
    return nbgrader


def stock_seconds_a_submission(root, unit):
    """What nbgrader itself takes to execute and score a notebook, its start left out."""
    nbgrader = stock_course(root, unit)
    write_notebooks(root / "submitted", unit, 1 + STOCK_SUBMISSIONS, quiz=False)
    one = nbgrader("autograde", unit.name, "--student", "student00")
    several = nbgrader("autograde", unit.name, "--student", "student0[1-9]")
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        (submission,) = gradebook.assignment_submissions(unit.name)[:1]
        assert submission.score == submission.max_score, "stock nbgrader has run the tests, and they passed"
    return max((several - one) / (STOCK_SUBMISSIONS - 1), 0.0)


@pytest.fixture(scope="module", params=MEASURED)
def unit(request):
    return COURSE.unit(request.param)


@pytest.fixture(scope="module")
def stock(unit, tmp_path_factory):
    """Seconds a submission of stock nbgrader."""
    return stock_seconds_a_submission(tmp_path_factory.mktemp("stock"), unit)


@pytest.fixture
def command(unit, tmp_path):
    """Runs one of our commands on a class of its own, and gives the seconds that it takes, with the start of everything."""
    course = whole_copy(tmp_path / "course")
    write_notebooks(course.root / "submitted", unit, SUBMISSIONS)
    register(course)
    program = [sys.executable, "-c", "from autograder.cli import main; main()"]

    def run(*arguments):
        return seconds([*program, *arguments], cwd=course.root, env={**os.environ, "PYTHONPATH": str(COURSE.root)})

    return run


@pytest.mark.slow
def test_twenty_submissions_take_a_small_part_of_stock_nbgraders_time(unit, stock, command, tmp_path):
    ours = command("grade", "submitted", "--json", str(tmp_path / "results.json"))
    results = decode_report((tmp_path / "results.json").read_bytes()).results
    assert len(results) == SUBMISSIONS
    assert all(result.points == result.max_points for result in results)
    print(told(f"autograder grade {unit.slug}", ours, stock))
    assert ours <= SUBMISSIONS * stock * MEASURED[unit.slug][0]


@pytest.mark.slow
def test_twenty_submissions_reach_the_gradebook_in_a_small_part_of_stock_nbgraders_time(unit, stock, command):
    ours = command("record", unit.name)
    print(told(f"autograder record {unit.slug}", ours, stock))
    assert ours <= SUBMISSIONS * stock * MEASURED[unit.slug][1]


def whole_copy(root):
    """The course with its own gradebook. What is drawn once for a course is drawn already."""
    for part in ("solutions", "exercises"):
        shutil.copytree(COURSE.root / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(COURSE.root / "nbgrader_config.py", root)
    return find_course(root)


def told(what, ours, stock):
    return (
        f"{what}, {SUBMISSIONS} submissions: {ours:.1f} s; stock nbgrader {SUBMISSIONS * stock:.1f} s: "
        f"a ratio of {ours / SUBMISSIONS / stock:.3f}"
    )
