"""`check` and `progress` where they are used: in a Jupyter kernel, in a student's copy of the released course."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.course import Course

from .kernel import Kernel

RIGHT = """
def softmax(x, axis=-1):
    if x.dtype.kind != "f":
        x = x.astype(float)
    largest = x.max(axis=axis, keepdims=True)
    powers = np.exp(x - np.where(np.isneginf(largest), np.zeros_like(largest), largest))
    total = powers.sum(axis=axis, keepdims=True)
    return powers / np.where(total == 0, np.ones_like(total), total)
"""


@pytest.fixture(scope="module")
def copy(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's copy: no solutions anywhere near it."""
    root = tmp_path_factory.mktemp("student")
    for unit in ("01_vectors", "02_softmax"):
        shutil.copytree(course.root / "exercises" / unit, root / "exercises" / unit)
    return root


@pytest.fixture(scope="module")
def kernel(copy: Path) -> Iterator[Kernel]:
    with Kernel(copy / "exercises" / "02_softmax") as kernel:
        imports = kernel.run(
            "import os\nimport numpy as np\nfrom autograder import check, progress\nhere = os.getcwd()"
        )
        assert imports.error == ""
        yield kernel


@pytest.fixture(autouse=True)
def back_home(kernel: Kernel) -> None:
    kernel.run("os.chdir(here)")


def assert_one_line(error: str) -> None:
    assert error.strip()
    assert "\n" not in error.strip()
    assert "Traceback" not in error


def test_a_right_answer_passes_in_both_forms(kernel):
    shown = kernel.run(f"{RIGHT}\ncheck(softmax)")
    assert shown.error == ""
    assert shown.text.startswith("softmax · passed")
    assert "11 tests passed" in shown.html


def test_a_wrong_answer_shows_the_smallest_input_beside_what_was_expected(kernel):
    shown = kernel.run(
        "def softmax(x, axis=-1):\n    return np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)\ncheck(softmax)"
    )
    assert "Large scores give no nan" in shown.text
    assert "expected        [0.25, 0.75]" in shown.text
    assert "yours           [nan, nan]" in shown.text


def test_what_the_function_prints_does_not_flood_the_notebook(kernel):
    shown = kernel.run("def softmax(x, axis=-1):\n    print('here')\n    return x\ncheck(softmax)")
    assert shown.printed == ""


def test_an_error_names_the_line_of_the_notebook_that_raised(kernel):
    shown = kernel.run("def softmax(x, axis=-1):\n    scale = 0\n    return 1 // scale\ncheck(softmax)")
    assert "line 3: return 1 // scale" in shown.text
    assert "autograder" not in shown.text


def test_a_forgotten_return_is_no_fault_of_ours(kernel):
    shown = kernel.run("def softmax(x, axis=-1):\n    np.exp(x)\ncheck(softmax)")
    assert "is a `return` missing?" in shown.text
    assert "our fault" not in shown.text


def test_a_value_of_the_wrong_shape_is_no_fault_of_ours(kernel):
    shown = kernel.run("def log_softmax(x, axis=-1):\n    return np.float64(0.0)\ncheck(log_softmax)")
    assert "this test cannot go on with" in shown.text
    assert "our fault" not in shown.text


@pytest.mark.parametrize(
    "definition", ["softmax = lambda x, axis=-1: x", "softmax = (lambda f: lambda x, axis=-1: f(x))(np.exp)"]
)
def test_a_function_without_a_name_of_its_own_is_known_by_its_name_in_the_notebook(kernel, definition):
    assert kernel.run(f"{definition}\ncheck(softmax)").text.startswith("softmax · ")


def test_a_name_that_is_no_exercise_is_answered_with_those_that_are(kernel):
    error = kernel.run("def sofmax(x):\n    return x\ncheck(sofmax)").error
    assert_one_line(error)
    assert "`sofmax`" in error
    assert "softmax, log_softmax, softmax_with_temperature, softmax_backward" in error


def test_a_result_in_place_of_the_function_is_told(kernel):
    error = kernel.run("check(np.ones(3))").error
    assert_one_line(error)
    assert "check(softmax)" in error


def test_a_working_folder_elsewhere_is_told_with_a_way_back(kernel):
    error = kernel.run(
        "os.chdir(os.path.dirname(here))\nos.environ.pop('JPY_SESSION_NAME', None)\ncheck(softmax)"
    ).error
    assert_one_line(error)
    assert "%cd" in error


def test_where_jupyter_says_where_the_notebook_is_the_working_folder_does_not_matter(kernel):
    elsewhere = "os.chdir('..')\nos.environ['JPY_SESSION_NAME'] = os.path.join(here, 'softmax.ipynb')\n"
    shown = kernel.run(f"{RIGHT}\n{elsewhere}result = check(softmax)\ndel os.environ['JPY_SESSION_NAME']\nresult")
    assert shown.text.startswith("softmax · passed")


def test_a_unit_that_lies_alone_in_a_folder_is_checked_all_the_same(kernel, copy, tmp_path):
    """nbgrader fetches a unit into the working folder, without an `exercises` around it."""
    shutil.copytree(copy / "exercises" / "02_softmax", tmp_path / "02_softmax")
    shown = kernel.run(f"{RIGHT}\ncheck(softmax, folder={str(tmp_path / '02_softmax')!r})")
    assert shown.text.startswith("softmax · passed")


def test_missing_checks_are_told(kernel, tmp_path):
    (tmp_path / "02_softmax").mkdir()
    error = kernel.run(f"check(softmax, folder={str(tmp_path / '02_softmax')!r})").error
    assert_one_line(error)
    assert "test_softmax.py is missing" in error


