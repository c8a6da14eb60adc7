"""No secret is in the memory of a zygote or a worker: looked for from outside, byte by byte, and from inside.

Every search has its control: planted where it may be found, the same secret is found.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "attacks"))
sys.path.insert(0, str(Path(__file__).parent))
from course import EXERCISES, SECRETS, UNIT, make_course
from programs import pieces

from autograder.grading import Grader
from autograder.judge.limits import Limits
from autograder.submission import Found, read_submission

SUBMISSION = "def plain(x): return x + 1\ndef vault(x): return x\n"
PIECE = 1 << 24


def memory_of(pid: int):
    """What the process has in memory, in pieces that overlap by a page."""
    try:
        maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
        memory = open(f"/proc/{pid}/mem", "rb", 0)  # noqa: SIM115
    except PermissionError:
        pytest.skip("reading another process's memory needs root here")
    with memory:
        for line in maps:
            span, rights = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            if "r" not in rights or "[v" in line:
                continue
            for at in range(start, end, PIECE):
                try:
                    memory.seek(at)
                    yield memory.read(min(end - at, PIECE + 4096))
                except OSError:
                    continue


def found_in(pid: int, needles: dict[str, str]) -> set[str]:
    raw = {name: needle.encode() for name, needle in needles.items()}
    return {name for piece in memory_of(pid) for name, needle in raw.items() if needle in piece}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A Grader that has graded something, on a course with secrets, started from an environment with another."""
    root = tmp_path_factory.mktemp("memory")
    os.environ["PLANTED"] = SECRETS["environment"]
    path = root / "treasure.py"
    path.write_text(SUBMISSION)
    with Grader(make_course(root / "course")) as grader:
        grader.grade(read_submission(Found("mallory", UNIT, path), EXERCISES))
        yield grader


def test_neither_zygote_nor_worker_holds_a_secret(graded):
    assert found_in(graded.judge.link.pid, SECRETS) == set()
    with graded.judge.worker(pieces(SUBMISSION)) as worker:
        worker.call("vault", [1.0])
        assert found_in(worker.pid, SECRETS) == set()


def test_the_search_finds_the_secrets_in_the_grader(graded):
    assert found_in(os.getpid(), SECRETS) == set(SECRETS)


def test_the_search_finds_what_a_submission_keeps(graded):
    needle = secrets.token_hex(16)
    with graded.judge.worker(pieces(f"kept = {needle!r}.upper()\ndef f(): return 1")) as worker:
        assert found_in(worker.pid, {"kept": needle.upper()}) == {"kept"}


INSIDE = """
import ctypes
import sys

access = ctypes.CDLL(None, use_errno=True).access
PAGE = 4096


def readable(address):
    '''The kernel says EFAULT for a path that is nowhere; anything else means that the page is there.'''
    return access(ctypes.c_void_p(address), 0) == 0 or ctypes.get_errno() != 14


def pages(start):
    for step in (PAGE, -PAGE):
        at = start if step > 0 else start - PAGE
        while readable(at) and abs(at - start) < 1 << 27:
            yield at
            at += step


def count(heads, tail):
    needles = [head.encode() + tail.encode() for head in heads]
    marks = [id(value) for module in list(sys.modules.values()) for value in list(vars(module).values())]
    marks += [ctypes.addressof(ctypes.create_string_buffer(size)) for size in (8, 600, 5000)]
    seen, hits = set(), [0] * len(needles)
    for arena in sorted({mark >> 20 << 20 for mark in marks}):
        for page in pages(arena if readable(arena) else arena + (1 << 19)):
            if page in seen:
                break
            seen.add(page)
            content = ctypes.string_at(page, PAGE)
            hits = [hit + content.count(needle) for hit, needle in zip(hits, needles)]
    return hits, len(seen) * PAGE


kept = [("{kept}" + "x")[:-1] for _ in range(3)]
"""
COMMON = "-4711"


def test_a_submission_that_reads_its_own_memory_finds_only_what_is_its_own(graded):
    """Secrets are asked for in halves, so that the question is not the answer."""
    mine = secrets.token_hex(16)
    limits, graded.judge.limits = graded.judge.limits, Limits(cpu_seconds=200, wall_seconds=400)
    try:
        with graded.judge.worker(pieces(INSIDE.replace("{kept}", mine + COMMON))) as worker:
            halves = [secret[:-5] for secret in SECRETS.values() if secret.endswith(COMMON)]
            (own, *others), scanned = worker.call("count", [[mine, *halves], COMMON])
    finally:
        graded.judge.limits = limits
    assert scanned > 1 << 24
    assert own >= 3
    assert max(others) <= 1  # the needle itself
