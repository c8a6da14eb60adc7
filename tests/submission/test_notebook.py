"""Damaged notebooks: a clear fault, or as much as can be read."""

from __future__ import annotations

import json

import nbformat
import pytest

from autograder.submission import Found, read_submission
from autograder.submission.cells import MAX_CODE

from .notebooks import code, notebook, read, solution, sources, text, with_changed

GOOD = "def softmax(x):\n    return 'é'"
WHOLE = notebook(solution("softmax", GOOD))


def fault(folder, content: bytes) -> str:
    """The fault that every exercise gets."""
    submission = read(folder, content, "softmax", "log_softmax")
    assert [program.fragments for program in submission.programs.values()] == [[], []]
    first, second = (program.fault for program in submission.programs.values())
    assert first == second
    return first


def code_of(folder, content: bytes) -> list[str]:
    return sources(read(folder, content).programs["softmax"])


@pytest.mark.parametrize("content", [b"", b"  \n", b"\0\0\0"])
def test_an_empty_notebook_is_named_empty(tmp_path, content):
    assert f"The notebook is empty ({len(content)} bytes)" in fault(tmp_path, content)


def test_a_truncated_notebook_is_said_to_be_cut_off(tmp_path):
    assert "not valid JSON (line" in fault(tmp_path, WHOLE[:-30])


@pytest.mark.parametrize(
    ("content", "what"), [("[]", "a list"), ('"a"', "a text"), ("3", "a number"), ("null", "nothing")]
)
def test_json_that_is_no_notebook_is_named(tmp_path, content, what):
    assert f"The notebook holds {what}" in fault(tmp_path, content.encode())


@pytest.mark.parametrize("cells", [None, {}, "x", 3])
def test_a_notebook_without_a_list_of_cells_is_a_fault(tmp_path, cells):
    assert "no list of cells" in fault(tmp_path, with_changed(WHOLE, cells=cells))


def test_deep_nesting_is_a_fault(tmp_path):
    assert "nested too deeply" in fault(tmp_path, b"[" * 100_000)
    assert "nested too deeply" in fault(
        tmp_path, WHOLE.replace(b'"outputs": []', b'"outputs": ' + b"[" * 90_000 + b"]" * 90_000)
    )


def test_a_flood_of_containers_is_refused_before_it_fills_the_memory(tmp_path):
    assert "lists and objects" in fault(tmp_path, b"[" + b"{}," * 2_000_001 + b"{}]")


def test_a_number_of_too_many_digits_is_a_fault(tmp_path):
    assert "not valid JSON" in fault(tmp_path, b'{"nbformat": ' + b"9" * 5000 + b"}")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04...", "a zip archive"),
        (b"%PDF-1.7", "a PDF file"),
        (b"<!doctype html>", "a web page"),
        (b"<<<<<<< HEAD\n", "merge"),
    ],
)
def test_other_kinds_of_files_are_named(tmp_path, content, what):
    assert what in fault(tmp_path, content)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_understood(tmp_path, encoding):
    assert code_of(tmp_path, WHOLE.decode().encode(encoding)) == [GOOD]


def test_bytes_that_are_not_utf_8_are_replaced_and_noticed(tmp_path):
    submission = read(tmp_path, WHOLE.decode().encode("latin-1"))
    assert sources(submission.programs["softmax"]) == [GOOD.replace("é", "\N{REPLACEMENT CHARACTER}")]
    assert any("not valid UTF-8" in notice for notice in submission.notices)


@pytest.mark.parametrize("version", [5, 3, 0, -1, "4", None, [], 4.5])
def test_a_wrong_schema_version_is_noticed(tmp_path, version):
    submission = read(tmp_path, with_changed(WHOLE, nbformat=version))
    assert sources(submission.programs["softmax"]) == [GOOD]
    assert any("it was read as format 4" in notice for notice in submission.notices)


def test_a_notebook_of_version_3_is_converted(tmp_path):
    old = nbformat.v3.new_notebook(
        worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell(input=GOOD)])]
    )
    submission = read(tmp_path, nbformat.v3.writes_json(old).encode())
    assert sources(submission.programs["softmax"]) == [GOOD]
    assert any("old format" in notice for notice in submission.notices)


