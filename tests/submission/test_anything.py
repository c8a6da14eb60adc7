"""Whatever a file holds, every exercise gets a program."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.submission import Submission

from .notebooks import IMPORTS, SOFTMAX, STUB, check, code, notebook, read, solution, text

EXERCISES = ("softmax", "log_softmax", "Vector")
CELLS = [
    text("# 02"),
    code(IMPORTS, "code-001"),
    solution("softmax", SOFTMAX),
    check("softmax"),
    solution("log_softmax", "EPS = 1e-9\ndef log_softmax(x):\n    return np.log(softmax(x) + EPS)"),
    solution("log_softmax", STUB.replace("softmax", "log_softmax"), cell_id="copy"),
    solution("Vector", "class Vector:\n    def norm(self):\n        return = 1"),
    code("%time softmax(1)\nx = softmax(2)", "scratch-1"),
    code("%%bash\nls", "scratch-2"),
    code("class Vector:\n    pass", "scratch-3"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
)
relaxed = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


def everything_is_answered(content: bytes, name: str = "softmax.ipynb") -> Submission:
    with tempfile.TemporaryDirectory() as folder:
        submission = read(Path(folder), content, *EXERCISES, name=name)
    assert list(submission.programs) == list(EXERCISES)
    for program in submission.programs.values():
        reasons = [bool(program.fragments), program.fault is not None, program.missing is not None]
        assert sum(reasons) == 1, program
        for fragment in program.fragments:
            compile(fragment.source, fragment.origin, "exec")
    assert msgspec.json.decode(msgspec.json.encode(submission), type=Submission) == submission
    return submission


@relaxed
@given(content=st.binary(max_size=200), name=st.sampled_from(["softmax.ipynb", "softmax.py", "softmax.zip"]))
def test_any_bytes_are_answered(content, name):
    everything_is_answered(content, name)


@relaxed
@given(places=st.lists(st.integers(0, len(CELLS) - 1), max_size=14))
def test_any_order_of_cells_with_gaps_and_repeats_is_answered(places):
    submission = everything_is_answered(notebook(*(CELLS[place] for place in places)))
    assert (submission.programs["softmax"].fragments != []) == (2 in places)


@relaxed
@given(data=st.data())
def test_any_damage_to_the_bytes_of_a_notebook_is_answered(data):
    whole = notebook(*CELLS)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 40, len(whole))))
    everything_is_answered(whole[:start] + data.draw(st.binary(max_size=6)) + whole[end:])


@relaxed
@given(place=st.integers(0, len(CELLS) - 1), key=st.sampled_from(["cell_type", "source", "metadata", "id"]), value=JSON)
def test_any_value_in_any_field_of_a_cell_is_answered(place, key, value):
    whole = json.loads(notebook(*CELLS))
    whole["cells"][place][key] = value
    everything_is_answered(json.dumps(whole).encode())


@relaxed
@given(source=st.text(alphabet="defsoftmax():=,;%!?\\\n '\"#\t[{@\x00\x0c\r\ud800é1", max_size=60))
def test_any_text_in_a_cell_is_answered(source):
    cell = {"cell_type": "code", "id": "softmax", "source": source}
    content = json.dumps({"nbformat": 4, "cells": [cell]}).encode()
    everything_is_answered(content)
    everything_is_answered(source.encode("utf-8", "replace"), "softmax.py")
