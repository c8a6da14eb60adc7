"""The attacks again as an ordinary user, and as root with a user of its own for each worker.

Both need a Python that every user may read. Where it lies under a private home, one is put together from links.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
NOBODY = 65534
SAMPLE = (
    "machine/ or reading/ or right_submission or wrong_submission or fork or memory_ or thread or descriptors"
    " or channel or plain_call or torch_function or trace_switched"
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="users are changed with setpriv, on Linux"),
    pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="only root can become somebody else"),
    pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (util-linux) is not installed"),
]


def open_to_all(path: Path) -> bool:
    return all(part.stat().st_mode & 0o005 == 0o005 for part in (path, *path.parents))


@pytest.fixture(scope="module")
def python():
    """An interpreter with this environment's packages that every user may run."""
    root = Path(tempfile.mkdtemp(prefix="judge-users-", dir="/tmp"))
    root.chmod(0o755)
    base, site = Path(sys.base_prefix), Path(sysconfig.get_path("purelib"))
    for path in (REPOSITORY, site):
        if not open_to_all(path):
            pytest.skip(f"{path} may not be read by every user")
    try:
        home = base if open_to_all(base) else linked(base, root / "python")
        environment = root / "environment"
        (environment / "bin").mkdir(parents=True)
        (environment / "pyvenv.cfg").write_text(f"home = {home / 'bin'}\ninclude-system-site-packages = false\n")
        executable = environment / "bin" / "python"
        executable.symlink_to(home / "bin" / Path(os.path.realpath(sys.executable)).name)
        packages = environment / site.relative_to(Path(sys.prefix))
        packages.mkdir(parents=True)
        for entry in site.iterdir():
            (packages / entry.name).symlink_to(entry)
        yield executable
    finally:
        shutil.rmtree(root)


def linked(base: Path, target: Path) -> Path:
    try:
        shutil.copytree(
            base,
            target,
            copy_function=os.link,
            symlinks=True,
            ignore=shutil.ignore_patterns("site-packages", "test", "share", "include"),
        )
    except OSError as error:
        pytest.skip(f"no hard links from {base} to {target}: {error.strerror}")
    return target


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
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    attacked(python, user, "kept")


def test_attacks_on_workers_with_a_user_of_their_own(python):
    attacked(python, [], "on")
