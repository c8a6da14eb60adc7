"""Listings with and without their faults, so that they can be run."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import torch
from torch import nn

from .quizzes import quiz_named


def right_listing(unit: str, question: str) -> str:
    """The listing without its fault."""
    return "\n".join(line.text for line in _lines(unit, question))


def wrong_listings(unit: str, question: str) -> dict[int, str]:
    """Line number, from 1, to the listing with that line's fault in it."""
    lines = _lines(unit, question)
    return {
        place + 1: "\n".join(line.wrong if number == place else line.text for number, line in enumerate(lines))
        for place, faulty in enumerate(lines)
        if faulty.wrong
    }


def printed_by(code: str, **names: Any) -> str:
    """What `code` prints, with NumPy and PyTorch at hand and `names` defined."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, {"np": np, "torch": torch, "nn": nn, **names})
    return out.getvalue()


def _lines(unit: str, question: str) -> Any:
    return quiz_named(unit).questions[question].pose().lines
