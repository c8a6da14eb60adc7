"""A quiz beside the code: in the Result of a submission, its page, the class's table and page, and the progress of a student."""

from __future__ import annotations

import ast
import json
import re

import pytest
from msgspec.structs import replace
from rich.console import Console

from autograder.course import Course
from autograder.export.tables import spreadsheet
from autograder.grading import Grader
from autograder.quiz.forms import literal
from autograder.quiz.samples import Diligence, right_answers, sample_answers, wrong_answer
from autograder.quiz.saved import quiz_part
from autograder.quiz.table import with_quiz_in_one
from autograder.report import Feedback, html_class, html_exercise, html_result, limited, print_report, text_exercise
from autograder.report.classroom import unit_tables
from autograder.results import ExerciseResult, Report, Result, TestResult, Verdict

from .course import answered, drawn_for, graded, questions, released, submitted, write_course

RIGHT = "def double(x):\n    return 2 * x\n"


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    return write_course(tmp_path_factory.mktemp("quiz"))


@pytest.fixture(scope="module")
def results(course, tmp_path_factory) -> dict[str, Result]:
    """Ada has everything right; bela has a wrong choice and half of several; chen hands in ada's notebook."""
    folder = tmp_path_factory.mktemp("class")
    wrong = next(place for place in range(4) if place != drawn_for(course, "largest", "bela").key.right)
    first, _ = drawn_for(course, "rings", "bela").key.right
    slips = {
        "largest": f'quiz.answer("largest", "{"ABCD"[wrong]}")',
        "rings": f'quiz.answer("rings", "{"ABCD"[first]}")',
    }
    notebooks = {
        "ada": answered(course, "ada"),
        "bela": answered(course, "bela", slips),
        "chen": answered(course, "ada"),
    }
    with Grader(course) as grader:
        for notebook in notebooks.values():
            next(cell for cell in notebook.cells if cell.id == "double").source = RIGHT
        return {
            student: grader.grade(submitted(course, student, notebook, folder))
            for student, notebook in notebooks.items()
        }


def shown(report: Report) -> str:
    console = Console(record=True, width=160, file=open("/dev/null", "w"))  # noqa: SIM115
    print_report(report, console)
    return console.export_text()


def test_questions_stand_beside_the_exercises_with_their_points(course, results):
    names = [exercise.name for exercise in results["ada"].exercises]
    assert names == ["double", *(f"quiz-{name}" for name in questions(course))]
    assert results["ada"].points == results["ada"].max_points == 4 + 11
    assert results["bela"].points == 15 - 1 - 1


def test_the_version_of_the_quiz_is_in_the_result(results):
    assert len(results["ada"].versions["quiz"]) == 16


def test_the_page_of_a_student_explains_right_and_wrong_answers(results):
    page = html_result(results["bela"])
    assert "outweighs all the other planets" in page
    assert "not marked, but right" in page
    assert "From the sun outwards" in page
    assert "Number 1 as one counts" in page  # of an answer that was right


def test_the_contents_of_a_students_page_have_one_line_for_the_quiz(results):
    page = html_result(results["bela"])
    contents = page[page.index('<table class="ag-contents">') : page.index("</table>")]
    assert re.findall(r'href="#(.*?)"', contents) == ["exercise-1", "exercise-2"]
    assert "9 of 11" in contents
    assert page.count('id="exercise-2"') == 1


@pytest.mark.parametrize("level", [Feedback.CATEGORY, Feedback.SCORE])
def test_explanations_are_told_at_full_feedback_only(results, level):
    page = html_result(limited(results["bela"], level))
    assert "outweighs" not in page
    assert "Number 1 as one counts" not in page


def test_a_question_that_stands_open_is_called_unanswered_everywhere(course, results, tmp_path):
    """It is not code: nobody has to write it, and a spreadsheet tells it apart from a stub."""
    untouched = submitted(course, "dora", released(course), tmp_path)
    double, *_ = results["ada"].exercises
    dora = replace(results["ada"], submission="dora", exercises=[double, *graded(course, untouched).exercises])
    class_of_two = Report([results["ada"], dora])
    told = [
        shown(Report([dora])),
        shown(class_of_two),
        html_result(dora),
        html_class(class_of_two),
        *(html_exercise(each) + text_exercise(each) for each in dora.exercises[1:]),
        html_result(limited(dora, Feedback.CATEGORY)),
        html_result(limited(dora, Feedback.SCORE)),
    ]
    assert ["not answered yet" in " ".join(text.split()) for text in told] == [True] * len(told)
    assert not any("not written yet" in text for text in told)
    rows = [line.split(",") for line in spreadsheet(Report([dora])).splitlines()]
    assert {row[3] for row in rows if row[2].startswith("quiz-")} == {"unanswered"}


def test_what_to_read_again_is_told_and_not_how_to_debug(results):
    text = shown(Report([results["bela"]]))
    assert "Read again: double." in text
    assert "Work out a small input" not in text


