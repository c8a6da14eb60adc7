"""Exercises that build the Transformer, checked as you write them and graded by hidden tests.

In a notebook: `from autograder import check`, then `check(softmax)` under your stub; `earlier("softmax")` is what an
earlier unit built. In a terminal: `autograder --help`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.judge.stand_ins import earlier
    from autograder.plots import plot_attention, plot_positions
    from autograder.selfcheck.live import check, progress
    from autograder.selfcheck.weighted import weighted

__all__ = ["check", "earlier", "plot_attention", "plot_positions", "progress", "weighted"]

_HOMES = {
    "check": "autograder.selfcheck.live",
    "earlier": "autograder.judge.stand_ins",
    "plot_attention": "autograder.plots",
    "plot_positions": "autograder.plots",
    "progress": "autograder.selfcheck.live",
    "weighted": "autograder.selfcheck.weighted",
}


def __getattr__(name: str) -> Any:
    """`check` and `progress` bring pytest and hypothesis with them: everything is imported when it is first used."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'autograder' has no attribute {name!r}")
