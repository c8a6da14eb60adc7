"""What tests need that are run as another user than root.

Another user needs a Python that everybody may read. Where it lies under a private home, one is put together from links.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]

only_root_can = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="users are changed with setpriv, on Linux"),
    pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="only root can become somebody else"),
    pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (util-linux) is not installed"),
]


@contextmanager
def python_for_everybody() -> Iterator[Path]:
    """An interpreter with this environment's packages that every user may run. Where there is none, the test is skipped."""
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


def open_to_all(path: Path) -> bool:
    return all(part.stat().st_mode & 0o005 == 0o005 for part in (path, *path.parents))


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
