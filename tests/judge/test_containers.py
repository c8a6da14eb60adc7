"""The judge in containers that refuse what it would like to have: what it can do without, it does without; otherwise it says so and stops.

A container is played by a filter of system calls around the whole grader, as container engines put one around theirs.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from users import AS_NOBODY, REPOSITORY, only_root_can, python_for_everybody

from autograder.judge import bubblewrap, landlock, layers, seccomp

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not seccomp.supported() or landlock.version() < 1, reason="this system has no Landlock or no seccomp filter"
    ),
]
NEW_NAMESPACES = 0x7E020000  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET
NO_NAMESPACES = {"unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "pivot_root": 155}
NO_LANDLOCK = {"landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446}
NO_SECCOMP = {"seccomp": 317}

CONTAINER = """
import ctypes, json, os, resource, struct, sys
from autograder.judge import seccomp as s, syscalls
refused = json.loads(sys.argv[1])
program = [s._step(s.LOAD, s.NUMBER_AT)]
program += s._rule(s.CLONE, s._argument(0), s._step(s.JUMP_ANY_BIT, {namespaces}, 0, 1), s._no(), s._yes())
program += s._rule(s.CLONE3, s._step(s.RETURN, s.NOT_THERE))
for number in refused:
    program += s._rule(number, s._no())
data = b"".join([*program, s._yes()])
buffer = ctypes.create_string_buffer(data, len(data))
syscalls.prctl(38, 1)
header = struct.pack("HxxxxxxP", len(data) // 8, ctypes.addressof(buffer))
syscalls.syscall(s.SECCOMP, ctypes.c_long(1), ctypes.c_long(0), header)
resource.setrlimit(resource.RLIMIT_AS, (3 << 29, 3 << 29))  # less than a worker would take: that is no reason to fail
os.execv(sys.executable, [sys.executable, "-P", "-c", sys.argv[2], *sys.argv[3:]])
""".replace("{namespaces}", str(NEW_NAMESPACES))

JUDGED = """
import errno, json, os, sys
from autograder.faults import StudentError
from autograder.judge.client import Judge
from autograder.judge.layers import IsolationError
from autograder.judge.layers import Isolation
from autograder.judge.protocol import Piece

def tried(attempt):
    try:
        attempt()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done"

def unshared():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x10000000):
        raise OSError(ctypes.get_errno(), "unshare")

found = {"user": os.geteuid()}
if sys.argv[1] == "unshare":
    pid = os.fork()
    if not pid:
        os._exit(getattr(errno, tried(unshared), 0))
    found["unshare"] = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
with Judge(Isolation(sys.argv[2])) as judge:
    try:
        judge.start()
        with judge.worker([Piece("def f(x): return x + 1\\ndef g(): return open('/etc/passwd').read()", "cell 1", 1)]) as worker:
            found["answer"] = worker.call("f", [1])
            try:
                found["file"] = worker.call("g", [])[:1]
            except StudentError as error:
                found["file"] = error.type_name
    except IsolationError as error:
        found["refused"] = str(error)
    found["layers"] = judge.layers
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def python():
    with python_for_everybody() as executable:
        yield executable


def in_a_container(refused, isolation="confined", python=sys.executable, command=()):
    folder = Path(tempfile.mkdtemp(prefix="judge-container-", dir="/tmp"))
    folder.chmod(0o777)
    what = "unshare" if refused is NO_NAMESPACES else "nothing"
    arguments = [json.dumps(sorted(refused.values())), JUDGED, what, isolation]
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    variables |= {name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")}
    try:
        ran = subprocess.run(
            [*command, python, "-P", "-c", CONTAINER, *arguments],
            capture_output=True,
            text=True,
            env=variables | {"PYTHONPATH": str(REPOSITORY)},
            cwd=folder,
        )
    finally:
        shutil.rmtree(folder)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads(ran.stdout)


def is_confined_without_namespaces(found):
    assert found["unshare"] == errno.EPERM, "the container refuses nothing"
    assert layers.missing(found["layers"]) == []
    assert found["layers"][bubblewrap.LAYER].startswith("not used: ")
    assert found["answer"] == 2
    assert found["file"] == "PermissionError"


def test_namespaces_are_refused():
    found = in_a_container(NO_NAMESPACES)
    is_confined_without_namespaces(found)
    if shutil.which("bwrap"):
        assert found["layers"][bubblewrap.LAYER] != bubblewrap.NOT_INSTALLED.state


class TestAsAnOrdinaryUser:
    pytestmark = only_root_can

    def test_namespaces_are_refused(self, python):
        found = in_a_container(NO_NAMESPACES, python=python, command=AS_NOBODY)
        assert found["user"] != 0
        is_confined_without_namespaces(found)

    def test_bubblewrap_works_where_namespaces_are_allowed(self, python):
        if bubblewrap.wrapping().state != bubblewrap.ON:
            pytest.skip(f"bubblewrap does not work here ({bubblewrap.wrapping().state})")
        asked = "from autograder.judge.client import Judge\nwith Judge() as j:\n    j.start()\n    print(j.layers['bubblewrap'])"
        ran = subprocess.run([*AS_NOBODY, python, "-P", "-c", asked], capture_output=True, text=True, cwd="/")
        state = ran.stdout.strip()
        if "namespace" in state or "ermission" in state:
            pytest.skip(f"this system has namespaces for root alone ({state})")
        assert state == bubblewrap.ON, ran.stderr


@pytest.mark.parametrize(("refused", "layer"), [(NO_LANDLOCK, "landlock"), (NO_SECCOMP, "seccomp")])
def test_grading_for_the_record_refuses_and_says_what_the_container_refused(refused, layer):
    found = in_a_container(refused)
    assert "answer" not in found
    assert f"{layer} (missing: " in found["refused"]
    assert "--isolation process" in found["refused"]


def test_without_the_layers_an_explicit_choice_grades_and_claims_nothing():
    found = in_a_container(NO_LANDLOCK, "process")
    assert found["answer"] == 2
    assert found["file"] != "PermissionError"
    assert found["layers"] == {}
