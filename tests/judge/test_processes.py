"""Processes: none is left behind, and one that is lost is replaced."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from programs import pieces

import autograder
from autograder.faults import Stopped
from autograder.judge.client import Judge
from autograder.judge.layers import Isolation
from autograder.judge.link import SharedZygote
from autograder.judge.protocol import Operation


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_closed_worker_is_gone(judge):
    with judge.worker(pieces("def f(): return 1")) as worker:
        assert alive(worker.pid)
    assert not alive(worker.pid)


def test_every_worker_begins_in_the_same_state(judge):
    """What a submission leaves to chance comes out the same whenever it is graded."""
    source = """
        import random
        import numpy as np
        import torch
        def f(): return [random.random(), float(np.random.random()), float(torch.rand(()))]
    """
    found = []
    for _ in range(2):
        with judge.worker(pieces(source)) as worker:
            found.append(worker.call("f", []))
    assert found[0] == found[1]


def test_a_submission_finds_the_functions_of_the_operating_system_as_they_are(judge):
    source = """
        import os, posix
        def f(): return os.register_at_fork is posix.register_at_fork
    """
    with judge.worker(pieces(source)) as worker:
        assert worker.call("f", []) is True


@pytest.mark.slow
def test_a_closed_judge_leaves_no_process():
    judge = Judge()
    with judge.worker(pieces("def f(): return 1")) as worker:
        zygote = judge.link.pid
        judge.close()
        assert not alive(zygote)
        assert not alive(worker.pid)


@pytest.mark.slow
def test_a_lost_zygote_is_replaced():
    with Judge() as judge:
        judge.start()
        os.kill(judge.link.pid, signal.SIGKILL)
        judge.link._process.wait()
        with judge.worker(pieces("def f(): return 1")) as worker:
            assert worker.call("f", []) == 1


@pytest.fixture
def class_of_two():
    """Two judges of which the zygotes branch off from one, and that one."""
    with (
        SharedZygote(Isolation.CONFINED) as shared,
        Judge(shared=shared.control) as first,
        Judge(shared=shared.control) as second,
    ):
        first.start()
        second.start()
        yield first, second, shared


def running(pid):
    """One that has ended is still listed until its parent asks about it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def user_of(pid):
    return Path(f"/proc/{pid}").stat().st_uid


@pytest.mark.slow
def test_zygotes_that_branch_off_go_on_when_others_end(class_of_two):
    first, second, shared = class_of_two
    assert len({first.link.pid, second.link.pid, shared._process.pid}) == 3
    assert (first.link._process, second.link._process) == (None, None)
    with first.worker(pieces("def f(): return 1")) as one, second.worker(pieces("def f(): return 2")) as two:
        if os.geteuid() == 0:
            assert user_of(one.pid) != user_of(two.pid)
        zygotes = first.link.pid, second.link.pid
        first.close()
        assert not running(zygotes[0])
        assert not running(one.pid)
        shared.__exit__(None, None, None)
        assert two.call("f", []) == 2
        with second.worker(pieces("def f(): return 3")) as three:
            assert three.call("f", []) == 3
        second.close()
        assert not running(zygotes[1])
        assert not running(two.pid)


@pytest.mark.slow
def test_a_zygote_that_cannot_branch_off_is_started():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.close()  # the one that is shared has ended
    with ours, Judge(shared=ours) as judge, judge.worker(pieces("def f(): return 1")) as worker:
        assert worker.call("f", []) == 1
        assert judge.link._process is not None


@pytest.mark.slow
def test_a_lost_branch_is_replaced_and_the_others_stay(class_of_two):
    first, second, _ = class_of_two
    os.kill(first.link.pid, signal.SIGKILL)
    with second.worker(pieces("def f(): return 2")) as other:
        with first.worker(pieces("def f(): return 1")) as worker:
            assert worker.call("f", []) == 1
        assert other.call("f", []) == 2


