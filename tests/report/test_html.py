import re
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from autograder.report import html_class, html_exercise, html_result
from autograder.report.words import verdict_words
from autograder.results import Counterexample, ExerciseResult, Report, Result, TestResult, Verdict

from .page import Page
from .sample import FAULTS, UNITS, hostile_result, sample_report, sample_result

SCRIPTS = [
    "<script>alert(1)</script>",
    "</style></pre></title><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% include 'result.html' %}",
    "`<script>`alert(1)`</script>`",
    "javascript:alert(1)",
    "&lt;script&gt;",
]  # fmt: skip


def everything(result: Result) -> list[str]:
    return [html_result(result), html_class(Report([result])), *map(html_exercise, result.exercises)]


@pytest.mark.parametrize("text", SCRIPTS)
def test_markup_in_any_field_is_shown_and_not_obeyed(text):
    for html in everything(hostile_result(text)):
        page = Page(html)
        assert text.replace("`", "") in page.text.replace("`", "")
        assert not any(":" in link for link in page.links)


@settings(max_examples=40)
@given(st.text(st.characters()))
@example("\x1b[2J\u202e\ud800]]>-->")
@example("")
def test_no_text_whatever_breaks_a_page(text):
    for html in everything(hostile_result(text)):
        Page(html)
        html.encode("utf-8")


@pytest.mark.parametrize("control", ["\x1b", "\x00", "\x08", "\x9b", "\u202e", "\u2066", "\u200b", "\ufeff"])
def test_control_characters_never_reach_a_page(control):
    for html in everything(hostile_result(f"a{control}b")):
        assert control not in html


def test_pages_fetch_nothing_and_run_nothing():
    report = sample_report()
    for html in [html_class(report), *map(html_result, report.results)]:
        assert not re.search(r"https?:|//[a-z]|url\(|@import|<script|<link|<img|<iframe", html, re.IGNORECASE)
        assert "default-src 'none'" in html


def test_a_failed_test_is_told_in_the_order_that_helps():
    text = Page(html_exercise(sample_result("carl", "02_softmax").exercises[0])).text
    told = [
        "agrees with the definition",
        "The weights along axis have to sum to 1",
        "smallest input",
        "x = [[0.0, 1.0, 2.0],",
        "softmax(x, axis=0)",
        "Expected",
        "0.731059",
        "Yours",
        "0.0900306",
        "Looks like",
        "the axis argument is ignored",
        "Next",
    ]
    places = [text.index(part) for part in told]
    assert all(before < after for before, after in pairwise(places)), places


def test_the_points_shown_are_the_results_own():
    result = replace(sample_result("carl", "02_softmax"), points=7.25, max_points=11.0)
    result = replace(
        result, exercises=[replace(result.exercises[0], points=0.75, max_points=3.0), *result.exercises[1:]]
    )
    text = Page(html_result(result)).text
    assert "7.25 of 11 points" in text
    assert text.count("0.75 of 3") == 2, "in the table of contents and over the exercise"
    assert "10 of 13" not in text


def test_every_verdict_is_said_in_words():
    text = Page(html_result(hostile_result("one exercise for each"))).text
    for verdict in Verdict:
        assert verdict_words(verdict) in text


def test_passed_tests_are_folded_and_have_one_line_each():
    html = html_exercise(sample_result("Ada Lovelace", "01_vectors").exercises[0])
    assert re.search(r"<details[^>]*>\s*<summary[^>]*>3 tests passed</summary>", html)
    assert html.count('<li class="ag-item">') == 3
    assert "ag-fault" not in html.split("</style>")[1]


def test_a_fault_of_ours_is_loud_and_has_no_marks():
    result = sample_result("Grace Hopper", "02_softmax")
    text = Page(html_result(result)).text
    assert "No marks yet: our fault, not yours" in text
    assert f"of {result.max_points:g} points" not in text
    fragment = Page(html_exercise(result.exercises[-1])).text
    assert "not graded: our fault, it will be graded again" in fragment
    assert not re.search(r"\d of \d", fragment)


