"""Pictures for notebooks: what is drawn, and what is said when nothing can be."""

from __future__ import annotations

import io

import matplotlib as mpl
import numpy as np
import pytest
import torch

mpl.use("Agg")
from autograder import plot_attention, plot_positions
from autograder.course import CourseError
from autograder.grading import Grader

WEIGHTS = np.array([[0.25, 0.75, 0.0], [1.0, 0.0, 0.0]])


def heat_maps(figure):
    """The panels with a map in them, without the colour bar."""
    return [axes for axes in figure.axes if axes.images and axes.get_ylabel() in ("queries", "position")]


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def drawn(figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def test_a_map_has_the_weights_and_the_tokens_at_its_sides():
    figure = plot_attention(WEIGHTS, ["it", "sat"], ["the", "cat", "<pad>"], "Who looks at whom")
    (panel,) = heat_maps(figure)
    assert np.array_equal(panel.images[0].get_array(), WEIGHTS)
    assert ticks(panel.yaxis) == ["it", "sat"]
    assert ticks(panel.xaxis) == ["the", "cat", "<pad>"]
    assert figure.get_suptitle() == "Who looks at whom"
    assert [text.get_text() for text in panel.texts] == ["0.25", "0.75", "0.00", "1.00", "0.00", "0.00"]
    assert drawn(figure).startswith(b"\x89PNG")


@pytest.mark.parametrize(("shape", "heads"), [((3, 3), 1), ((5, 3, 3), 5), ((2, 4, 3, 3), 4)])
def test_every_head_has_a_panel_and_of_a_batch_the_first_sentence_is_shown(shape, heads):
    weights = np.random.default_rng(0).random(shape)
    panels = heat_maps(plot_attention(weights, ["a", "b", "c"]))
    assert len(panels) == heads
    first = weights[0] if len(shape) == 4 else weights.reshape(heads, 3, 3)
    for panel, head in zip(panels, first, strict=True):
        assert np.array_equal(panel.images[0].get_array(), head)
        assert ticks(panel.xaxis) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "weights", [torch.tensor(WEIGHTS, requires_grad=True), torch.tensor(WEIGHTS).bfloat16(), WEIGHTS.tolist()]
)
def test_tensors_that_ask_for_gradients_or_are_short_of_digits_are_drawn(weights):
    (panel,) = heat_maps(plot_attention(weights))
    assert np.array_equal(panel.images[0].get_array(), WEIGHTS)


def test_large_maps_have_no_numbers_in_them():
    (panel,) = heat_maps(plot_attention(np.eye(7)))
    assert list(panel.texts) == []


def test_a_hidden_nan_does_not_spoil_the_picture():
    drawn(plot_attention(np.array([[np.nan, np.nan], [0.5, 0.5]])))


@pytest.mark.parametrize("shape", [(3,), (0, 3), (1, 1, 1, 2, 2)])
def test_weights_of_another_shape_are_told_in_one_line(shape):
    with pytest.raises(CourseError) as raised:
        plot_attention(np.zeros(shape))
    assert str(shape) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_tokens_that_do_not_fit_are_counted():
    with pytest.raises(CourseError, match="query_tokens has 3 tokens for 2 queries"):
        plot_attention(WEIGHTS, ["a", "b", "c"])
    with pytest.raises(CourseError, match="key_tokens has 1 tokens for 3 keys"):
        plot_attention(WEIGHTS, None, ["a"])


def test_what_is_no_array_is_told_in_one_line():
    with pytest.raises(CourseError, match="weights should be an array or a tensor of numbers, not str"):
        plot_attention("weights")


def test_a_table_of_positions_is_drawn_row_by_row():
    table = np.sin(np.arange(12.0)).reshape(3, 4)
    for given in (table, torch.tensor(table)[None]):
        (panel,) = heat_maps(plot_positions(given))
        assert np.array_equal(panel.images[0].get_array(), table)
    with pytest.raises(CourseError, match=r"\(2, 3, 4\)"):
        plot_positions(np.zeros((2, 3, 4)))


def test_a_figure_is_shown_once_only():
    import matplotlib.pyplot as plt

    plot_attention(WEIGHTS)
    plot_positions(np.zeros((2, 2)))
    assert plt.get_fignums() == []


def test_pictures_in_a_submission_are_not_drawn_where_it_is_graded(grader: Grader):
    from autograder.judge.protocol import Piece

    source = "from autograder import plot_attention, plot_positions\ndef f():\n    return [plot_attention(3), plot_positions(3)]"
    with grader.judge.worker([Piece(source, "cell", 1)]) as worker:
        assert worker.call("f", []) == [None, None]
