"""Which cell is an exercise's."""

from __future__ import annotations

import pytest

from .notebooks import IMPORTS, SOFTMAX, STUB, check, code, notebook, program, read, run, solution, sources, text

OTHER = "def softmax(x):\n    return 'other'"


def test_the_cell_with_the_exercises_id_is_its_own(tmp_path):
    result = program(tmp_path, code(IMPORTS, "code-001"), solution("softmax", SOFTMAX), check("softmax"))
    assert sources(result) == [IMPORTS, SOFTMAX]
    assert [fragment.origin for fragment in result.fragments] == ["cell 1", "cell 2"]
    assert (result.fault, result.missing, result.notices) == (None, None, [])


def test_a_deleted_cell_is_reported_as_missing(tmp_path):
    result = program(tmp_path, code(IMPORTS), check("softmax"))
    assert result.fragments == []
    assert "cell of `softmax` is gone" in result.missing


def test_an_untouched_stub_is_not_written_yet(tmp_path):
    result = program(tmp_path, solution("softmax", STUB))
    assert result.fragments == []
    assert "`softmax` is not written yet" in result.missing


@pytest.mark.parametrize(
    "stub",
    [
        "class Vector:\n    def __init__(self, components):\n        raise NotImplementedError('not written yet')",
        "class Vector:\n    '''Doc.'''\n    def dot(self):\n        '''Doc.'''\n        raise NotImplementedError",
        "# YOUR CODE HERE\nraise NotImplementedError('not written yet')",
    ],
)
def test_stubs_of_classes_and_whole_cells_are_not_written_yet(tmp_path, stub):
    assert "not written yet" in program(tmp_path, solution("Vector", stub), exercise="Vector").missing


def test_a_class_with_one_method_written_is_no_stub(tmp_path):
    stub = "    def norm(self):\n        raise NotImplementedError"
    source = f"class Vector:\n    def dot(self, other):\n        return 1\n{stub}"
    assert sources(program(tmp_path, solution("Vector", source), exercise="Vector")) == [source]


def test_a_wrong_name_in_the_own_cell_is_missing_with_a_hint(tmp_path):
    assert "does not define it" in program(tmp_path, solution("softmax", "def soft_max(x): return x")).missing


def test_a_moved_definition_counts_instead_of_the_stub(tmp_path):
    result = program(tmp_path, solution("softmax", STUB), code(OTHER))
    assert run(result)["softmax"](0) == "other"
    assert any("found in cell 2, `def softmax(" in notice for notice in result.notices)


def test_a_moved_definition_counts_when_the_cell_is_gone(tmp_path):
    result = program(tmp_path, code(OTHER))
    assert run(result)["softmax"](0) == "other"
    assert any("cell 1" in notice for notice in result.notices)


def test_of_several_definitions_elsewhere_the_last_counts(tmp_path):
    result = program(tmp_path, code("def softmax(x): return 1", "one"), code(OTHER, "two"), code("y = 1", "three"))
    assert run(result)["softmax"](0) == "other"
    assert sources(result) == [OTHER]
    assert any("cell 2" in notice and "also defined in cell 1" in notice for notice in result.notices)


def test_the_own_cell_wins_over_a_later_definition(tmp_path):
    result = program(tmp_path, code(IMPORTS), solution("softmax", SOFTMAX), code(OTHER))
    assert sources(result) == [IMPORTS, SOFTMAX]
    assert any(
        "also defined in cell 3, `def softmax(" in notice and "cell 2, counted" in notice for notice in result.notices
    )


def test_an_import_elsewhere_does_not_replace_the_own_definition(tmp_path):
    result = program(tmp_path, code(IMPORTS), solution("softmax", SOFTMAX), code("from scipy.special import softmax"))
    assert sources(result) == [IMPORTS, SOFTMAX]


def test_the_original_wins_over_a_pasted_copy_above_it(tmp_path):
    copy = solution("softmax", OTHER, cell_id="fresh")
    result = program(tmp_path, code(IMPORTS), copy, solution("softmax", SOFTMAX))
    assert sources(result) == [IMPORTS, SOFTMAX]
    assert any("2 cells of `softmax`" in notice and "cell 3 counted" in notice for notice in result.notices)