@pytest.mark.slow
def test_workers_run_the_engine_of_their_grader_and_no_other_that_is_installed(tmp_path):
    shutil.copytree(Path(autograder.__file__).parent, tmp_path / "autograder")
    file = tmp_path / "autograder" / "judge" / "worker.py"
    before = 'for name in ("check", '
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, before + '"only_here", '))
    program = """
from autograder.judge.client import Judge
from autograder.judge.protocol import Piece
with Judge() as judge, judge.worker([Piece("from autograder import only_here", "cell 1", 1)]) as worker:
    print(worker.loaded.names)
"""
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-P", "-c", program], env=environment, capture_output=True, text=True)
    assert ran.stdout.strip() == "['only_here']", ran.stderr


def test_many_workers_leave_no_descriptor_open(judge):
    gc.collect()  # what other tests have left open
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        with judge.worker(pieces("def f(): return 1")) as worker:
            worker.call("f", [])
    assert len(os.listdir("/proc/self/fd")) == before


def test_cpu_time_is_read_from_outside(judge):
    source = """
        import time
        time.process_time = time.perf_counter = time.monotonic = lambda: 0.0
        def f(n):
            return sum(range(n))
    """
    with judge.worker(pieces(source)) as worker:
        idle = least_of_several(worker, "f", 10)
        worker.call("f", [3_000_000])
        assert worker.cpu_seconds > 10 * idle


def least_of_several(worker, name, *arguments):
    """CPU seconds of a call, in which nothing came between."""
    seconds = []
    for _ in range(5):
        worker.call(name, list(arguments))
        seconds.append(worker.cpu_seconds)
    return min(seconds)


def test_work_that_goes_on_in_a_thread_is_paid_for(judge):
    source = """
        import threading
        def spin():
            while True: pass
        def f():
            threading.Thread(target=spin, daemon=True).start()
            return 1
        def g():
            while True: pass
    """
    with judge.worker(pieces(source)) as worker:
        worker.call("f", [])
        with pytest.raises(Stopped, match="for more than 1 s"):
            worker.call("g", [])


def test_a_large_array_goes_there_and_back(judge):
    with judge.worker(pieces("def f(x): return x + 1")) as worker:
        array = np.arange(4 << 20, dtype=np.float64)
        assert np.array_equal(worker.call("f", [array]), array + 1)


def test_inputs_come_back_as_the_call_left_them(judge):
    with judge.worker(pieces("def f(x):\n    x[0] = 9.0\n    return x.sum()")) as worker:
        array = np.array([1.0, 2.0])
        value, after, _ = worker.request(Operation.CALL_AND_RETURN_INPUTS, "f", [array])
    assert value == 11.0
    assert after[0].tolist() == [9.0, 2.0]
    assert array.tolist() == [1.0, 2.0]


def test_what_gradients_and_the_simulated_device_need_is_imported_before_a_submission_comes(judge):
    """PyTorch would import a second's worth of modules in every worker, some of which cannot be found there."""
    source = """
        import sys
        def double(x): return 2 * x
        def late(): return sorted({"sympy", "torch._dynamo", "torch.distributed.tensor"} & set(sys.modules))
    """
    x = torch.ones(3)
    with judge.worker(pieces(source)) as worker:
        value, gradients, _, _ = worker.request(Operation.GRADIENTS, "double", [x], seed=1)
        assert torch.equal(value, 2 * x)
        assert gradients[0].shape == x.shape
        assert torch.equal(worker.request(Operation.CALL, "double", [x], device="simulated"), 2 * x)
        assert worker.call("late", []) == []


def test_a_zygote_imports_what_it_is_told():
    source = "import sys\ndef f(): return 'torch._dynamo' in sys.modules"
    with Judge(imports=["torch._dynamo"]) as judge, judge.worker(pieces(source)) as worker:
        assert worker.call("f", []) is True
    with (
        SharedZygote(Isolation.CONFINED, ["torch._dynamo"]) as shared,
        Judge(shared=shared.control) as branch,
        branch.worker(pieces(source)) as worker,
    ):
        assert worker.call("f", []) is True
