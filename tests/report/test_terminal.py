import io
import re

import pytest
from rich.console import Console

from autograder.report import print_report
from autograder.report.words import NOT_CONFINED_MEANS
from autograder.results import Report, Result

from .sample import FAULTS, hostile_result, sample_report, sample_result

HOSTILE = "\x1b[2J\x9b31m[bold red]:smile:[/nothing]\u202e[link=x]"


def printed(report: Report, width: int = 120) -> str:
    file = io.StringIO()
    print_report(report, Console(file=file, width=width))
    return file.getvalue()


def one(student: str, unit: str = "02_softmax", isolation: str = "confined") -> Report:
    return Report([sample_result(student, unit, isolation)])


def test_piped_output_has_no_colour_codes():
    assert "\x1b" not in printed(sample_report())
    assert "\x1b" not in printed(one("carl"))


@pytest.mark.parametrize(
    "results", [[hostile_result(HOSTILE)], [hostile_result(HOSTILE), sample_result("carl", "02_softmax")]]
)
def test_a_terminal_gets_no_codes_but_our_colours(results):
    file = io.StringIO()
    print_report(Report(results), Console(file=file, width=120, force_terminal=True, color_system="truecolor"))
    assert "\x1b[" in file.getvalue(), "there are colours"
    plain = re.sub(r"\x1b\[[0-9;]*m", "", file.getvalue())
    assert plain.replace("\n", "").isprintable()


def test_rich_markup_in_a_name_is_shown_and_not_obeyed():
    text = printed(Report([hostile_result("[bold]x[/bold] :smile: [/]")]))
    assert "[bold]x[/bold] :smile: [/] · [bold]x[/bold] :smile: [/]" in text
    table = printed(Report([hostile_result("[b]x[/b]"), hostile_result("[i]y[/i]")]))
    assert "[b]x[/b]" in table
    assert "[i]y[/i]" in table


def test_one_submission_is_told_in_detail():
    text = printed(one("carl"))
    assert "carl · 02_softmax  10 of 13 points" in text
    assert "yours           array([nan,  0.])" in text
    assert "note: Two cells define" in text


def test_the_units_of_one_submission_are_each_told_in_detail():
    text = printed(Report([sample_result("carl", "01_vectors"), sample_result("carl", "02_softmax")]))
    assert "carl · 01_vectors" in text
    assert "carl · 02_softmax" in text


def test_a_class_is_a_table_with_the_results_own_points():
    lines = printed(sample_report(), width=160).splitlines()
    row = next(line for line in lines if line.strip().startswith("Dorothy Vaughan") and "/ 13" in line)
    assert " ".join(row.split()) == "Dorothy Vaughan 4/4 passed 4/4 passed 2/2 passed 2/3 out of memory 12 / 13"


@pytest.mark.parametrize("width", [*range(44, 170, 9), *range(76, 90), *range(112, 128)])
def test_no_total_is_cut_off_at_any_width(width):
    report = sample_report()
    lines = printed(report, width).splitlines()
    totals = [line for line in lines if re.search(r"\d / (20|13)\b", line)]
    ungraded = [line for line in lines if re.search(r"no marks\b", line) and "have no marks" not in line]
    assert len(totals) == 2 * len(FAULTS) - 1
    assert len(ungraded) == 1
    assert max(len(line) for line in totals) <= width


def test_a_fault_of_ours_is_loud_for_one_and_for_many():
    for report in (one("Grace Hopper"), sample_report()):
        text = printed(report)
        assert "NOT GRADED: OUR FAULT (1 exercise)" in text
        assert "Grace Hopper · 02_softmax · softmax_backward" in text
        assert "no process slots left" in text
    assert "of 13 points" not in printed(one("Grace Hopper"))


def test_a_fault_of_ours_does_not_weigh_on_the_mean():
    graded = sample_result("Ada Lovelace", "02_softmax")
    lines = printed(Report([graded, sample_result("Grace Hopper", "02_softmax")])).splitlines()
    mean = next(line for line in lines if line.strip().startswith("mean"))
    assert mean.split()[-1] == f"{graded.points:g}"


def test_code_that_was_not_confined_is_warned_about():
    assert NOT_CONFINED_MEANS in printed(one("carl", isolation="process"))
    assert "WARNING: not confined (2 of 24 results)" in printed(sample_report())
    assert "WARNING" not in printed(one("carl"))


def test_an_old_code_page_spells_out_what_it_cannot_write():
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii")
    console = Console(file=file, width=120)
    print_report(sample_report(), console)
    print_report(one("李雷"), console)
    file.flush()
    assert rb"\u674e\u96f7" in raw.getvalue()


def test_nothing_graded_is_said():
    assert "No submissions were graded." in printed(Report([]))


def test_a_submission_without_exercises_is_printed():
    assert "0 of 0 points" in printed(Report([Result("ada", "01_vectors", 0, 0, "confined", [])]))
