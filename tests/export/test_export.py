"""Results in the forms that other systems publish, and what they must never say."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course import CourseError, find_course
from autograder.export import canvas_table, gradescope_zip, moodle_table, results_json, spreadsheet
from autograder.results import ExerciseResult, Report, Result, TestResult, Verdict, encode

from ..gradebook.course import NUMBERS

REPOSITORY = Path(__file__).parents[2]


def exercise(name: str, verdict: Verdict, points: float, maximum: float) -> ExerciseResult:
    test = TestResult("test_it", "Does it", verdict, points, maximum, "It does not." if points < maximum else "")
    return ExerciseResult(name, verdict, points, maximum, [test])


def result(student: str, unit: str, *exercises: ExerciseResult) -> Result:
    points, maximum = sum(e.points for e in exercises), sum(e.max_points for e in exercises)
    return Result(student, unit, points, maximum, "confined", list(exercises))


ADA = result("ada", "01_a", exercise("dot", Verdict.PASSED, 4.0, 4.0), exercise("norm", Verdict.FAILED, 0.5, 2.0))
BOB = result("bob", "01_a", exercise("dot", Verdict.INTERNAL, 0.0, 4.0), exercise("norm", Verdict.PASSED, 2.0, 2.0))
ADA_LATER = result("ada", "02_b", exercise("softmax", Verdict.MISSING, 0.0, 8.0))
REPORT = Report([ADA, BOB, ADA_LATER])


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_the_spreadsheet_has_a_line_for_each_exercise_and_one_for_the_unit():
    assert rows(spreadsheet(Report([ADA]))) == [
        ["student", "unit", "exercise", "verdict", "points", "max_points"],
        ["ada", "01_a", "dot", "passed", "4", "4"],
        ["ada", "01_a", "norm", "failed", "0.5", "2"],
        ["ada", "01_a", "", "", "4.5", "6"],
    ]


def test_canvas_gets_a_column_a_unit_its_maximum_and_a_line_a_student():
    assert rows(canvas_table(REPORT)) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01_a", "02_b"],
        ["    Points Possible", "", "", "", "", "6", "8"],
        ["ada", "", "", "ada", "", "4.5", "0"],
        ["bob", "", "", "bob", "", "", ""],
    ]


def test_moodle_gets_a_line_a_student():
    assert rows(moodle_table(REPORT)) == [["username", "01_a", "02_b"], ["ada", "4.5", "0"], ["bob", "", ""]]


@pytest.mark.parametrize(("table", "column"), [(spreadsheet, 4), (canvas_table, 5), (moodle_table, 1)])
def test_what_could_not_be_graded_has_no_points_rather_than_none(table, column):
    points = [row[column] for row in rows(table(Report([BOB]))) if "bob" in row]
    assert points
    assert set(points) == {""}


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-2", "@sum"])
@pytest.mark.parametrize("table", [spreadsheet, canvas_table, moodle_table])
def test_a_name_is_no_formula(table, name):
    told = table(Report([result(name, "01_a", exercise("dot", Verdict.PASSED, 1.0, 1.0))]))
    assert f"'{name}" in told
    assert not any(cell.startswith(name[0]) for row in rows(told) for cell in row)


def test_gradescope_gets_points_status_and_text_of_every_exercise():
    found = json.loads(results_json(ADA))
    assert found["score"] == 4.5
    assert [(t["name"], t["score"], t["max_score"], t["status"]) for t in found["tests"]] == [
        ("dot", 4.0, 4.0, "passed"),
        ("norm", 0.5, 2.0, "failed"),
    ]
    assert "It does not." in found["tests"][1]["output"]
    allowed = {"score", "max_score", "status", "name", "number", "output", "output_format", "visibility"}
    assert all(set(test) == allowed and test["visibility"] == "visible" for test in found["tests"])
    assert found["stdout_visibility"] == "hidden"


WHOLE = {
    "score": float,
    "output": str,
    "output_format": {"text", "html", "simple_format", "md", "ansi"},
    "visibility": {"hidden", "after_due_date", "after_published", "visible"},
    "stdout_visibility": {"hidden", "after_due_date", "after_published", "visible"},
    "extra_data": dict,
    "tests": list,
}
TEST = {
    "score": float,
    "max_score": float,
    "status": {"passed", "failed"},
    "name": str,
    "number": str,
    "output": str,
    "output_format": WHOLE["output_format"],
    "visibility": WHOLE["visibility"],
}
"""What Gradescope's documentation ("Autograder Specifications, Output Format") allows in the fields that we write."""


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.INTERNAL])
def test_every_verdict_keeps_to_gradescopes_published_format(verdict):
    found = json.loads(results_json(result("ada", "01_a", exercise("dot", verdict, 0.5, 2.0))))
    for given, allowed in [(found, WHOLE), *((test, TEST) for test in found["tests"])]:
        assert given.keys() == allowed.keys()
        for field, value in given.items():
            assert value in allowed[field] if isinstance(allowed[field], set) else isinstance(value, allowed[field])


