"""Values at a place in a question's text, and code that needs more than NumPy."""

from __future__ import annotations

import ast
import re
from typing import Any

from autograder.quiz.kinds import Shown

from ..listings import printed_by


def values(pattern: str, text: str) -> list[Any]:
    """What the groups of `pattern` find in `text`, as Python values; line breaks count as blanks."""
    found = re.search(pattern, text.replace("\n", " "))
    assert found, f"{pattern} is not in: {text}"
    return [ast.literal_eval(group) for group in found.groups()]


def printed_with(shown: Shown, **names: Any) -> str:
    """What the code of the question prints, with `names` for what the student has written."""
    return printed_by(shown.code, **names)
