"""Units 09 and 10: their ready-made parts keep the contract, and a mistake in what they build on is paid for once, where it was made."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
import torch

from autograder.course import find_course
from autograder.course_units import exercise_names
from autograder.grading.reference import UnitReference
from autograder.grading.variants import mistakes_of, pieces_with, submission_of
from autograder.judge.protocol import Piece
from autograder.quiz.samples import right_answers
from autograder.sample_class import class_of
from autograder.submission import find_submissions, read_submission
from autograder.toolkit import assert_agrees
from autograder.toolkit import tensors as t

COURSE = find_course(Path(__file__))
# The unit, its class, the class's arguments, and how many sequences `forward` takes.
CLASSES = (
    ("encoder", "EncoderLayer", (6, 2, 7), 1),
    ("encoder", "Encoder", (2, 6, 2, 7), 1),
    ("decoder", "DecoderLayer", (6, 2, 7), 2),
    ("decoder", "Decoder", (2, 6, 2, 7), 2),
)


def words(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize(("slug", "name", "arguments", "sequences"), CLASSES)
def test_ready_made_classes_take_the_weights_of_the_reference(slug, name, arguments, sequences):
    reference = UnitReference(COURSE.unit(slug))
    ready_made = reference.load([Piece(reference.stand_ins, "stand_ins.py", 1)])
    t.assert_parameters(getattr(ready_made, name)(*arguments), getattr(reference.student, name)(*arguments))
    mine, right = t.twins(ready_made, reference.student, name, *arguments, seed=4)
    given = [words(length, 2, length, 6) for length in (4, 3)[:sequences]]
    masks = [torch.ones(4, keys, dtype=torch.bool).tril() for keys in (4, 3)[:sequences]]
    assert_agrees(mine(*given), right(*given))
    assert_agrees(mine(*given, *masks), right(*given, *masks))


@pytest.mark.parametrize(("slug", "exercise"), [("tensors", "MultiHeadAttention"), ("addnorm", "AddNorm")])
@pytest.mark.parametrize("later", ["encoder", "decoder"])
def test_a_mistake_in_what_a_unit_builds_on_costs_nothing_in_it(grader, slug, exercise, later):
    built_on, unit = grader.reference(COURSE.unit(slug)), grader.reference(COURSE.unit(later))
    mistake = next(variant for variant in mistakes_of(built_on.unit) if variant.exercise == exercise)
    earlier = grader.grade(submission_of(built_on, [mistake], "ann", right_answers(COURSE, built_on.unit, "ann")))
    assert earlier.points < earlier.max_points
    result = grader.grade(submission_of(unit, [], "ann", right_answers(COURSE, unit.unit, "ann")))
    assert result.points == result.max_points


def notebook_with(unit, cell):
    """The notebook of somebody who has solved all of the unit, with one more code cell below what comes from earlier units."""
    notebook = nbformat.read(unit.notebook, as_version=4)
    solved = class_of(unit)["ada"]
    for each in notebook.cells:
        each.source = solved.get(each.metadata.get("nbgrader", {}).get("grade_id", ""), each.source)
    (place,) = [number for number, each in enumerate(notebook.cells) if "= earlier(" in each.source]
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(cell))
    return notebook


def test_a_copy_of_an_earlier_mistake_is_paid_for_where_it_was_made(grader, tmp_path):
    earlier = grader.reference(COURSE.unit("tensors"))
    (mistake,) = [each for each in mistakes_of(earlier.unit) if each.name == "ScaledByTheModel"]
    copied = "\n\n".join(piece.source for piece in pieces_with(earlier, mistake))
    unit = COURSE.unit("encoder")
    file = tmp_path / "ann" / unit.name / f"{unit.slug}.ipynb"
    file.parent.mkdir(parents=True)
    nbformat.write(notebook_with(unit, copied), file)
    (found,) = find_submissions([tmp_path], COURSE)
    result = grader.grade(read_submission(found, exercise_names(unit)))
    code = {each.name: each for each in result.exercises if not each.name.startswith("quiz-")}
    assert {name: each.points for name, each in code.items()} == {name: each.max_points for name, each in code.items()}
    assert "`MultiHeadAttention`" in code["EncoderLayer"].notices[-1]


@pytest.mark.parametrize(
    ("slug", "layer", "mistake"),
    [("encoder", "EncoderLayer", "MaskForgotten"), ("decoder", "DecoderLayer", "MasksSwapped")],
)
def test_a_mistake_in_a_layer_costs_nothing_in_the_stack(grader, slug, layer, mistake):
    reference = grader.reference(COURSE.unit(slug))
    variant = next(each for each in mistakes_of(reference.unit) if each.name == mistake)
    result = grader.grade(submission_of(reference, [variant], "ann", right_answers(COURSE, reference.unit, "ann")))
    assert [each.name for each in result.exercises if each.points < each.max_points] == [layer]
