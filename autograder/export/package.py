"""A unit's autograder as the zip file that Gradescope asks for: setup.sh, run_autograder, and the course.

The zip holds the solutions: it goes to Gradescope and to nobody else. Grading there is confined as everywhere, or refused.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from autograder.course import Course, CourseError

SETUP = """\
#!/usr/bin/env bash
# Run once, when the image is made.
set -euo pipefail
apt-get update
apt-get install --yes python3 python3-venv
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "choose a base image with Python 3.11 or later")'
python3 -m venv /autograder/venv
# PyTorch as it comes brings CUDA, some gigabytes: to save them, install its build for the CPU here, as PyTorch's own page says.
/autograder/venv/bin/pip install /autograder/source/course
"""
RUN = """\
#!/usr/bin/env bash
# Run for every submission. Without a results.json Gradescope reports a failure and gives no marks.
set -euo pipefail
cd /autograder/source/course
/autograder/venv/bin/autograder grade /autograder/submission --unit {unit} --json /autograder/report.json
/autograder/venv/bin/autograder export /autograder/report.json --to gradescope --out /autograder/results/results.json
"""
COPIED = ("autograder", "solutions", "exercises", "pyproject.toml", "README.md", "LICENSE")
LEFT_OUT = {"__pycache__", ".cache", ".ipynb_checkpoints"}
NO_DATE = (1980, 1, 1, 0, 0, 0)


def gradescope_zip(course: Course, unit: str) -> bytes:
    """The same bytes for the same course. Raises CourseError for a student's copy, or a unit that does not exist."""
    if not course.has_solutions:
        raise CourseError(f"{course.root} is a student's copy: an autograder needs its solutions/ folder.")
    name = course.unit(unit).name
    files = {"setup.sh": SETUP.encode(), "run_autograder": RUN.format(unit=name).encode()}
    for top in COPIED:
        for path in _files(course.root / top):
            files[f"course/{path.relative_to(course.root).as_posix()}"] = path.read_bytes()
    if "course/pyproject.toml" not in files:
        raise CourseError(f"{course.root} has no pyproject.toml: build the zip from a clone of the project.")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, data in sorted(files.items()):
            entry = zipfile.ZipInfo(place, NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if "/" not in place else 0o644) << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


def _files(top: Path) -> list[Path]:
    if top.is_file():
        return [top]
    return [path for path in sorted(top.rglob("*")) if path.is_file() and not LEFT_OUT.intersection(path.parts)]
