"""Numbers as they stand in the text of a question."""

from __future__ import annotations

import ast
import contextlib
import io
import re
from typing import Any

import numpy as np

from autograder.quiz.kinds import Shown


def lists(shown: Shown) -> list[Any]:
    """Every `[1, -2]` in the text, in order."""
    return [ast.literal_eval(found) for found in re.findall(r"\[[-\d., ]+\]", shown.text)]


def shapes(shown: Shown) -> list[tuple[int, ...]]:
    """Every `(2, 3)` in the text, in order."""
    return [ast.literal_eval(found) for found in re.findall(r"\(\d+(?:, ?\d+)*,?\)", shown.text)]


def numbers(shown: Shown) -> list[int]:
    """Every whole number that stands alone in the text, in order."""
    return [int(found) for found in re.findall(r"(?<![\w.^])\d+(?![\w.]*\w)", shown.text)]


def printed(shown: Shown) -> str:
    """What the code of the question prints when it is run."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(shown.code, {"np": np})
    return out.getvalue()


def option_with(shown: Shown, part: str) -> str:
    """The one option that holds `part`."""
    (found,) = [option for option in shown.options if part in option]
    return found
