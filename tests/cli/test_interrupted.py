"""A class run that does not get to its end: what was graded is kept, and the next run goes on from there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "grading"))
from tiny import tiny_course

from autograder.course import find_course
from autograder.grading.kept import KeptResults
from autograder.judge.layers import Isolation
from autograder.results import ExerciseResult, Result, Verdict, decode_report
from autograder.submission import find_submissions

SOURCES = {
    "ann": "def double(x): return x + x\ndef quadruple(x): return 4 * x\n",
    "bob": "def double(x): return x * x\ndef quadruple(x): return 4 * x\n",
    "zoe": "def double(x):\n    while True: pass\ndef quadruple(x):\n    while True: pass\n",
}
POINTS = {"ann": 6, "bob": 2, "zoe": 0}
# A terminal's processes take Ctrl-C; what a script runs in the background ignores it, and so would its children.
COMMAND_LINE = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from autograder.cli import main
main()
"""
COMMAND = [sys.executable, "-c", COMMAND_LINE, "grade", "class", "--json", "results.json"]


@pytest.fixture
def home(tmp_path):
    """A course and a class of three, the last of whom takes long."""
    tiny_course(tmp_path)
    for student, source in SOURCES.items():
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / "steps.py").write_text(source)
    return tmp_path


def start(home, *arguments):
    """The command as a terminal runs it: a process group of its own."""
    variables = os.environ | {"COLUMNS": "200", "MARK": str(home)}
    return subprocess.Popen(
        [*COMMAND, *arguments], cwd=home, env=variables, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def finish(home, *arguments):
    process = start(home, *arguments)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def kept_files(home):
    return sorted((home / "results").rglob("*.json"))


def wait_for(process, condition):
    while not condition():
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"it ended too soon: {process.communicate()}")


def marked(home):
    """The command's processes."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if f"MARK={home}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def points(home):
    return {
        result["submission"]: result["points"] for result in json.loads((home / "results.json").read_text())["results"]
    }


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_costs_only_what_was_being_graded(home, jobs):
    process = start(home, "--jobs", str(jobs))
    wait_for(process, lambda: len(kept_files(home)) == 2)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.strip().splitlines() == [
        "autograder: Interrupted: 2 of 3 submissions are graded. Run the same command again to go on from there."
    ]
    assert marked(home) == []
    assert not (home / "results.json").exists()
    before = {file: file.read_bytes() for file in kept_files(home)}
    code, _, err = finish(home, "--jobs", str(jobs))
    assert (code, err) == (0, "")
    assert points(home) == POINTS
    assert len(kept_files(home)) == 3
    assert all(file.read_bytes() == content for file, content in before.items())


def below(pid):
    """A process's children, theirs, and so on."""
    children = [
        int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()
    ]
    return children + [each for child in children for each in below(child)]


@pytest.mark.slow
def test_a_command_that_is_killed_leaves_no_process(home):
    process = start(home, "--jobs", "2")
    wait_for(process, lambda: len(kept_files(home)) == 2)
    others = below(process.pid)
    assert len(others) >= 5  # two graders and what forks them, two zygotes and what they branch off from
    process.kill()
    process.communicate(timeout=300)
    deadline = time.monotonic() + 120
    while any(Path(f"/proc/{pid}").exists() for pid in others):
        assert time.monotonic() < deadline, "there are processes left"
        time.sleep(0.05)


@pytest.mark.slow
def test_a_process_that_is_lost_is_replaced(home):
    process = start(home, "--jobs", "2")
    wait_for(process, lambda: len(kept_files(home)) == 2)
    # In the order of their start: what forks graders ends before they do, and is not asked for others while it ends.
    for pid in sorted({*marked(home)} - {process.pid}):
        if b"multiprocessing.forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    _, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    assert points(home) == POINTS


@pytest.mark.slow
def test_what_has_not_changed_is_not_graded_again(home):
    shutil.rmtree(home / "class" / "zoe")
    finish(home)
    first = decode_report((home / "results.json").read_bytes())
    finish(home)
    assert decode_report((home / "results.json").read_bytes()) == first  # to the timing
    (home / "class" / "bob" / "steps.py").write_text(SOURCES["ann"])
    finish(home)
    assert points(home) == {"ann": 6, "bob": 6}
    kept = kept_files(home)
    for file in kept:
        file.write_bytes(file.read_bytes()[:-50])
    finish(home, "--again")
    assert points(home) == {"ann": 6, "bob": 6}


@pytest.fixture
def small_disk():
    mounted = []

    def mount(folder, size):
        folder.mkdir(parents=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True)
        if done.returncode != 0:
            pytest.skip("a small disk can be mounted by root only, and not in every container")
        mounted.append(folder)
        (folder / "filler").write_bytes(b"x" * 8192)

    yield mount
    for folder in mounted:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.slow
def test_without_room_for_results_grading_goes_on_and_says_so(home, small_disk):
    shutil.rmtree(home / "class" / "zoe")
    small_disk(home / "results", "8k")
    code, _, err = finish(home)
    assert code == 0
    assert len(err.splitlines()) == 1
    assert "cannot be kept" in err
    assert "No space left on device" in err
    assert points(home) == {"ann": 6, "bob": 2}
    assert [path.name for path in (home / "results").rglob("*") if path.is_file()] == ["filler"]


@pytest.mark.slow
def test_without_room_for_the_report_there_is_one_line_and_no_half_of_it(home, small_disk):
    shutil.rmtree(home / "class" / "zoe")
    small_disk(home / "reports", "12k")
    code, _, err = finish(home, "--json", "reports/results.json")
    assert code == 2
    (line,) = err.splitlines()
    assert "No space left on device" in line
    assert "reports/results.json" in line
    assert [path.name for path in (home / "reports").iterdir()] == ["filler"]
    code, _, err = finish(home, "--json", "results.json", "--out", "reports/pages")
    assert code == 2
    (line,) = err.splitlines()
    assert "reports/pages" in line
    assert not list((home / "reports").rglob("*.partial"))


def kept_one(home):
    """What keeps Results, where it would keep Ann's, and a Result for her."""
    course = find_course(home)
    kept = KeptResults(course, Isolation.CONFINED, lambda error: pytest.fail(str(error)))
    (found,) = find_submissions([home / "class" / "ann"], course)
    return kept, kept.file_of(found), Result("ann", "01_steps", 6, 6, "confined", [])


def test_a_kept_result_is_found_until_anything_it_follows_from_changes(home):
    kept, file, result = kept_one(home)
    kept.write(file, result)
    assert kept.read(kept_one(home)[1]) == result
    changes = [
        lambda: (home / "solutions" / "course.toml").write_text('seed = "other"\n'),
        lambda: (home / "solutions" / "01_steps" / "grade_steps.py").write_text("# other"),
        lambda: (home / "class" / "ann" / "steps.py").write_text("# other"),
    ]
    files = {file}
    for change in changes:
        change()
        files.add(kept_one(home)[1])
    assert len(files) == 4


def test_a_fault_of_ours_is_never_kept(home):
    kept, file, result = kept_one(home)
    exercise = ExerciseResult("double", Verdict.INTERNAL, 0, 4, [])
    kept.write(file, msgspec.structs.replace(result, exercises=[exercise]))
    assert kept.read(file) is None
    assert kept_files(home) == []


@pytest.mark.parametrize("cut", [0, 1, 100])
def test_half_a_file_is_no_result(home, cut):
    kept, file, result = kept_one(home)
    kept.write(file, result)
    file.write_bytes(file.read_bytes()[:cut])
    assert kept.read(file) is None
