"""pytest without its voice, and without what else is installed beside it: in a notebook only our own words are shown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# The collection of garbage that `unraisableexception` forces at the end takes longer than the checks of an exercise.
_LEFT_OUT = (
    "cacheprovider", "terminal", "unraisableexception", "threadexception", "logging", "faulthandler", "doctest", "junitxml",
    "pastebin",
)  # fmt: skip
_ARGUMENTS = (
    "--import-mode=importlib", "--noconftest", "--capture=sys", "-c", os.devnull, "-p", "autograder.pytest_plugin",
    *(part for name in _LEFT_OUT for part in ("-p", f"no:{name}")),
)  # fmt: skip
_ENVIRONMENT = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}


def run_quietly(files: Iterable[Path], plugin: object) -> pytest.ExitCode:
    """Run the tests in `files` with `plugin`, which gets to know what there is to know. What they print is dropped."""
    with _environment():
        return pytest.ExitCode(pytest.main([*_ARGUMENTS, *map(str, files)], plugins=[plugin]))


@contextmanager
def _environment() -> Iterator[None]:
    """Plugins and options that a student has installed for other work must not change what a check says."""
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
