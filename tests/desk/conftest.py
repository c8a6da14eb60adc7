"""A headless Chromium for the tests of the desks. Where there is none, they are skipped, with what to install."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
HOW = "pip install 'transformer-autograder[browser]', then apt install chromium or `playwright install chromium`"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The machine's own Chromium, or the one that Playwright has installed."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        pytest.skip(f"Playwright is not installed: {HOW}.")
    own = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=own, args=["--no-sandbox"])
        except Error as error:
            pytest.skip(f"No Chromium starts ({str(error).splitlines()[0]}): {HOW}.")
        yield started
        started.close()


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: a temporary folder, or what DESK_SCREENSHOTS names."""
    named = os.environ.get("DESK_SCREENSHOTS")
    return Path(named) if named else tmp_path_factory.mktemp("screenshots")