def test_damaged_checks_are_told(kernel, tmp_path):
    (tmp_path / "02_softmax").mkdir()
    (tmp_path / "02_softmax" / "test_softmax.py").write_text("def half(:")
    error = kernel.run(f"check(softmax, folder={str(tmp_path / '02_softmax')!r})").error
    assert_one_line(error)
    assert "cannot be run (SyntaxError" in error


ENDLESS = (
    "from IPython.display import display\n\n"
    "def softmax(x, axis=-1):\n    display('looping')\n    while True:\n        pass\n\ncheck(softmax)"
)


def test_stopping_a_check_puts_what_was_found_where_the_sign_was(kernel):
    shown = kernel.run_in_a_notebook(ENDLESS, interrupt_at="looping")
    sign, looping, found = shown.in_turn
    assert sign == "Checking `softmax` …"
    assert "`softmax` had not answered when you stopped the check" in found
    assert shown.text == found + looping
    assert_one_line(shown.error)


def test_stopping_an_endless_loop_shows_the_call_that_did_not_answer(kernel):
    shown = kernel.interrupted_when_it_shows(ENDLESS, "looping")
    assert "`softmax` had not answered when you stopped the check" in shown.text
    assert "x = [7.0, 7.0, 7.0]" in shown.text
    assert "Gives the shares worked out by hand" not in shown.text, "one press of the button stops all of it"
    assert_one_line(shown.error)


def test_a_sign_of_work_is_shown_until_the_result_takes_its_place(kernel):
    shown = kernel.run_in_a_notebook(f"{RIGHT}\ncheck(softmax)")
    assert shown.in_turn == ["Checking `softmax` …", shown.text]
    assert shown.text.startswith("softmax · passed")
    assert "11 tests passed" in shown.html


def test_where_nobody_waits_there_is_no_sign(kernel):
    shown = kernel.run(f"{RIGHT}\ncheck(softmax)")
    assert shown.in_turn == [shown.text]


def test_the_sign_is_there_before_the_function_is_called(kernel):
    shown = kernel.run_in_a_notebook(
        "from IPython.display import display\n\n"
        "def softmax(x, axis=-1):\n    display('called')\n    return x\n\ncheck(softmax)"
    )
    assert shown.in_turn[:2] == ["Checking `softmax` …", "'called'"]


def test_a_notebook_saves_the_result_alone(copy):
    cells = [
        "from autograder import check\nimport numpy as np",
        f"{RIGHT}\nfor name in ('softmax', 'log_softmax'):\n    check(name)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    client = NotebookClient(notebook, resources={"metadata": {"path": str(copy / "exercises" / "02_softmax")}})
    with client.setup_kernel():
        client.kc.session.metadata = {"cellId": "1"}
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
    shown = [output.data["text/plain"] for output in notebook.cells[1].outputs]
    assert [text.partition(" · ")[0] for text in shown] == ["softmax", "log_softmax"]


def test_a_result_is_shown_again_by_another_cell(kernel):
    first = kernel.run_in_a_notebook(f"{RIGHT}\nresult = check(softmax)")
    assert kernel.run_in_a_notebook("result").text == first.text


def test_what_stops_a_check_leaves_no_sign(kernel):
    shown = kernel.run_in_a_notebook(
        "import autograder.selfcheck.live as live\nkept = live.exercise_verdict\nlive.exercise_verdict = None\n"
        f"{RIGHT}\ncheck(softmax)"
    )
    kernel.run("live.exercise_verdict = kept")
    assert shown.in_turn == ["Checking `softmax` …", ""]
    assert shown.text == ""
    assert "not callable" in shown.error


def test_a_sign_that_cannot_be_shown_costs_no_result(kernel):
    shown = kernel.run_in_a_notebook(
        "import IPython.display\nkept, IPython.display.display = IPython.display.display, None\n"
        f"{RIGHT}\nresult = check(softmax)\nIPython.display.display = kept\nresult"
    )
    assert shown.in_turn == [shown.text]
    assert shown.text.startswith("softmax · passed")


def test_a_check_after_a_stopped_one_works(kernel):
    assert kernel.run(f"{RIGHT}\ncheck(softmax)").text.startswith("softmax · passed")


def test_plugins_and_options_for_other_work_change_nothing(kernel):
    shown = kernel.run(
        "os.environ['PYTEST_ADDOPTS'] = '--no-such-option'\n"
        f"{RIGHT}\nprint(check(softmax).exercise.verdict, os.environ.pop('PYTEST_ADDOPTS'))"
    )
    assert shown.printed == "passed --no-such-option\n"


def test_progress_reads_the_saved_notebooks(kernel):
    shown = kernel.run("progress()")
    assert "01_vectors  ░░░░░░░░░░░░░░░░░░░░  0 of 7 exercises" in shown.printed
    assert shown.printed.endswith("next: dot, in ../01_vectors/vectors.ipynb\n")


def test_the_wait_for_progress_has_a_sign_too(kernel):
    shown = kernel.run_in_a_notebook("progress()")
    assert shown.in_turn == ["Checking every notebook as it was saved …", shown.text]
    assert shown.text == kernel.run("progress()").printed.rstrip("\n")


def test_progress_without_a_course_is_told_in_one_line(kernel, tmp_path):
    error = kernel.run(f"progress({str(tmp_path)!r})").error
    assert_one_line(error)
    assert "No course" in error