def test_a_written_copy_wins_over_the_untouched_original(tmp_path):
    result = program(tmp_path, solution("softmax", STUB), solution("softmax", OTHER, cell_id="fresh"))
    assert sources(result) == [OTHER]
    assert any("cell 2 counted" in notice for notice in result.notices)


def test_the_first_of_two_cells_with_the_very_same_ids_counts(tmp_path):
    result = program(tmp_path, solution("softmax", OTHER), solution("softmax", "def softmax(x): return 2"))
    assert sources(result) == [OTHER]


def test_the_id_alone_or_the_grade_id_alone_is_enough(tmp_path):
    by_id, by_grade_id = code(OTHER, "softmax"), solution("softmax", OTHER, cell_id="a1b2")
    for cell in (by_id, by_grade_id):
        result = program(tmp_path, cell)
        assert sources(result) == [OTHER]
        assert result.notices == []


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_cell_turned_to_text_is_not_run(tmp_path, kind):
    cell = solution("softmax", OTHER)
    result = program(tmp_path, {**cell, "cell_type": kind})
    assert result.fragments == []
    assert "is not run" in result.missing
    assert any("no code cell any more" in notice for notice in result.notices)


def test_a_cell_turned_to_text_is_replaced_by_a_definition_elsewhere(tmp_path):
    result = program(tmp_path, {**solution("softmax", STUB), "cell_type": "markdown"}, code(OTHER))
    assert sources(result) == [OTHER]


def test_code_in_a_markdown_cell_is_never_found(tmp_path):
    assert program(tmp_path, text(OTHER)).missing is not None


def test_an_imported_function_is_not_a_definition(tmp_path):
    result = program(tmp_path, solution("softmax", "from scipy.special import softmax"))
    assert result.fragments == []
    assert "imported in cell 1, `from scipy.special import softmax`, not written" in result.missing


@pytest.mark.parametrize(
    "source",
    [
        "softmax = lambda x: x",
        "_s = abs\nsoftmax = _s",
        "import numpy as np\nsoftmax = np.vectorize(abs)",
        "if True:\n    def softmax(x): return x",
        "softmax: object = abs",
    ],
)
def test_any_assignment_in_the_own_cell_is_a_definition(tmp_path, source):
    result = program(tmp_path, solution("softmax", source))
    assert callable(run(result)["softmax"])
    assert result.notices == []


def test_a_value_of_the_same_name_elsewhere_is_not_a_definition(tmp_path):
    result = program(tmp_path, solution("norm", STUB.replace("softmax", "norm")), code("norm = 3.5"), exercise="norm")
    assert "not written yet" in result.missing


def test_a_lambda_elsewhere_is_a_definition(tmp_path):
    assert sources(program(tmp_path, code("softmax = lambda x: x"))) == ["softmax = lambda x: x"]


def test_a_definition_in_a_check_cell_does_not_count(tmp_path):
    result = program(tmp_path, solution("other", ""), check("softmax", OTHER))
    assert "a check cell, which is not read" in result.missing


def test_forged_grading_metadata_does_not_hide_the_own_cell(tmp_path):
    cell = solution("softmax", OTHER)
    cell["metadata"]["nbgrader"].update(grade=True, solution=False)
    assert sources(program(tmp_path, cell)) == [OTHER]


def test_a_definition_in_the_cell_of_another_exercise_is_found(tmp_path):
    both = "def log_softmax(x): return 1\n\ndef softmax(x): return 2"
    content = notebook(solution("softmax", STUB), solution("log_softmax", both))
    programs = read(tmp_path, content, "softmax", "log_softmax").programs
    assert run(programs["softmax"])["softmax"](0) == 2
    assert run(programs["log_softmax"])["log_softmax"](0) == 1


def test_reordered_cells_are_found_by_their_ids(tmp_path):
    result = program(tmp_path, check("softmax"), solution("softmax", SOFTMAX), code(IMPORTS))
    assert sorted(sources(result)) == sorted([IMPORTS, SOFTMAX])
