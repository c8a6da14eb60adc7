"""A student's evening in JupyterLab: open the release, fill in a stub, check, read what is wrong, mend it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .jupyter import REPOSITORY, Desk, Server, jupyterlab

pytestmark = pytest.mark.slow

NAIVE = """\
def softmax(x, axis=-1):
    shares = np.exp(x)
    return shares / shares.sum(axis=axis, keepdims=True)
"""
RIGHT = """\
def softmax(x, axis=-1):
    highest = x.max(axis=axis, keepdims=True)
    shares = np.exp(x - np.where(np.isinf(highest), 0, highest))
    total = shares.sum(axis=axis, keepdims=True)
    return shares / np.where(total == 0, 1, total)
"""
WRONG_AXIS = """\
def softmax(x, axis=-1):
    shares = np.exp(x - x.max())
    return shares / shares.sum()
"""


@pytest.fixture(scope="module")
def server(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab on a student's copy of the course: the release, and nothing else."""
    home = tmp_path_factory.mktemp("student")
    copy = home / "course" / "exercises"
    shutil.copytree(REPOSITORY / "exercises", copy, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    with jupyterlab(copy, home / "home") as server:
        yield server


@pytest.fixture
def desk(browser: Any, server: Server, shots: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1360, "height": 1000})
    desk = Desk(context.new_page(), server, shots)
    yield desk
    desk.shot(f"end-of-{request.node.name}")
    context.close()


def test_the_start_page_says_what_there_is_and_what_is_next(desk):
    desk.open("start.ipynb")
    told = desk.run(desk.cell("from autograder import progress"))
    desk.shot("student-1-start")
    assert "01_vectors" in told
    assert "0 of 7 exercises" in told
    assert "next: dot, in 01_vectors/vectors.ipynb" in told


def test_a_stub_is_filled_in_checked_and_mended(desk):
    desk.open("02_softmax/softmax.ipynb")
    desk.run(desk.cell("import numpy as np"))
    desk.run(desk.cell("def softmax("))
    told = desk.run(desk.cell("check(softmax)"))
    desk.shot("student-2-untouched")
    assert "not written yet" in told

    desk.write(desk.cell("def softmax("), NAIVE)
    desk.run(desk.cell("def softmax("))
    told = desk.run(desk.cell("check(softmax)"))
    desk.shot("student-3-naive")
    assert "Large scores give no nan" in told
    assert "Traceback" not in told

    desk.write(desk.cell("def softmax("), RIGHT)
    desk.run(desk.cell("def softmax("))
    told = desk.run(desk.cell("check(softmax)"))
    desk.shot("student-4-right")
    assert "passed" in told
    assert "wrong answer" not in told
    desk.save()


def test_a_wrong_array_is_drawn_beside_the_right_one_in_both_themes(browser, server, shots):
    for theme in ("light", "dark"):
        context = browser.new_context(viewport={"width": 1360, "height": 1000}, color_scheme=theme)
        desk = Desk(context.new_page(), server, shots)
        desk.open("02_softmax/softmax.ipynb")
        if theme == "dark":
            desk.menu("Settings", "Theme", "JupyterLab Dark")
        desk.run(desk.cell("import numpy as np"))
        desk.write(desk.cell("def softmax("), WRONG_AXIS)
        desk.run(desk.cell("def softmax("))
        told = desk.run(desk.cell("check(softmax)"))
        desk.shot(f"student-5-{theme}")
        assert "Axis says where the shares add up to 1" in told
        context.close()