def test_a_class_has_one_column_for_the_quiz(results):
    (table,) = unit_tables(list(results.values()), ["", "", ""])
    assert table.exercises == ["double", "quiz"]
    assert [(row.cells[1].points, row.cells[1].max_points) for row in table.rows] == [(11, 11), (9, 11), (11, 11)]


@pytest.mark.parametrize(
    ("verdicts", "together"),
    [
        ([Verdict.PASSED, Verdict.PASSED], Verdict.PASSED),
        ([Verdict.PASSED, Verdict.UNANSWERED], Verdict.UNANSWERED),
        ([Verdict.UNANSWERED, Verdict.FAILED], Verdict.FAILED),
        ([Verdict.UNANSWERED, Verdict.UNANSWERED], Verdict.UNANSWERED),
        ([Verdict.FAILED, Verdict.INTERNAL], Verdict.INTERNAL),
    ],
)
def test_the_column_says_wrong_where_something_is_and_open_only_where_nothing_is_wrong(verdicts, together):
    tests = [TestResult(str(number), "", verdict, 0.0, 1.0, "") for number, verdict in enumerate(verdicts)]
    asked = [ExerciseResult(f"quiz-{test.name}", test.verdict, 0.0, 1.0, [test]) for test in tests]
    assert with_quiz_in_one(asked)[-1].verdict is together


def test_the_quiz_has_its_verdict_also_where_students_are_told_points_only(results):
    for student, verdict in (("ada", Verdict.PASSED), ("bela", Verdict.FAILED)):
        shown = limited(results[student], Feedback.SCORE)
        assert with_quiz_in_one(shown.exercises)[-1].verdict is verdict
        assert "our fault" not in html_result(shown)


def test_a_class_has_a_chart_for_each_question(course, results):
    (table,) = unit_tables(list(results.values()), ["", "", ""])
    assert [chart.exercise for chart in table.distributions] == [
        "double",
        *(f"quiz-{name}" for name in questions(course)),
    ]
    assert ("wrong answer", "wrong", 1) in table.distributions[1].verdicts


def test_work_under_two_names_is_told_to_student_and_instructor(results):
    report = Report(list(results.values()))
    for text in (shown(report), html_class(report)):
        assert "chen · 01_steps" in text
        assert "answered as" in text
    assert "bela · 01_steps: The quiz was" not in shown(report)
    assert "answered as" in html_result(results["chen"])
    assert results["chen"].points == 15


def test_a_students_progress_counts_the_answers_in_the_saved_notebook(course):
    unit = course.unit("steps")
    assert quiz_part(unit) == ", quiz 0 of 8 answered"
    before = unit.notebook.read_bytes()
    unit.notebook.write_text(json.dumps(answered(course, "ada", {"rings": 'quiz.answer("rings", "E")'})))
    try:
        assert quiz_part(unit) == ", quiz 7 of 8 answered"
    finally:
        unit.notebook.write_bytes(before)


def test_a_unit_without_a_quiz_has_nothing_to_say_of_it(course, tmp_path):
    other = write_course(tmp_path / "off", '\n[quiz]\nmode = "off"\n')
    assert quiz_part(other.unit("steps")) == ""


CORRECT, WRONG, OPEN = Verdict.PASSED, Verdict.FAILED, Verdict.UNANSWERED
MADE_UP = {
    Diligence.ALL: [CORRECT] * 8,
    Diligence.MOST: [CORRECT, CORRECT, WRONG, CORRECT, OPEN, CORRECT, CORRECT, WRONG],
    Diligence.HALF: [CORRECT, OPEN] * 4,
    Diligence.HASTY: [CORRECT, WRONG] * 4,
}


@pytest.mark.parametrize("diligence", Diligence, ids=[each.name for each in Diligence])
def test_made_up_students_have_as_much_right_as_they_should(course, tmp_path, diligence):
    notebook = released(course)
    cells = sample_answers(course, course.unit("steps"), "ada", diligence)
    for cell in notebook.cells:
        cell.source = cells.get(cell.id, cell.source)
    quiz = graded(course, submitted(course, "ada", notebook, tmp_path))
    assert [each.verdict for each in quiz.exercises] == MADE_UP[diligence]


def test_a_wrong_answer_of_any_kind_has_its_form_and_is_wrong(course, tmp_path):
    answers = {
        name: f'quiz.answer("{name}", {literal(drawn.kind, wrong_answer(drawn))})'
        for name in questions(course)
        for drawn in [drawn_for(course, name, "ada")]
    }
    quiz = graded(course, submitted(course, "ada", answered(course, "ada", answers), tmp_path))
    assert {each.verdict for each in quiz.exercises} == {WRONG}
    assert not any("Write " in test.message for each in quiz.exercises for test in each.tests)


def test_right_answers_are_what_reading_them_yields(course, tmp_path):
    read = submitted(course, "ada", answered(course, "ada"), tmp_path)
    made = right_answers(course, course.unit("steps"), "ada")
    found, wanted = (
        [(each.question, ast.literal_eval(each.literal)) for each in answers] for answers in (made, read.quiz)
    )
    assert found == wanted
