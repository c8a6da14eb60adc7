"""The package as `pip install` leaves it and a folder of notebooks: no repository, no nbgrader, as on a hosted notebook service."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[2]

NOTEBOOK = """
import autograder
print("from", autograder.__file__)

from autograder import check, progress

def dot(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} components")
    return float(sum(x * y for x, y in zip(a, b)))

def norm(a):
    return dot(a, a)

print(check(dot))
print(check(norm))
print(len(check(norm)._repr_html_()), "characters of HTML")
progress()
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, beside a module that stands for the lack of nbgrader."""
    root = tmp_path_factory.mktemp("installed")
    source = root / "source"
    source.mkdir()
    shutil.copytree(REPOSITORY / "autograder", source / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, source)
    building = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "."]
    subprocess.run([*building, "--wheel-dir", str(root)], cwd=source, check=True, capture_output=True)
    (wheel,) = root.glob("*.whl")
    site = root / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    shutil.rmtree(source)
    (site / "nbgrader.py").write_text('raise ModuleNotFoundError("a student has no nbgrader", name="nbgrader")\n')
    return site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a student was given: two units."""
    for unit in ("01_vectors", "02_softmax"):
        shutil.copytree(REPOSITORY / "exercises" / unit, tmp_path / "exercises" / unit)
    return tmp_path


def told(site: Path, folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site), "COLUMNS": "120", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *arguments]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr


def test_checks_and_progress_work_in_a_notebook(site, folder):
    text = told(site, folder / "exercises" / "01_vectors", "-c", NOTEBOOK)
    assert f"from {site}" in text, "the wheel was used, not the repository"
    assert "dot · passed" in text
    assert "norm · wrong answer" in text
    assert "characters of HTML" in text
    assert "01_vectors" in text.rsplit("characters of HTML", 1)[1]
    assert "Traceback" not in text


def test_pytest_works_on_the_saved_notebooks(site, folder):
    text = told(site, folder, "-m", "pytest", "exercises", "-q", "--color=no")
    assert "next: dot, in exercises/01_vectors/vectors.ipynb" in text
    assert "Traceback" not in text


def test_what_needs_the_solutions_says_so_in_a_line(site, folder):
    text = told(site, folder, "-c", "from autograder.cli import main; main()", "grade", "exercises")
    assert text.startswith("autograder: ")
    assert "a student's copy of the course" in text
    assert "Traceback" not in text
