"""What a hostile submission is played on: a course with secrets, a Grader, and what may be left behind."""

from __future__ import annotations

import ast
import os
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.grading import Grader
from autograder.judge.layers import Isolation
from autograder.judge.limits import Limits
from autograder.results import Result, Verdict
from autograder.submission import Found, read_submission

from course import EXERCISES, QUESTION, SECRETS, UNIT, make_course

HERE = Path(__file__).parent
LIMITS = Limits(cpu_seconds=0.5, wall_seconds=10.0, idle_seconds=0.5, memory_bytes=1 << 27)
# In the name of whatever an attack tries to leave; each test process has its own, since several may run beside each other.
WRITTEN = "autograder-attack"
LEFT_BEHIND = f"{WRITTEN}-by-{os.getpid()}"
PLACES = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.home(), Path.cwd()]
RIGHT = """
import numpy as np
import torch
def plain(x): return x + 1
def inner(a, b): return sum(float(p) * float(q) for p, q in zip(a, b))
def weights(scores):
    e = (scores - scores.max()).exp()
    return e / e.sum()
def steady(x): return np.square(x)
def quick(x): return x ** 2
def moved(x): return x + 1
def running(x, cache=None):
    seen = [*(cache or []), x]
    return torch.cat(seen).sum(), seen
def chosen(log_probs, token):
    best = log_probs(torch.tensor([[token], [token]])).max(-1).indices
    return best[0].item()
"""
WRONG = """
def plain(x): return x + 2
def inner(a, b): return float((a * a).sum())
def weights(scores): return scores / scores.sum()
def steady(x): return x
def vault(x): return x
def quick(x): return x
def moved(x): return x
def running(x, cache=None): return x.sum(), None
def chosen(log_probs, token): return token
quiz.answer("chest", "E")
"""


@dataclass(frozen=True)
class Attack:
    path: Path
    expected: frozenset[Verdict]
    unconfined: frozenset[Verdict]

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"


def read_attack(path: Path) -> Attack:
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""

    def verdicts(key: str) -> frozenset[Verdict]:
        line = re.search(rf"^{key}: ([a-z|]+)$", text, re.MULTILINE)
        return frozenset(Verdict(word) for word in line[1].split("|")) if line else frozenset()

    return Attack(path, verdicts("expected"), verdicts("unconfined"))


ATTACKS = [read_attack(path) for path in sorted(HERE.glob("*/*.py"))]


class Scene:
    """A course, and a Grader that works on it. Use `with scene.grader`."""

    def __init__(self, root: Path, isolation: Isolation = Isolation.CONFINED) -> None:
        os.environ["PLANTED"] = SECRETS["environment"]
        self.course = make_course(root / "course")
        self.inbox = root / "submitted"
        self.inbox.mkdir()
        self.grader = Grader(self.course, isolation)
        self.grader.judge.limits = LIMITS

    def grade(self, source: str) -> Result:
        path = self.inbox / "treasure.py"
        source = source.replace("COURSE_PATH", str(self.course.root)).replace(WRITTEN, LEFT_BEHIND)
        path.write_text(source, "utf-8")
        return self.grader.grade(read_submission(Found("mallory", UNIT, path), EXERCISES))

    def verdicts(self, source: str) -> dict[str, Verdict]:
        """Of the exercises; the quiz is left out."""
        return {each.name: each.verdict for each in self.grade(source).exercises if each.name != QUESTION}


def left_behind() -> list[Path]:
    return [entry for place in PLACES if place.is_dir() for entry in place.glob(f"*{LEFT_BEHIND}*")]


def children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found.append(int(stat.parent.name))
    return found
