"""`autograder lab`: JupyterLab on the course."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

import click

from autograder.cli.errors import one_line
from autograder.course import CourseError, find_course

START_PAGE = "start.ipynb"


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[OF JUPYTERLAB]…")
def lab(options: tuple[str, ...]) -> None:
    """Open the course in JupyterLab, on its start page. Other options go to JupyterLab, such as --no-browser or --port=8890."""
    with one_line():
        course = find_course()
        folder = course.root / "exercises"
        if not folder.is_dir():
            raise CourseError(f"{course.root} has no exercises/ yet: run `autograder build`.")
        if find_spec("jupyterlab") is None:
            raise CourseError("JupyterLab is not installed: pip install jupyterlab.")
        first = START_PAGE if (folder / START_PAGE).is_file() else ""
        command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}"]
        os.execv(sys.executable, [*command, f"--LabApp.default_url=/lab/tree/{first}".rstrip("/"), *options])
