"""Modules and percent scripts."""

from __future__ import annotations

from autograder.submission import program_from_source

from .notebooks import read, run, sources

MODULE = '''"""My work."""
from __future__ import annotations
import numpy as np

EPS = 1e-9
data = 1 / 0


def helper(x):
    return x - EPS


def softmax(x):
    return helper(x)


def log_softmax(x):
    return softmax(x)


print(softmax(1))
if __name__ == "__main__":
    print(softmax(data))
'''


def test_a_module_gives_the_definitions_that_an_exercise_needs(tmp_path):
    result = read(tmp_path, MODULE.encode(), name="ann.py").programs["softmax"]
    assert [(fragment.origin, fragment.line) for fragment in result.fragments] == [
        ("ann.py", 2), ("ann.py", 5), ("ann.py", 9), ("ann.py", 13),
    ]  # fmt: skip
    assert run(result)["softmax"](1e-9) == 0


def test_other_exercises_of_a_module_are_included_where_needed():
    assert run(program_from_source("log_softmax", MODULE, "ann.py"))["log_softmax"](1e-9) == 0


def test_a_module_without_the_exercise_is_missing_it():
    result = program_from_source("dot", MODULE, "ann.py")
    assert "ann.py does not define `dot`" in result.missing


def test_a_stub_in_a_module_is_not_written_yet():
    assert (
        "not written yet"
        in program_from_source("dot", "def dot(a, b):\n    raise NotImplementedError\n", "m.py").missing
    )


def test_a_stub_beside_the_real_definition_does_not_undo_it():
    source = "def dot(a, b):\n    return 1\n\ndef dot(a, b):\n    raise NotImplementedError\n"
    assert run(program_from_source("dot", source, "m.py"))["dot"](0, 0) == 1


def test_an_import_in_a_module_is_not_a_definition():
    assert "imported in m.py" in program_from_source("softmax", "from scipy.special import softmax\n", "m.py").missing


def test_a_wrapped_definition_is_taken_with_its_wrapping():
    source = "from functools import partial\ndef dot(a, b): return a * b\ndot = partial(dot, 3)\n"
    assert run(program_from_source("dot", source, "m.py"))["dot"](4) == 12


def test_a_result_under_the_functions_name_does_not_replace_it():
    source = "def norm(a):\n    return 5\nnorm = norm([3, 4])\nnorm = 7\n"
    assert run(program_from_source("norm", source, "m.py"))["norm"](0) == 5


def test_a_broken_module_is_the_fault_of_the_exercises_it_seems_to_define():
    source = "def dot(a, b):\n    return a +\n"
    assert program_from_source("dot", source, "m.py").fault.startswith("SyntaxError in m.py, line 2: ")
    assert program_from_source("norm", source, "m.py").missing is not None


def test_a_broken_cell_of_a_percent_script_costs_only_its_own_exercise():
    first = "# %%\nimport math\n# %% [markdown]\n# text\n# %%\ndef dot(a, b):\n    return = 1\n"
    source = first + "# %%\ndef norm(a):\n    return math.pi\n"
    assert program_from_source("dot", source, "m.py").fault.startswith("SyntaxError in m.py, line 7: ")
    result = program_from_source("norm", source, "m.py")
    assert [(fragment.line, fragment.source) for fragment in result.fragments] == [
        (2, "import math"), (9, "def norm(a):\n    return math.pi"),
    ]  # fmt: skip


def test_a_cell_marker_inside_a_text_splits_nothing():
    source = 'def dot(a, b):\n    return """\n# %%\n"""\n'
    assert run(program_from_source("dot", source, "m.py"))["dot"](0, 0) == "\n# %%\n"


def test_an_export_of_a_notebook_is_read_with_its_magics():
    source = (
        "# In[1]:\nget_ipython().run_line_magic('matplotlib', 'inline')\n%time x\n# In[2]:\ndef dot(a, b): return 9\n"
    )
    assert run(program_from_source("dot", source, "m.py"))["dot"](0, 0) == 9


def test_empty_binary_and_foreign_files_are_faults(tmp_path):
    assert "is empty" in read(tmp_path, b"", name="ann.py").programs["softmax"].fault
    binary = read(tmp_path, bytes(range(256)) * 3, name="ann.py").programs["softmax"]
    assert binary.fault or binary.missing


def test_a_module_in_another_encoding_is_read(tmp_path):
    submission = read(tmp_path, "# é\ndef softmax(x): return 1\n".encode("latin-1"), name="ann.py")
    assert sources(submission.programs["softmax"]) == ["def softmax(x): return 1"]
    assert submission.notices
