"""The attacks again as an ordinary user, and as root with a user of its own for each worker."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from users import AS_NOBODY, REPOSITORY, only_root_can, python_for_everybody

SAMPLE = (
    "machine/ or reading/ or right_submission or wrong_submission or fork or memory_ or thread or descriptors"
    " or channel or plain_call or torch_function or trace_switched"
)

pytestmark = [pytest.mark.slow, *only_root_can]


@pytest.fixture(scope="module")
def python():
    with python_for_everybody() as executable:
        yield executable


def attacked(python, command, layer):
    """Run the sample of attacks. Every worker's layers are asked for first."""
    folder = Path(tempfile.mkdtemp(prefix="judge-users-work-", dir="/tmp"))
    folder.chmod(0o777)
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    variables |= {name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")}
    asked = "from autograder.judge.client import Judge\nwith Judge() as j:\n    j.start()\n    print(j.layers['user'])"
    try:
        said = subprocess.run(
            [*command, python, "-c", asked], capture_output=True, text=True, env=variables, cwd=folder
        )
        assert said.stdout.strip() == layer, said.stderr
        tests = [str(REPOSITORY / "tests" / "attacks" / "test_attacks.py"), "-k", SAMPLE]
        options = [
            "-q",
            "-p",
            "no:cacheprovider",
            "-c",
            str(REPOSITORY / "pyproject.toml"),
            f"--basetemp={folder}/tests",
        ]
        command = [*command, python, "-m", "pytest", *tests, *options]
        done = subprocess.run(command, capture_output=True, text=True, env=variables, cwd=folder)
        assert done.returncode == 0, done.stdout[-5000:]
        assert int(done.stdout.split(" passed")[0].split()[-1]) > 100
    finally:
        shutil.rmtree(folder)


def test_attacks_on_a_grader_that_is_an_ordinary_user(python):
    attacked(python, AS_NOBODY, "kept")


def test_attacks_on_workers_with_a_user_of_their_own(python):
    attacked(python, [], "on")