@pytest.mark.parametrize(("rule", "shown"), [('"never"', False), ('"passed"', True), ("2999-12-24", False)])
def test_gradescope_shows_a_reference_where_the_course_allows_it(tmp_path, monkeypatch, rule, shown):
    unit = tmp_path / "solutions" / "01_numbers"
    unit.mkdir(parents=True)
    (unit / "numbers.py").write_text(NUMBERS)
    (unit.parent / "course.toml").write_text(f"references = {rule}")
    monkeypatch.chdir(tmp_path)
    double, triple = exercise("double", Verdict.PASSED, 3.0, 3.0), exercise("triple", Verdict.FAILED, 0.5, 2.0)
    told = run(tmp_path, Report([result("ada", "01_numbers", double, triple)]), "--to", "gradescope")
    first, second = (test["output"] for test in json.loads(told.stdout)["tests"])
    assert ("return x + x if x else 0.0" in first) is shown
    assert "reference solution" not in second


def test_gradescope_gets_nothing_where_we_failed():
    with pytest.raises(CourseError, match="dot could not be graded, through no fault of the student"):
        results_json(BOB)


def run(tmp_path: Path, report: Report, *arguments: str):
    (tmp_path / "r.json").write_bytes(encode(report))
    return CliRunner().invoke(main, ["export", str(tmp_path / "r.json"), *arguments])


def test_the_command_writes_to_a_file_or_to_standard_output(tmp_path):
    told = run(tmp_path, Report([ADA]), "--to", "moodle")
    assert told.stdout == moodle_table(Report([ADA]))
    run(tmp_path, Report([ADA]), "--to", "canvas", "--out", str(tmp_path / "c.csv"))
    assert (tmp_path / "c.csv").read_text() == canvas_table(Report([ADA]))


def test_the_command_names_what_could_not_be_graded(tmp_path):
    told = run(tmp_path, REPORT)
    assert told.stderr == "bob, 01_a: not graded, our fault, so without points: grade it again.\n"
    assert told.exit_code == 0


def test_several_submissions_are_no_file_for_gradescope(tmp_path):
    told = run(tmp_path, REPORT, "--to", "gradescope", "--out", str(tmp_path / "g.json"))
    assert told.exit_code == 2
    assert "about one submission, and there are 3 results" in told.output
    assert not (tmp_path / "g.json").exists()


@pytest.mark.parametrize("content", ["", "{}", '{"results": [{}]}', "no json"])
def test_a_file_that_is_no_report_is_told_in_one_line(tmp_path, content):
    (tmp_path / "r.json").write_text(content)
    told = CliRunner().invoke(main, ["export", str(tmp_path / "r.json")])
    assert told.exit_code == 2
    assert told.output.count("\n") == 1
    assert "is not what `autograder grade --json` writes" in told.output


def test_the_zip_has_two_programs_at_its_top_and_no_caches():
    archive = zipfile.ZipFile(io.BytesIO(gradescope_zip(find_course(REPOSITORY), "vectors")))
    top = {info.filename: info.external_attr >> 16 for info in archive.infolist() if "/" not in info.filename}
    assert top == {"setup.sh": 0o755, "run_autograder": 0o755}
    names = archive.namelist()
    assert {"course/pyproject.toml", "course/solutions/01_vectors/grade_vectors.py"} <= set(names)
    assert not [name for name in names if "__pycache__" in name or ".cache" in name or "/tests/" in name]
    for program in top:
        subprocess.run(["bash", "-n"], input=archive.read(program), check=True)


def test_a_students_copy_has_no_autograder_to_give(tmp_path):
    (tmp_path / "exercises" / "01_vectors").mkdir(parents=True)
    with pytest.raises(CourseError, match="is a student's copy"):
        gradescope_zip(find_course(tmp_path), "01")


@pytest.mark.slow
def test_the_zip_grades_a_submission_as_gradescope_would_run_it(tmp_path):
    place = tmp_path / "autograder"
    with zipfile.ZipFile(io.BytesIO(gradescope_zip(find_course(REPOSITORY), "vectors"))) as archive:
        archive.extractall(place / "source")
    for folder in ("submission", "results", "venv/bin"):
        (place / folder).mkdir(parents=True)
    (place / "submission" / "vectors.py").write_text("def dot(a, b):\n    return sum(x * y for x, y in zip(a, b))\n")
    command = place / "venv" / "bin" / "autograder"
    command.write_text(f"#!{sys.executable}\nfrom autograder.cli import main\nmain()\n")
    command.chmod(0o755)
    program = (place / "source" / "run_autograder").read_text().replace("/autograder/", f"{place}/")
    environment = {**os.environ, "PYTHONPATH": str(place / "source" / "course")}
    subprocess.run(["bash", "-c", program], check=True, env=environment, capture_output=True)
    found = json.loads((place / "results" / "results.json").read_text())
    scores = {test["name"]: (test["score"], test["max_score"]) for test in found["tests"]}
    assert 0 < scores["dot"][0] < scores["dot"][1]
    assert scores["norm"][0] == 0
    assert found["score"] == sum(score for score, _ in scores.values())
