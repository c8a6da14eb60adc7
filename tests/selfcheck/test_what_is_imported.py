"""What a student waits for when the first cell runs, and the first check."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
HEAVY = ("autograder.release", "autograder.grading.grade", "jupytext", "nbformat", "nbgrader", "torch", "jinja2")
NUMPY_UNITS = ("01_vectors", "02_softmax", "03_attention", "04_masks", "05_multihead")
LAYER_NORM = """
import torch

def layer_norm(x, weight, bias, eps=1e-5):
    apart = x - x.mean(-1, keepdim=True)
    return weight * apart / torch.sqrt((apart * apart).mean(-1, keepdim=True) + eps) + bias
"""
ONLINE_SOFTMAX = """
import torch

def online_softmax(x, block):
    return torch.exp(x - x.amax(-1, keepdim=True))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A student's copy of the course."""
    ignored = shutil.ignore_patterns("__pycache__", ".*cache")
    shutil.copytree(REPOSITORY / "exercises", tmp_path / "exercises", ignore=ignored)
    return tmp_path


def imported(script: str, names: tuple[str, ...], folder: Path) -> str:
    """Which of the modules are there after a student has run the script; what it prints comes before."""
    script += f"\nimport sys\nprint([name for name in {names} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True)
    assert run.stderr == ""
    return run.stdout


def test_check_brings_nothing_with_it_that_only_grading_or_building_needs(copy):
    """The validator behind nbformat alone takes seconds to import."""
    assert imported("from autograder import check", HEAVY, copy) == "[]\n"


def test_a_unit_on_numpy_is_checked_without_pytorch(copy):
    """All exercises but the one whose checks compare with PyTorch's softmax. Importing it takes longer than all checks together."""
    checks = f"""
from autograder import check
from autograder.course import find_course
from autograder.selfcheck.names import checked_exercises

course = find_course()
for unit in map(course.unit, {NUMPY_UNITS}):
    for name in checked_exercises(unit):
        if name != "check_softmax":
            globals()[name] = lambda *inputs, **options: inputs[0]
            assert not check(name, folder=unit.notebook.parent)
"""
    assert imported(checks, ("torch",), copy) == "[]\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("unit", "name", "solution"),
    [("08_addnorm", "layer_norm", LAYER_NORM), ("12_efficient", "online_softmax", ONLINE_SOFTMAX)],
    ids=["watched", "counted"],
)
def test_watching_pytorch_does_without_its_compiler(copy, unit, name, solution):
    """`layer_norm` is watched for forbidden operations, `online_softmax` counted."""
    check = (
        f"{solution}\nfrom autograder import check\nprint(len(check({name}, folder='exercises/{unit}').exercise.tests))"
    )
    tests, modules = imported(check, ("torch", "torch._dynamo"), copy).splitlines()
    assert int(tests) > 5
    assert modules == "['torch']"


@pytest.mark.slow
def test_a_forbidden_function_that_is_imported_in_the_call_is_seen_in_the_next(copy):
    check = """
import numpy as np
from autograder import check

def softmax(x, axis=-1):
    import torch
    return torch.softmax(torch.from_numpy(x.astype(float)), axis).numpy()

print(*(test.verdict for test in check(softmax, folder='exercises/02_softmax').exercise.tests[1:3]))
"""
    assert imported(check, ("torch",), copy) == "forbidden forbidden\n['torch']\n"
