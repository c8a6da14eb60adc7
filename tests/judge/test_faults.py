"""Faults that are not the submission's, and faults that are: the right verdict, in bounded time and memory, and the next one unharmed."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "attacks"))
sys.path.insert(0, str(Path(__file__).parent))
from programs import pieces
from scene import EXERCISES, QUESTION, RIGHT, Scene, children

from autograder.faults import InternalFault, Stopped, StudentError
from autograder.judge.client import Judge
from autograder.judge.limits import Limits
from autograder.judge.protocol import MAX_BODY
from autograder.results import Verdict

BUSY = "def f():\n    while True: pass"
ONE = "def f(): return 1"


@pytest.fixture(scope="module")
def own_judge():
    """A judge whose zygote may be harmed."""
    with Judge(limits=Limits(cpu_seconds=30, wall_seconds=60, idle_seconds=0.5)) as judge:
        judge.start()
        yield judge


def once_busy(pid: int, then) -> threading.Thread:
    """Do something as soon as the process has computed for a while."""

    def watch():
        while int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11]) < 20:
            pass
        then()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_a_worker_that_is_lost_with_its_zygote_is_our_fault(own_judge):
    zygote = own_judge.link.pid
    with own_judge.worker(pieces(BUSY)) as worker:
        killer = once_busy(worker.pid, lambda: os.kill(zygote, signal.SIGKILL))
        with pytest.raises(InternalFault, match="process that starts workers was lost"):
            worker.call("f", [])
        killer.join()
    with own_judge.worker(pieces(ONE)) as worker:
        assert worker.call("f", []) == 1
    assert own_judge.link.pid != zygote


@pytest.mark.slow
def test_a_worker_that_is_killed_from_outside_is_our_fault(own_judge):
    with own_judge.worker(pieces(BUSY)) as worker:
        killer = once_busy(worker.pid, lambda: os.kill(worker.pid, signal.SIGKILL))
        with pytest.raises(InternalFault, match="killed from outside"):
            worker.call("f", [])
        killer.join()


def test_a_worker_that_is_stopped_from_outside_is_given_up(own_judge):
    with own_judge.worker(pieces(BUSY)) as worker:
        stopper = once_busy(worker.pid, lambda: os.kill(worker.pid, signal.SIGSTOP))
        with pytest.raises(Stopped, match="waits for something that does not come"):
            worker.call("f", [])
        stopper.join()


@pytest.mark.slow
def test_an_exercise_that_loses_its_zygote_is_internal_and_the_next_ones_are_graded(tmp_path):
    scene = Scene(tmp_path)
    scene.grader.judge.limits = Limits(cpu_seconds=30, wall_seconds=60)
    with scene.grader:
        scene.grader.judge.start()
        zygote = scene.grader.judge.link.pid

        def harm():
            found = []
            while not found or not Path(f"/proc/{found[0]}").exists():
                found = children(zygote)
            once_busy(found[0], lambda: os.kill(zygote, signal.SIGKILL)).join()

        killer = threading.Thread(target=harm)
        killer.start()
        busy = RIGHT.replace("def plain(x): return x + 1", "def plain(x):\n    while True: pass")
        scene.grader.judge.limits = Limits(cpu_seconds=30, wall_seconds=60)
        result = scene.grade(busy)
        killer.join()
        verdicts = {exercise.name: exercise.verdict for exercise in result.exercises}
        assert verdicts == dict.fromkeys(EXERCISES, Verdict.PASSED) | {
            "plain": Verdict.INTERNAL,
            "vault": Verdict.MISSING,
            QUESTION: Verdict.UNANSWERED,
        }
        assert result.internal
        assert scene.verdicts(RIGHT)["plain"] is Verdict.PASSED


def test_a_judge_that_cannot_start_says_whose_fault_it_is(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Judge() as judge, pytest.raises(InternalFault, match="did not come up"):
        judge.start()


def test_core_files_are_off_and_limits_are_on(judge):
    source = """
        import resource
        def f():
            names = ("CORE", "FSIZE", "MEMLOCK", "MSGQUEUE")
            return [resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in names]
    """
    with judge.worker(pieces(source)) as worker:
        assert worker.call("f", []) == [(0, 0)] * 4


def test_no_fault_leaves_a_descriptor_or_a_process(judge):
    faults = [
        "import os\ndef f(): os._exit(1)",
        "import os\ndef f(): os.close(100)",
        "import os\ndef f(): os.write(100, b'x' * 40)\n",
        "import ctypes\ndef f(): ctypes.string_at(0)",
        "def f(): raise SystemExit",
    ]
    gc.collect()  # what other tests have left open
    before = len(os.listdir("/proc/self/fd"))
    for source in faults:
        with judge.worker(pieces(source)) as worker, pytest.raises((Stopped, StudentError)):
            worker.call("f", [])
    assert len(os.listdir("/proc/self/fd")) == before
    assert children(judge.link.pid) == []


def peak_of_this_process() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


@pytest.mark.parametrize("spread", [False, True], ids=["plain", "with gaps"])
def test_the_largest_answer_takes_bounded_memory_here(judge, spread):
    made = "np.zeros(2 * n, np.uint8)[::2]" if spread else "np.zeros(n, np.uint8)"
    size = MAX_BODY - 4096
    with judge.worker(pieces(f"import numpy as np\ndef f(n): return {made}")) as worker:
        worker.call("f", [10])
        Path("/proc/self/clear_refs").write_text("5")
        before = peak_of_this_process()
        assert worker.call("f", [size]).shape == (size,)
        assert peak_of_this_process() - before < 4 * MAX_BODY


def test_an_answer_beyond_the_largest_is_the_submissions_own_error(judge):
    with (
        judge.worker(pieces("import numpy as np\ndef f(n): return np.zeros(n, np.uint8)")) as worker,
        pytest.raises(StudentError, match="too large"),
    ):
        worker.call("f", [MAX_BODY + 1])


def test_a_frame_that_is_only_announced_takes_no_memory_here(judge):
    source = """
        import os, struct
        def f():
            os.write(100, struct.pack("<IQ", 10, (64 << 20) - 1) + b"x" * 10)
            os._exit(0)
    """
    with judge.worker(pieces(source)) as worker:
        Path("/proc/self/clear_refs").write_text("5")
        before = peak_of_this_process()
        with pytest.raises(Stopped):
            worker.call("f", [])
        assert peak_of_this_process() - before < MAX_BODY // 4


def test_peak_memory_of_a_call_is_read_from_outside(judge):
    source = "import numpy as np\ndef f(n): return float(np.ones(n, np.uint8).sum())"
    with judge.worker(pieces(source)) as worker:
        worker.call("f", [1])
        worker.forget_peak()
        worker.call("f", [1])
        little = worker.peak_bytes()
        worker.call("f", [100 << 20])
        assert 90 << 20 < worker.peak_bytes() - little < 130 << 20


def test_work_after_the_answer_is_charged_to_the_next_call(judge):
    source = """
        import threading
        def spin(n):
            sum(range(n))
        def f(n):
            threading.Thread(target=spin, args=[n], daemon=True).start()
        def wait():
            for thread in threading.enumerate():
                if thread is not threading.main_thread():
                    thread.join()
    """
    with judge.worker(pieces(source)) as worker:
        idle = []
        for _ in range(5):  # something may come between one of them
            worker.call("wait", [])
            idle.append(worker.cpu_seconds)
        worker.call("f", [5_000_000])
        answered = worker.cpu_seconds
        worker.call("wait", [])
        assert answered + worker.cpu_seconds > 20 * min(idle)


def test_timed_calls_never_see_the_same_input_twice(judge):
    from autograder.judge.proxy import Student

    source = "seen = set()\ndef f(x):\n    seen.add(x.tobytes())\n    return 0\ndef count(): return len(seen)"
    with judge.worker(pieces(source)) as worker:
        student = Student(worker)
        timed = student.f
        for _ in range(5):
            timed.cpu_seconds(np.arange(4.0))
        assert student.count() == 5
