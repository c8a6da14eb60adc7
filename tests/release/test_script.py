"""Percent scripts become source notebooks, and an author's mistake is named with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder.course import CourseError
from autograder.percent_script import read_script
from autograder.release import source_notebook
from autograder.release.generate import canonical

from .course import DOUBLE, write_course


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "double.py"
    path.write_text(DOUBLE, "utf-8")
    return path


def refusal(script: Path, old: str, new: str) -> str:
    """What is said of the script once `old` is `new`."""
    assert old in DOUBLE
    script.write_text(DOUBLE.replace(old, new, 1), "utf-8")
    with pytest.raises(CourseError) as raised:
        source_notebook(script)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def line_of(text: str) -> int:
    return DOUBLE[: DOUBLE.index(text)].count("\n") + 1


def test_every_cell_has_the_id_of_its_exercise_or_its_place(script: Path) -> None:
    cells = source_notebook(script).cells
    assert [cell.id for cell in cells] == [
        "text-001", "code-001", "text-002", "double", "check-double", "code-002", "halve", "check-halve",
    ]  # fmt: skip
    assert [cell.metadata.nbgrader.grade_id for cell in cells] == [cell.id for cell in cells]


def test_only_solution_cells_can_be_edited_and_only_check_cells_are_scored(script: Path) -> None:
    cells = {cell.id: cell.metadata.nbgrader for cell in source_notebook(script).cells}
    assert [name for name, data in cells.items() if data.solution] == ["double", "halve"]
    assert [name for name, data in cells.items() if not data.locked] == ["double", "halve"]
    assert {name: data.points for name, data in cells.items() if data.grade} == {"check-double": 4, "check-halve": 2.5}


def test_nbgrader_accepts_the_metadata(script: Path) -> None:
    MetadataValidator().validate_nb(source_notebook(script))


def test_reading_twice_gives_the_same_notebook(script: Path) -> None:
    assert canonical(source_notebook(script)) == canonical(source_notebook(script))


def test_the_source_notebook_still_has_the_references(script: Path) -> None:
    cells = {cell.id: cell.source for cell in source_notebook(script).cells}
    assert "secret_factor" in cells["double"]


def test_a_cell_marker_inside_a_string_is_no_cell(script: Path) -> None:
    script.write_text(DOUBLE.replace("Twice `x`: an", 'Twice `x`.\n\n    # %% solution="no"\n    An'), "utf-8")
    assert len(source_notebook(script).cells) == 8


def test_text_above_the_first_marker_is_a_cell(script: Path) -> None:
    script.write_text("import math\n\n" + DOUBLE, "utf-8")
    cells = source_notebook(script).cells
    assert (cells[0].id, cells[0].source) == ("code-001", "import math")


def test_a_missing_script_is_named(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"double\.py is missing: write it"):
        source_notebook(tmp_path / "double.py")


def test_a_script_in_another_encoding_is_refused(script: Path) -> None:
    script.write_bytes(DOUBLE.encode("latin-1", "replace"))
    with pytest.raises(CourseError, match="not UTF-8"):
        source_notebook(script)


def test_a_syntax_error_is_named_with_its_line(script: Path) -> None:
    said = refusal(script, "LIMIT = 10", "LIMIT = = 10")
    assert f"double.py:{line_of('LIMIT')}: not valid Python" in said


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("    ### END SOLUTION\n", "", "    ### BEGIN SOLUTION", "without an END SOLUTION below"),
        ("    ### BEGIN SOLUTION\n", "", None, "END SOLUTION without a BEGIN SOLUTION above"),
        (
            "    secret_factor",
            "    ### BEGIN SOLUTION\n    secret_factor",
            "    secret_factor",
            "a second BEGIN SOLUTION",
        ),
        ("LIMIT = 10", "### BEGIN SOLUTION\nLIMIT = 10\n### END SOLUTION", "# %%\nLIMIT", "outside a solution cell"),
        ("# Grüße", "# ### BEGIN SOLUTION\n# ### END SOLUTION", "# %% [markdown]", "outside a solution cell"),
        (
            DOUBLE[DOUBLE.index("    secret_factor") : DOUBLE.index("    ### END")],
            "    # think\n",
            "    ### BEGIN SOLUTION",
            "nothing between",
        ),
        ("class halve:", "class Halve:", '# %% solution="halve"', "does not define halve"),
        ('double" points=4', 'double" points=0', '# %% check="double"', "points=0 is not a number above 0"),
        ('double" points=4', 'double" points=True', '# %% check="double"', "is not a number above 0"),
        ('double" points=4', 'double" points="four"', '# %% check="double"', "is not a number above 0"),
        ('double" points=4', 'double"', '# %% check="double"', "not understood"),
        ('# %% solution="double"', '# %% solution="dou ble"', '# %% solution="double"', "not understood"),
        ('# %% solution="double"', '# %% solutoin="double"', '# %% solution="double"', "not understood"),
        ("# %%\nLIMIT", "# %% points=3\nLIMIT", "# %%\nLIMIT", "not understood"),
        (
            "# %% [markdown]\n# ## Your",
            "# %% [markdown] points=3\n# ## Your",
            "# %% [markdown]\n# ## Your",
            "no options",
        ),
        ("# %% [markdown]\n# ## Your", "# %% [raw]\n# ## Your", "# %% [markdown]\n# ## Your", "make it [markdown]"),
        ('# %% check="double" points=4\ncheck(double)\n', "", '# %% solution="double"', "no check cell of double"),
        (
            '# %% check="double" points=4',
            '# %% check="duoble" points=4',
            '# %% check="double"',
            "no solution cell of duoble",
        ),
    ],
)
def test_a_mistake_in_a_cell_is_named_with_its_line(
    script: Path, old: str, new: str, at: str | None, says: str
) -> None:
    said = refusal(script, old, new)
    assert says in said
    if at is not None:
        assert f"double.py:{line_of(at)}:" in said


def test_a_second_cell_of_an_exercise_is_named_with_both_lines(script: Path) -> None:
    script.write_text(DOUBLE + '# %% check="double" points=1\ncheck(double)\n', "utf-8")
    with pytest.raises(CourseError, match=rf"second check cell of double \(first in line {line_of('# %% check')}\)"):
        source_notebook(script)


def test_markers_that_would_leave_a_broken_stub_are_refused(script: Path) -> None:
    said = refusal(
        script,
        "    ### BEGIN SOLUTION\n    secret_factor",
        "    if x is None:\n    ### BEGIN SOLUTION\n        pass\n    secret_factor",
    )
    assert "the stub of double is not valid Python" in said


def test_a_script_without_exercises_is_refused(script: Path) -> None:
    script.write_text("# %%\nimport math\n", "utf-8")
    with pytest.raises(CourseError, match="no exercise in it"):
        source_notebook(script)


def kept_cells(script: Path) -> list[Path]:
    return list((script.parents[1] / ".cache").glob("*.cells"))


def test_what_was_read_once_is_kept_and_reads_the_same(tmp_path: Path) -> None:
    script = write_course(tmp_path).unit("double").script
    first = read_script(script)
    (kept,) = kept_cells(script)
    stamp = kept.stat().st_mtime_ns
    assert read_script(script) == first
    assert kept.stat().st_mtime_ns == stamp


def test_a_script_that_has_changed_is_read_again(tmp_path: Path) -> None:
    script = write_course(tmp_path).unit("double").script
    before = read_script(script)
    script.write_text(script.read_text() + "\n# %% [markdown]\n# The end.\n")
    assert [cell.source for cell in read_script(script).cells] == [*(cell.source for cell in before.cells), "The end."]
    assert len(kept_cells(script)) == 1


@pytest.mark.parametrize("damage", [b"", b"[{", b'[{"kind": 3}]'])
def test_damaged_notes_are_ignored(tmp_path: Path, damage: bytes) -> None:
    script = write_course(tmp_path).unit("double").script
    first = read_script(script)
    (kept,) = kept_cells(script)
    kept.write_bytes(damage)
    assert read_script(script) == first
