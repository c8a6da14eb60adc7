"""Self-checks run where there is no fork, no poll and no resource limit: macOS and Windows."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

# What Windows lacks. `ctypes.CDLL(None)` fails there too.
PREPARE = """
    import ctypes, os, select, signal, socket, sys
    import numpy, torch  # built for this system: they may use what others lack

    class Missing:
        def find_spec(self, name, path, target=None):
            if name in ("resource", "fcntl", "pwd", "grp", "termios"):
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    for name in ("resource", "fcntl", "pwd", "grp", "termios"):
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, Missing())
    for module, names in {
        os: ["fork", "pidfd_open", "geteuid", "setsid", "WIFSIGNALED", "uname", "sched_getaffinity", "O_TMPFILE"],
        select: ["poll", "epoll"],
        signal: ["pidfd_send_signal", "SIGKILL", "setitimer"],
        socket: ["AF_UNIX", "send_fds", "recv_fds", "socketpair"],
    }.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    load = ctypes.CDLL.__init__

    def refuse(self, name, *args, **kwargs):
        if name is None:
            raise TypeError("bad argument type for built-in operation")
        load(self, name, *args, **kwargs)

    ctypes.CDLL.__init__ = refuse
"""
SELF_CHECK = """
    from autograder.judge.protocol import Load, Piece
    from autograder.judge.proxy import local
    from autograder.judge.session import Session

    session = Session()
    session.load(Load(0, [Piece("import numpy as np\\ndef f(a): return float(np.dot(a, a))", "cell 1", 1)], ["numpy.dot"], "", []))
    try:
        print(local(session).f([3.0, 4.0]))
    except BaseException as error:
        print(error)
"""
REFUSAL = """
    sys.platform = "win32"
    from autograder.judge.client import Judge
    try:
        Judge().start()
    except Exception as error:
        print(type(error).__name__, error)
"""


def run(*parts):
    program = "\n".join(textwrap.dedent(part) for part in parts)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)


def test_a_self_check_runs_and_still_names_forbidden_calls():
    done = run(PREPARE, SELF_CHECK)
    assert "calls numpy.dot, which is not allowed in this exercise" in done.stdout, done.stderr


def test_grading_says_what_it_needs():
    done = run(PREPARE, REFUSAL)
    assert done.stdout.startswith("IsolationError Grading needs Linux"), done.stderr


@pytest.mark.parametrize("module", ["autograder.cli", "autograder.selfcheck"])
def test_what_a_student_uses_can_be_imported(module):
    done = run(PREPARE, f"import {module}")
    assert done.returncode == 0, done.stderr
