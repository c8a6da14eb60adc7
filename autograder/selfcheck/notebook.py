"""What is particular about code that lives in a notebook: where its file is, which of its lines raised, that it can be stopped,
and that somebody waits in front of it.
"""

from __future__ import annotations

import linecache
import os
import re
import sys
import traceback
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

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


def running_cell() -> str:
    """Which run of a cell a person waits for in a notebook; empty elsewhere.

    Notebooks name the cell that they want run. Consoles do not, nor does what runs a notebook with nobody before it, as nbconvert does.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    with suppress(Exception):  # kernels other than Jupyter's own may not know, or say it otherwise
        request = shell.get_parent()  # type: ignore[union-attr]
        return str(request["header"]["msg_id"] if request["metadata"]["cellId"] else "")
    return ""


class SignOfWork:
    """“Checking `softmax` …” below the running cell, until the result takes its place.

    Shown in a notebook only: a console cannot replace what it has shown. Nothing fails because of it.
    """

    def __init__(self) -> None:
        self._shown: Any = None

    def show(self, text: str) -> None:
        """`text` is shown quietly, its `code` as code."""
        if not running_cell():
            return
        with suppress(Exception):
            from IPython.display import display

            marked = re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))
            forms = {"text/plain": text, "text/html": f'<div style="opacity: 0.7">{marked}</div>'}
            self._shown = display(forms, raw=True, display_id=True)

    def replace(self, result: object) -> str:
        """Put the result where the sign is. Returns in which run of a cell it is shown now; empty where there was no sign."""
        if self._shown is None:
            return ""
        with suppress(Exception):
            self._shown.update(result)
            self._shown = None
            return running_cell()
        return ""

    def take_away(self) -> None:
        """Leave nothing to be seen, where no result took the place of the sign."""
        if self._shown is not None:
            with suppress(Exception):
                self._shown.update({}, raw=True)


def _spoken(file: str) -> str:
    """`cell [5]` for the file that stands for a cell, else the file's name."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    counts = getattr(getattr(shell, "compile", None), "_filename_map", {})
    return f"cell [{counts[file]}]" if file in counts else Path(file).name
