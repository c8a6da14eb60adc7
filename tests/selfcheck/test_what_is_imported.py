"""What a student waits for when the first cell runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = ("autograder.release", "autograder.grading.grade", "jupytext", "nbformat", "nbgrader", "torch", "jinja2")


def test_check_brings_nothing_with_it_that_only_grading_or_building_needs():
    """The validator behind nbformat alone takes seconds to import."""
    script = f"import sys\nfrom autograder import check\nprint([name for name in {HEAVY} if name in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert found.stdout == "[]\n"
