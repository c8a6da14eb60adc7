"""Pictures for notebooks: attention maps with the tokens at their sides, and tables of positions.

    plot_attention(weights, ["the", "cat"], ["le", "chat", "<pad>"])
    plot_positions(table)

NumPy arrays and PyTorch tensors, on any device. Where the picture cannot be drawn a CourseError says why in one line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.course import CourseError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS_A_ROW = 4
LARGEST_WITH_NUMBERS = 6
"""Sides up to this have the weight written in every field."""


def plot_attention(
    weights: Any,
    query_tokens: Sequence[str] | None = None,
    key_tokens: Sequence[str] | None = None,
    title: str | None = None,
) -> Figure:
    """A heat map of attention weights: a row for each query, a column for each key, a panel for each head.

    Args:
        weights: (n_queries, n_keys), (heads, n_queries, n_keys), or (batch, heads, n_queries, n_keys), of which the
            first sentence is shown.
        query_tokens: a label for each query; numbers if None.
        key_tokens: a label for each key; those of the queries, where there are as many keys, if None.
        title: what stands above.

    Returns:
        The figure, which a notebook shows.

    Raises:
        CourseError: the weights are of another shape, or there are more or fewer tokens than rows or columns.
    """
    shown = _numbers(weights, "weights")
    if shown.ndim == 4 and len(shown):
        shown = shown[0]
    if shown.ndim == 2:
        shown = shown[None]
    if shown.ndim != 3 or shown.size == 0:
        raise CourseError(
            f"plot_attention takes weights of shape (n_queries, n_keys), or with heads, or batch and heads, before them; "
            f"these are {_shape(weights)}."
        )
    heads, n_queries, n_keys = shown.shape
    if key_tokens is None and query_tokens is not None and n_keys == n_queries:
        key_tokens = query_tokens
    rows = _labels(query_tokens, n_queries, "query_tokens", "queries")
    columns = _labels(key_tokens, n_keys, "key_tokens", "keys")
    figure, panels = _panels(heads, n_queries, n_keys)
    largest = max(1.0, float(np.nanmax(shown)) if np.isfinite(shown).any() else 1.0)
    for number, (panel, head) in enumerate(zip(panels, shown, strict=True)):
        image = panel.imshow(head, cmap="viridis", vmin=0.0, vmax=largest)
        panel.set_xticks(range(n_keys), columns, rotation=45, ha="right", rotation_mode="anchor")
        panel.set_yticks(range(n_queries), rows)
        panel.set_xlabel("keys")
        panel.set_ylabel("queries")
        if heads > 1:
            panel.set_title(f"head {number}", fontsize="medium")
        if max(n_queries, n_keys) <= LARGEST_WITH_NUMBERS:
            _write_numbers(panel, head, largest)
    figure.colorbar(image, ax=panels, label="weight", shrink=0.8)
    return _finished(figure, title)


def plot_positions(table: Any, title: str | None = None) -> Figure:
    """A heat map of a table of positions: a row for each position, a column for each of the d_model numbers.

    Args:
        table: (length, d_model), or (1, length, d_model).
        title: what stands above.

    Returns:
        The figure, which a notebook shows.

    Raises:
        CourseError: the table is of another shape.
    """
    shown = _numbers(table, "table")
    if shown.ndim == 3 and len(shown) == 1:
        shown = shown[0]
    if shown.ndim != 2 or shown.size == 0:
        raise CourseError(f"plot_positions takes a table of shape (length, d_model); this one is {_shape(table)}.")
    plt = _pyplot()
    figure, panel = plt.subplots(figsize=(8, 4), layout="constrained")
    image = panel.imshow(shown, cmap="RdBu_r", vmin=-1.0, vmax=1.0, aspect="auto", interpolation="nearest")
    panel.set_xlabel("column")
    panel.set_ylabel("position")
    figure.colorbar(image, ax=panel)
    return _finished(figure, title)


def _pyplot() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ModuleNotFoundError:
        raise CourseError("Pictures need matplotlib, which is not installed: pip install matplotlib.") from None
    return plt


def _panels(heads: int, n_queries: int, n_keys: int) -> tuple[Figure, list[Axes]]:
    """A figure with a panel for each head, at most four side by side."""
    across = min(heads, PANELS_A_ROW)
    down = math.ceil(heads / across)
    width, height = (min(max(0.5 * side, 2.0), 7.0) for side in (n_keys, n_queries))
    figure, grid = _pyplot().subplots(
        down, across, figsize=((width + 1.0) * across + 1.0, (height + 1.2) * down), squeeze=False, layout="constrained"
    )
    panels = list(grid.flat)
    for unused in panels[heads:]:
        unused.remove()
    return figure, panels[:heads]


def _write_numbers(panel: Axes, head: Any, largest: float) -> None:
    for row, column in np.ndindex(head.shape):
        bright = head[row, column] > 0.6 * largest  # dark letters on bright fields
        colour = "black" if bright else "white"
        panel.text(column, row, f"{head[row, column]:.2f}", ha="center", va="center", color=colour, fontsize="small")


def _finished(figure: Figure, title: str | None) -> Figure:
    """White behind it, in a dark notebook too: labels are dark. Closed for pyplot, so that it is shown once only."""
    figure.patch.set_facecolor("white")
    if title:
        figure.suptitle(title)
    _pyplot().close(figure)
    return figure


def _numbers(value: Any, name: str) -> Any:
    if hasattr(value, "detach"):  # a tensor, perhaps one that asks for its gradient, or lives on a GPU
        value = value.detach().cpu()
        value = value.double() if value.is_floating_point() else value
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise CourseError(f"{name} should be an array or a tensor of numbers, not {type(value).__name__}.") from None


def _labels(tokens: Sequence[str] | None, count: int, argument: str, what: str) -> list[str]:
    if tokens is None:
        return [str(number) for number in range(count)]
    labels = [str(token) for token in tokens]
    if len(labels) != count:
        raise CourseError(f"{argument} has {len(labels)} tokens for {count} {what}: give one for each.")
    return labels


def _shape(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return f"of shape {tuple(shape)}" if shape is not None else f"a {type(value).__name__}"
