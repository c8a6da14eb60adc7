"""What is particular about code that lives in a notebook: where its file is, which of its lines raised, and that it can be stopped."""

from __future__ import annotations

import linecache
import os
import traceback
from pathlib import Path

from autograder.course import UNIT_NAME
from autograder.judge.protocol import Failure
from autograder.judge.session import Session


def notebook_folder() -> Path:
    """The folder of the notebook: the working folder, unless that has been changed and Jupyter says where the notebook is."""
    working = Path.cwd().resolve()
    notebook = os.environ.get("JPY_SESSION_NAME", "")  # Jupyter's server sets it to the notebook's path
    if UNIT_NAME.match(working.name) or not Path(notebook).is_file():
        return working
    return Path(notebook).resolve().parent


class NotebookSession(Session):
    """A session on the names of a running notebook."""

    def failure(self, error: BaseException) -> Failure:
        """As everywhere, but Jupyter's stop button is no answer of the function that happened to be running."""
        if isinstance(error, KeyboardInterrupt):
            raise error
        return super().failure(error)

    def _where(self, error: BaseException) -> str:
        """The innermost line that belongs to the notebook, as Jupyter numbers its cells."""
        for frame, number in reversed(list(traceback.walk_tb(error.__traceback__))):
            if frame.f_globals is self.namespace:
                file = frame.f_code.co_filename
                text = linecache.getline(file, number, frame.f_globals).strip()[:200]
                return f"{_spoken(file)}, line {number}: {text}" if text else ""
        return super()._where(error)


def _spoken(file: str) -> str:
    """`cell [5]` for the file that stands for a cell, else the file's name."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    counts = getattr(getattr(shell, "compile", None), "_filename_map", {})
    return f"cell [{counts[file]}]" if file in counts else Path(file).name