@pytest.mark.parametrize(
    "worksheets", [[3], [{"cells": 3}], [{"cells": [3]}], [{"cells": [{"cell_type": []}]}], [None]]
)
def test_a_damaged_notebook_of_version_3_is_a_fault_or_empty(tmp_path, worksheets):
    program = read(tmp_path, json.dumps({"nbformat": 3, "worksheets": worksheets}).encode()).programs["softmax"]
    assert program.fault or program.missing


@pytest.mark.parametrize("metadata", [None, [], "x", {"nbgrader": 3}, {"nbgrader": {"grade_id": 7, "grade": "yes"}}])
def test_garbage_metadata_does_not_matter(tmp_path, metadata):
    cell = {"cell_type": "code", "id": "softmax", "source": GOOD, "metadata": metadata}
    assert code_of(tmp_path, json.dumps({"nbformat": 4, "cells": [cell]}).encode()) == [GOOD]


def test_cells_need_nothing_but_type_and_source(tmp_path):
    assert code_of(tmp_path, json.dumps({"cells": [{"cell_type": "code", "source": GOOD}]}).encode()) == [GOOD]


@pytest.mark.parametrize(
    "entry", [None, 3, [], "code", {}, {"cell_type": "code", "source": [1]}, {"cell_type": 9, "source": "x"}]
)
def test_garbage_among_the_cells_is_skipped_and_the_others_keep_their_numbers(tmp_path, entry):
    whole = json.loads(WHOLE)
    submission = read(tmp_path, json.dumps({**whole, "cells": [entry, *whole["cells"]]}).encode())
    assert [fragment.origin for fragment in submission.programs["softmax"].fragments] == ["cell 2"]
    assert any("Cell 1" in notice for notice in submission.notices)


def test_source_may_be_a_text_or_a_list_of_lines(tmp_path):
    for source in (GOOD, GOOD.splitlines(keepends=True), GOOD.replace("\n", "\r\n")):
        cell = {"cell_type": "code", "id": "softmax", "source": source}
        assert code_of(tmp_path, json.dumps({"nbformat": 4, "cells": [cell]}).encode()) == [GOOD]


def test_large_outputs_are_ignored(tmp_path):
    cell = solution("softmax", GOOD)
    cell["outputs"] = [nbformat.v4.new_output("stream", text="x" * 5_000_000)]
    assert code_of(tmp_path, notebook(cell)) == [GOOD]


def test_not_a_number_in_an_output_is_ignored(tmp_path):
    assert code_of(tmp_path, WHOLE.replace(b'"outputs": []', b'"outputs": [NaN, Infinity]')) == [GOOD]


def test_too_much_code_is_a_fault_and_as_much_text_is_not(tmp_path):
    assert "more than 128 KiB of code" in fault(tmp_path, notebook(code("#" * (MAX_CODE + 1))))
    assert code_of(tmp_path, notebook(text("#" * (MAX_CODE + 1)), solution("softmax", GOOD))) == [GOOD]


def test_too_many_cells_are_a_fault(tmp_path):
    assert "at most 5000 are read" in fault(tmp_path, json.dumps({"nbformat": 4, "cells": [{}] * 5001}).encode())


def test_many_notices_are_cut_short(tmp_path):
    submission = read(tmp_path, json.dumps({"nbformat": 4, "cells": [3] * 3000}).encode())
    assert len(submission.notices) == 21
    assert "2980 more" in submission.notices[-1]


def test_a_file_that_is_gone_or_no_file_is_a_fault(tmp_path):
    for path in (tmp_path / "gone.ipynb", tmp_path):
        submission = read_submission(Found("ann", "02_softmax", str(path)), ["softmax"])
        assert path.name in submission.programs["softmax"].fault


def test_reading_is_told_with_a_relative_name(tmp_path):
    (tmp_path / "softmax.ipynb").write_bytes(WHOLE)
    found = Found("ann", "02_softmax", str(tmp_path / "softmax.ipynb"))
    assert read_submission(found, ["softmax"]).source == "softmax.ipynb"
