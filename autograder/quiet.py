"""pytest without its voice, and without what else is installed beside it: grading and checks say what is shown, in their own words."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# The collection of garbage that `unraisableexception` forces at the end takes longer than the tests of an exercise.
_LEFT_OUT = (
    "cacheprovider", "terminal", "unraisableexception", "threadexception", "logging", "faulthandler", "doctest", "junitxml",
    "pastebin", "debugging", "unittest", "legacypath", "setuponly", "setupplan", "stepwise", "freeze_support",
)  # fmt: skip
_ARGUMENTS = (
    "--import-mode=importlib", "--noconftest", "-c", os.devnull, "-p", "autograder.pytest_plugin",
    *(part for name in _LEFT_OUT for part in ("-p", f"no:{name}")),
)  # fmt: skip
_ENVIRONMENT = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}


def run_quietly(
    files: Iterable[Path], *plugins: object, options: Iterable[str] = ("--capture=sys",)
) -> pytest.ExitCode:
    """Run the tests in `files` with `plugins`, which get to know what there is to know. What they print is dropped.

    Args:
        options: of pytest, instead of those that drop it.
    """
    paths = [os.path.abspath(file) for file in files]
    # Otherwise pytest looks at everything in every folder above the files.
    above = [f"--confcutdir={os.path.commonpath(map(os.path.dirname, paths))}"] if paths else []
    with _environment():
        return pytest.ExitCode(pytest.main([*_ARGUMENTS, *options, *above, *paths], plugins=list(plugins)))


@contextmanager
def _environment() -> Iterator[None]:
    """Plugins and options that somebody has for other work must not change a mark, or what a check says."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
