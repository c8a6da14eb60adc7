"""What Jupyter accepts beyond Python."""

from __future__ import annotations

import pytest

from autograder.submission.cells import MAX_CODE
from autograder.submission.ipython import plain_python

from .notebooks import code, notebook, program, read, run, solution, sources

PLAIN = "def softmax(x):\n    return x"


@pytest.mark.parametrize(
    "line",
    [
        "%time softmax(1)",
        "!pip install scipy",
        "softmax?",
        "?softmax",
        "files = !ls",
        "where = %pwd",
        "%matplotlib inline",
        "%%",
    ],
)
def test_lines_for_jupyter_are_left_out_and_noticed(tmp_path, line):
    result = program(tmp_path, solution("softmax", f"{PLAIN}\n{line}\nAFTER = 1"))
    assert sources(result)[0] == PLAIN
    assert [(item.source, item.line) for item in result.fragments][-1] == ("AFTER = 1", 4)
    assert not any("get_ipython" in source for source in sources(result))
    assert any(f"Line 3 of cell 1 was left out: only Jupyter can run `{line}`" in notice for notice in result.notices)


def test_magics_in_other_cells_cost_nothing(tmp_path):
    result = program(
        tmp_path, code("%load_ext autoreload\nimport numpy as np"), solution("softmax", "softmax = np.exp"), code("!ls")
    )
    assert sources(result) == ["import numpy as np", "softmax = np.exp"]
    assert result.notices == []


def test_a_magic_inside_a_function_leaves_the_rest_of_it(tmp_path):
    result = program(tmp_path, solution("softmax", "def softmax(x):\n    %time y = 1\n    !echo hi\n    return x"))
    assert run(result)["softmax"](5) == 5


def test_signs_inside_texts_and_formulas_are_no_magics(tmp_path):
    source = "TEXT = '''\n%time\n!ls\n'''\ndef softmax(x):\n    return (x\n  % 3)\n%time softmax(1)"
    result = program(tmp_path, solution("softmax", source))
    assert run(result)["TEXT"] == "\n%time\n!ls\n"
    assert run(result)["softmax"](4) == 1


def test_a_magic_over_several_lines_keeps_the_line_numbers(tmp_path):
    result = program(tmp_path, solution("softmax", "\n\n%run a.py \\\n  -x \\\n  -y\nAFTER = 1\n" + PLAIN))
    assert [item.line for item in result.fragments if item.source != "pass"] == [6, 7]


def test_a_question_over_several_lines_is_left_out_whole(tmp_path):
    result = program(tmp_path, solution("softmax", f"{PLAIN}\n(softmax,\n  1)?\nAFTER = 1"))
    assert [(item.source, item.line) for item in result.fragments if item.source != "pass"] == [
        (PLAIN, 1),
        ("AFTER = 1", 5),
    ]


def test_a_magic_with_an_open_bracket_does_not_swallow_what_follows(tmp_path):
    result = program(tmp_path, solution("softmax", f"%echo (\n!echo [\n{PLAIN}"))
    assert sources(result)[-1] == PLAIN


@pytest.mark.parametrize("magic", ["%%time", "%%timeit -n 3", "%%capture out", "%%prun", "\n%%time\n%%capture"])
def test_magics_around_a_whole_cell_are_unwrapped(tmp_path, magic):
    result = program(tmp_path, solution("softmax", f"{magic}\n{PLAIN}"))
    assert sources(result) == [PLAIN]
    assert result.fragments[0].line == magic.count("\n") + 2


@pytest.mark.parametrize("magic", ["%%bash", "%%writefile softmax.py", "%%html"])
def test_an_own_cell_in_another_language_is_missing(tmp_path, magic):
    result = program(tmp_path, solution("softmax", f"{magic}\n{PLAIN}"))
    assert "is not run" in result.missing
    assert any(f"starts with {magic.split()[0]}" in notice for notice in result.notices)


def test_a_scratch_cell_in_another_language_is_noticed_for_the_file(tmp_path):
    submission = read(tmp_path, notebook(code("%%bash\nls"), solution("softmax", PLAIN)))
    assert any("Cell 1 starts with %%bash" in notice for notice in submission.notices)
    assert sources(submission.programs["softmax"]) == [PLAIN]


def test_prompts_and_a_common_indentation_are_taken_off(tmp_path):
    assert run(program(tmp_path, solution("softmax", "    def softmax(x):\n        return 3")))["softmax"](0) == 3
    assert run(program(tmp_path, solution("softmax", ">>> def softmax(x):\n...     return 4")))["softmax"](0) == 4


def test_top_level_await_and_a_trailing_semicolon_are_fine(tmp_path):
    source = f"import asyncio\n{PLAIN}\nawait asyncio.sleep(0)\nsoftmax(1);"
    result = program(tmp_path, solution("softmax", source))
    assert sources(result) == ["import asyncio", PLAIN, "softmax(1)"]
    assert any("await asyncio.sleep(0)" in notice for notice in result.notices)


def test_a_fault_beside_a_magic_shows_the_original_text(tmp_path):
    result = program(tmp_path, solution("softmax", "%matplotlib inline\n\n  \ndef softmax(x):\n    return x +"))
    heading, line, _ = result.fault.split("\n")
    assert heading.startswith("SyntaxError in cell 1, line 5: ")
    assert line == "    return x +"


@pytest.mark.parametrize("source", ["%%time\n", "%x (\n", "!a\n", "'''\n%a\n"])
def test_a_flood_of_magics_ends(source):
    """Scanning anew after each magic would take hours for these."""
    flood = source * (MAX_CODE // len(source))
    assert plain_python(flood).source.count("\n") >= flood.count("\n")