def test_a_test_of_ours_that_broke_hides_the_marks_of_an_exercise_that_claims_otherwise():
    broken = TestResult("t", "t", Verdict.INTERNAL, 0.0, 1.0)
    claimed = ExerciseResult("dot", Verdict.PASSED, 4.0, 4.0, [broken])
    text = Page(html_exercise(claimed)).text
    assert "no marks yet" in text
    assert "4 of 4" not in text


def test_what_broke_on_our_side_is_told_to_the_instructor_only():
    cause = "no process slots left"
    assert cause in Page(html_class(sample_report())).text
    assert cause not in Page(html_result(sample_result("Grace Hopper", "02_softmax"))).text


def test_a_result_without_confinement_says_so():
    assert "Not confined" in Page(html_result(sample_result("carl", "01_vectors", "process"))).text
    assert "Not confined" not in Page(html_result(sample_result("carl", "01_vectors", "confined"))).text
    assert "Not confined: 2 of 24 results" in Page(html_class(sample_report())).text


def test_an_isolation_nobody_has_heard_of_is_not_taken_for_confinement():
    assert "Not confined" in Page(html_result(sample_result("carl", "01_vectors", "confined "))).text
    assert "Not confined" in Page(html_class(Report([sample_result("carl", "01_vectors", "")]))).text


def test_no_traceback_is_ever_shown():
    message = (
        'Divide.\nTraceback (most recent call last):\n  File "/srv/grade_dot.py", line 3, in test\nValueError: bad'
    )
    test = TestResult("t", "t", Verdict.ERROR, 0.0, 1.0, message)
    text = Page(html_exercise(ExerciseResult("dot", Verdict.ERROR, 0.0, 1.0, [test]))).text
    assert "Divide." in text
    assert "ValueError: bad" in text
    assert "Traceback" not in text
    assert "grade_dot.py" not in text


def test_an_expected_value_without_an_answer_says_why():
    test = TestResult("t", "t", Verdict.TIMEOUT, 0.0, 1.0, counterexample=Counterexample("f()", [], None, "3"))
    assert (
        "Yours no value: out of time"
        in Page(html_exercise(ExerciseResult("f", Verdict.TIMEOUT, 0.0, 1.0, [test]))).text
    )


def test_the_time_it_took_changes_no_page():
    result = sample_result("carl", "02_softmax")
    assert html_result(result) == html_result(replace(result, timing={"seconds": 99.0}))


def test_the_class_page_shows_every_student_and_every_exercise():
    text = Page(html_class(sample_report())).text
    for name in [*FAULTS, *(exercise for unit in UNITS.values() for exercise in unit)]:
        assert name in text


def test_the_contents_of_a_page_lead_to_its_exercises():
    page = Page(html_result(sample_result("carl", "01_vectors")))
    assert [link.removeprefix("#") for link in page.links] == page.identifiers
    assert len(page.identifiers) == len(UNITS["01_vectors"])


def test_pages_of_nothing_are_pages():
    assert "No submissions were graded" in Page(html_class(Report([]))).text
    empty = Result("ada", "01_vectors", 0.0, 0.0, "confined", [])
    assert "0 of 0 points" in Page(html_result(empty)).text
    Page(html_class(Report([empty])))


def test_in_a_notebook_only_the_first_fault_is_open():
    (softmax,) = [each for each in sample_result("carl", "02_softmax").exercises if each.name == "softmax"]
    fragment = html_exercise(softmax)
    assert fragment.count('<article class="ag-fault') == 1
    assert fragment.count('<details class="ag-fault') == 1
    assert "<details open" not in fragment


def test_on_a_page_every_fault_is_open():
    assert '<details class="ag-fault' not in html_result(sample_result("carl", "02_softmax"))


def test_of_what_is_not_written_the_message_comes_before_the_tests_that_wait():
    told = "`norm` is not written yet."
    tests = [TestResult(f"t{n}", f"Title {n}.", Verdict.MISSING, 0.0, 1.0, told) for n in range(3)]
    html = html_exercise(ExerciseResult("norm", Verdict.MISSING, 0.0, 3.0, tests))
    text = Page(html).text
    assert "norm is not written yet." in text.partition("3 tests wait for it")[0]
    assert [f"Title {n}." in text.partition("3 tests wait for it")[2] for n in range(3)] == [True] * 3
    assert "<details open" not in html
