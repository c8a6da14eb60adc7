"""Every hostile submission below this folder, against the real judge: the verdict it must get, no marks, no secret, nothing left behind.

An attack is a submission: a .py file whose docstring states its aim and then the verdicts it may get (`expected: crashed|error`). One
whose attempt would succeed without confinement says so (`unconfined: passed`): there, the attempt is real. `COURSE_PATH` in its text is
replaced by the course's path: an attacker may know it. One attack in seven runs with the quick tests, all of them with the slow ones.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from autograder.judge.layers import Isolation
from autograder.report import html_exercise, text_exercise
from autograder.results import Report, Verdict, encode

from course import BEGINNINGS, EXERCISES, QUESTION, SECRETS
from scene import ATTACKS, RIGHT, WRONG, Attack, Scene, children, left_behind

KNOWN_LIMITS = {
    "time/loop_in_one_line": "a loop that runs inside one C call issues one step: the CPU time against the reference is what shows it",
}
QUICK = 7


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    scene = Scene(tmp_path_factory.mktemp("attacks"))
    with scene.grader:
        yield scene


@pytest.fixture(scope="module")
def open_scene(tmp_path_factory):
    scene = Scene(tmp_path_factory.mktemp("attacks"), Isolation.PROCESS)
    with scene.grader:
        yield scene


def attacked(result):
    """The exercises that the attack wrote something for."""
    return [
        each
        for each in result.exercises
        if not (each.name == QUESTION and each.verdict is Verdict.UNANSWERED)
        and "does not define" not in each.tests[0].message
    ]


def parameter(number: int, attack: Attack):
    reason = KNOWN_LIMITS.get(attack.name)
    marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
    return pytest.param(attack, id=attack.name, marks=marks if number % QUICK == 0 else [*marks, pytest.mark.slow])


@pytest.mark.parametrize("attack", [parameter(number, attack) for number, attack in enumerate(ATTACKS)])
def test_an_attack_gains_nothing(scene, attack):
    result = scene.grade(attack.path.read_text("utf-8"))
    tried = attacked(result)
    assert tried, "the attack was never run"
    assert {exercise.verdict for exercise in tried} <= attack.expected, [e.tests for e in tried]
    assert result.points == 0.0
    told = encode(Report([result])).decode()
    told += "".join(text_exercise(exercise) + html_exercise(exercise) for exercise in result.exercises)
    assert not any(beginning in told for beginning in BEGINNINGS)
    assert len(told) < 1 << 18
    assert children(scene.grader.judge.link.pid) == []
    assert left_behind() == []
    assert scene.verdicts("def plain(x): return x + 1")["plain"] is Verdict.PASSED


@pytest.mark.slow
@pytest.mark.parametrize("attack", [one for one in ATTACKS if one.unconfined], ids=lambda attack: attack.name)
def test_without_confinement_the_attempt_would_succeed(open_scene, attack):
    result = open_scene.grade(attack.path.read_text("utf-8"))
    for path in left_behind():
        path.unlink()
    assert {exercise.verdict for exercise in attacked(result)} <= attack.unconfined


def test_there_are_enough_attacks_and_each_says_what_it_expects():
    assert len(ATTACKS) >= 80
    assert [attack.name for attack in ATTACKS if not attack.expected or Verdict.PASSED in attack.expected] == []
    assert [attack.name for attack in ATTACKS if Verdict.INTERNAL in attack.expected] == []


def test_a_right_submission_passes(scene):
    assert scene.verdicts(RIGHT) == dict.fromkeys(EXERCISES, Verdict.PASSED) | {"vault": Verdict.MISSING}


def test_a_wrong_submission_fails(scene):
    result = scene.grade(WRONG)
    assert {exercise.verdict for exercise in result.exercises} == {Verdict.FAILED}
    assert result.points == 0.0


def test_a_secret_that_came_back_would_be_seen(scene):
    result = scene.grade(f"def vault(x):\n    raise ValueError({SECRETS['grader']!r})")
    assert any(beginning in encode(Report([result])).decode() for beginning in BEGINNINGS)
