"""What a confined worker cannot do. Each attempt succeeds without confinement: otherwise the test would prove nothing."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from programs import pieces

from autograder.faults import InternalFault, Stopped, StudentError
from autograder.judge import layers
from autograder.judge.client import Judge
from autograder.judge.layers import Isolation, IsolationError

ATTEMPTS = {
    "read a file of the system": "return open('/etc/hostname').read() is not None",
    "read the course": "return len(open({course!r}).read()) > 0",
    "list a folder": "return len(os.listdir('/')) > 0",
    "write a file": "open('/tmp/autograder-attempt', 'w').close(); os.remove('/tmp/autograder-attempt'); return True",
    "open a TCP socket": "socket.socket().close(); return True",
    "open a UDP socket": "socket.socket(type=socket.SOCK_DGRAM).close(); return True",
    "open a socket pair": "[s.close() for s in socket.socketpair()]; return True",
    "start a process": "pid = os.fork()\n    if pid == 0: os._exit(0)\n    os.waitpid(pid, 0); return True",
    "run a program": "return subprocess.run(['/bin/true']).returncode == 0",
    "signal its parent": "os.kill(os.getppid(), 0); return True",
    "make a memory file": "os.close(os.memfd_create('x')); return True",
    "read another process": "return len(open('/proc/%d/environ' % os.getppid(), 'rb').read()) >= 0",
    "raise its own limits": "resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); return True",
    "make a pipe": "[os.close(d) for d in os.pipe()]; return True",
}


def attempt(worker_judge: Judge, body: str) -> object:
    source = f"import os, resource, socket, subprocess\ndef f():\n    {body.format(course=__file__)}"
    with worker_judge.worker(pieces(source)) as worker:
        return worker.call("f", [])


@pytest.fixture(scope="module")
def unconfined():
    with Judge(Isolation.PROCESS) as judge:
        yield judge


@pytest.mark.parametrize("body", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_a_confined_worker_cannot(judge, body):
    with pytest.raises((StudentError, Stopped)):
        attempt(judge, body)


@pytest.mark.slow
@pytest.mark.parametrize("body", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_without_confinement_it_could(unconfined, body):
    assert attempt(unconfined, body) is True


def test_every_required_layer_is_on(judge):
    assert layers.missing(judge.layers) == []


@pytest.mark.slow
def test_without_confinement_no_layer_is_claimed(unconfined):
    unconfined.start()
    assert unconfined.layers == {}


def test_a_missing_layer_is_named():
    states = dict.fromkeys(layers.REQUIRED, layers.ON) | {"landlock": "missing: the kernel has no Landlock"}
    assert layers.missing(states) == ["landlock (missing: the kernel has no Landlock)"]


def test_grading_for_the_record_refuses_without_a_layer(monkeypatch):
    monkeypatch.setattr(layers, "REQUIRED", (*layers.REQUIRED, "a layer of the future"))
    with Judge() as judge, pytest.raises(IsolationError, match=r"a layer of the future.*--isolation process"):
        judge.start()


OPEN = """
        import os
        def f():
            return dict(os.environ), sorted(d for d in range(3000) if is_open(d))
        def is_open(descriptor):
            try:
                os.fstat(descriptor)
                return True
            except OSError:
                return False
"""


def test_a_worker_knows_no_environment_and_no_descriptors(judge):
    os.environ["PLANTED_SECRET"] = "planted"
    with judge.worker(pieces(OPEN)) as worker:
        environment, descriptors = worker.call("f", [])
    assert "PLANTED_SECRET" not in environment
    assert descriptors == [0, 1, 2, 100]


@pytest.mark.slow
def test_a_grader_with_many_open_files_leaves_none_to_its_workers():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2_500:
        pytest.skip(f"this system allows {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2_500, hard))
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(1_100)]
    try:
        with Judge() as judge, judge.worker(pieces(OPEN)) as worker:
            assert worker.call("f", [])[1] == [0, 1, 2, 100]
    finally:
        for descriptor in opened:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_engine_in_a_worker_is_an_empty_shell(judge):
    source = """
        import sys
        from autograder import check
        def f():
            return check(f), [name for name in sys.modules if name.startswith('autograder')]
    """
    with judge.worker(pieces(source)) as worker:
        assert worker.call("f", []) == (None, ["autograder"])


def test_libraries_can_be_imported_late(judge):
    source = "def f():\n    import statistics, fractions, dataclasses, torch.nn.functional\n    return statistics.mean([1, 2, 3])"
    with judge.worker(pieces(source)) as worker:
        assert worker.call("f", []) == 2


def test_two_workers_share_nothing(judge):
    source = "seen = []\ndef f():\n    seen.append(1)\n    return len(seen)"
    with judge.worker(pieces(source)) as first, judge.worker(pieces(source)) as second:
        assert [first.call("f", []), first.call("f", []), second.call("f", [])] == [1, 2, 1]


def test_a_worker_that_lacks_a_layer_is_sent_nothing(judge, monkeypatch):
    """The first worker had them all; a later one has to say so too, each for itself."""
    monkeypatch.setattr(layers, "REQUIRED", (*layers.REQUIRED, "a layer of the future"))
    with pytest.raises(InternalFault, match="a layer of the future"):
        judge.worker(pieces("def f(): return 1"))
