import os
from pathlib import PurePosixPath
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from autograder.course import CourseError
from autograder.report import html_class, html_result, write_reports
from autograder.report.file_names import page_paths
from autograder.results import Report, Result

from .page import Page
from .sample import sample_report, sample_result

HOSTILE_NAMES = [
    "../../x", "/etc/passwd", "a/b", "a\\b", "a b", "", ".", "..", ".hidden", "x" * 300, "字" * 300, "Ada", "ada",
    "ADA", "ada", "con", "NUL.txt", "a:b", "a\x00b", "a\nb", "~", "index", "index.html", "%2e%2e%2f", "?q#f", "\ud800",
    "e\u0301",    "\u00e9", "-rf",
]  # fmt: skip


def named(name: str, unit: str = "02_softmax") -> Result:
    return Result(name, unit, 1.0, 2.0, "confined", [])


def test_every_link_of_the_class_page_leads_to_a_page(tmp_path):
    report = Report([named(name) for name in HOSTILE_NAMES] + sample_report().results)
    written = write_reports(report, tmp_path)
    links = Page((tmp_path / "index.html").read_text("utf-8")).links
    assert sorted(tmp_path / unquote(link) for link in links) == sorted(written[1:])
    for link in links:
        assert (tmp_path / unquote(link)).is_file()


def test_each_page_is_about_its_own_submission(tmp_path):
    report = Report([replace(named(name), points=float(place)) for place, name in enumerate(HOSTILE_NAMES)])
    pages = write_reports(report, tmp_path)[1:]
    assert len(set(pages)) == len(HOSTILE_NAMES)
    for page, result in zip(pages, report.results, strict=True):
        assert page.read_text("utf-8") == html_result(result)


def test_hostile_names_stay_in_the_folder(tmp_path):
    folder = tmp_path / "out"
    report = Report([named(name, unit) for name in HOSTILE_NAMES for unit in ("02_softmax", name)])
    written = write_reports(report, folder)
    assert os.listdir(tmp_path) == ["out"]
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == sorted(written)
    assert all(len(path.relative_to(folder).parts) == 2 for path in written[1:])


@given(st.lists(st.text(st.characters(), max_size=6), max_size=8))
@example(["Ada", "ada", "ada"])
@example(["a", "A", "a~2", "a b", "a  b", "a/b"])
@example(["ß", "ss", "ẞ"])
def test_any_names_give_safe_and_separate_files(names):
    paths = page_paths([named(name) for name in names])
    assert len({str(path).casefold() for path in paths}) == len(names)
    for path in paths:
        assert path.parent == PurePosixPath("02_softmax")
        assert not path.name.startswith((".", "-", " "))
        assert not set(path.name) & set('/\\:*?"<>|\x00\n')
        assert len(path.name.encode("utf-8")) <= 150


@given(st.permutations(["Ada", "ada", "a/b", "a b", "李雷"]))
def test_the_order_of_submissions_does_not_change_their_files(names):
    alone = dict(zip(names, page_paths([named(name) for name in names]), strict=True))
    ordered = sorted(names)
    assert alone == dict(zip(ordered, page_paths([named(name) for name in ordered]), strict=True))


def test_plain_names_stay_as_they_are():
    names = ["Ada Lovelace", "s1234567", "fei-fei", "李雷", "o.neil"]
    assert [path.name for path in page_paths([named(name) for name in names])] == [f"{name}.html" for name in names]


def test_files_are_written_whole_and_nothing_else_is_left(tmp_path):
    written = write_reports(sample_report(), tmp_path)
    assert written[0] == tmp_path / "index.html"
    assert written[0].read_text("utf-8") == html_class(sample_report())
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path not in written]


def test_the_same_report_gives_the_same_bytes(tmp_path):
    first = [path.read_bytes() for path in write_reports(sample_report(), tmp_path / "one")]
    assert first == [path.read_bytes() for path in write_reports(sample_report(), tmp_path / "two")]


def test_a_folder_that_cannot_be_written_to_is_named_in_one_line(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(CourseError, match="taken") as caught:
        write_reports(Report([sample_result("carl", "02_softmax")]), tmp_path / "taken")
    assert "\n" not in str(caught.value)


def test_an_empty_report_is_one_page(tmp_path):
    assert write_reports(Report([]), tmp_path) == [tmp_path / "index.html"]
