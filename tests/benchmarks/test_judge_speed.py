"""What the judge costs: CPU time, which other processes do not change much, as ratios within one run. The figures are printed (`-s`)."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager

import numpy as np
import pytest
import torch

from autograder.faults import InternalFault, Stopped, StudentError
from autograder.grading.programs import pieces_of
from autograder.grading.run import GradingRun
from autograder.grading.variants import submission_of
from autograder.judge import asking, transport
from autograder.judge import session as session_module
from autograder.judge.client import Judge
from autograder.judge.limits import Limits
from autograder.judge.protocol import Load, Piece
from autograder.judge.proxy import Student, local
from autograder.judge.session import Session
from autograder.results import Verdict

SOURCE = [Piece("import numpy as np\ndef f(x): return x", "cell 1", 1)]
REPEATS = 5
MOST_OF_A_UNIT = {"softmax": 0.7, "multihead": 0.6}  # measured: 0.53 to 0.61, and 0.34 to 0.46 (docs/security.md)
LARGE = np.arange(4 << 20, dtype=np.float64)  # 32 MB


def clock(pid: int) -> float:
    return time.clock_gettime((~pid << 3) | 2)


def told(title: str, **figures: float) -> None:
    print(f"\n{title}: " + ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in figures.items()))


@pytest.fixture(scope="module")
def quick_judge():
    with Judge(limits=Limits(cpu_seconds=1.0, wall_seconds=10.0, idle_seconds=0.3, memory_bytes=1 << 28)) as judge:
        judge.start()
        yield judge


@contextmanager
def echo(size: int):
    """A bare process that sends back what it gets over the same kind of channel, `size` bytes at a time."""
    here, there = socket.socketpair()
    for end in (here, there):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 19)
    child = os.fork()
    if child == 0:
        here.close()
        room = memoryview(bytearray(size))
        while True:
            got = 0
            while got < size:
                count = there.recv_into(room[got:])
                if not count:
                    os._exit(0)
                got += count
            there.sendall(room)
    there.close()
    data, back = bytes(size), memoryview(bytearray(size))

    def there_and_back() -> None:
        here.sendall(data)
        got = 0
        while got < size:
            got += here.recv_into(back[got:])

    yield there_and_back, child
    here.close()
    os.waitpid(child, 0)


def test_the_first_confined_result_takes_a_hundredth_of_an_import_of_torch(quick_judge):
    totals, walls = [], []
    for _ in range(25):
        start, mine, zygotes = time.perf_counter(), time.process_time(), clock(quick_judge.link.pid)
        with quick_judge.worker(SOURCE) as worker:
            worker.call("f", [np.ones(3)])
            walls.append(time.perf_counter() - start)
            totals.append(time.process_time() - mine + clock(quick_judge.link.pid) - zygotes + clock(worker.pid))
    before = os.times()
    subprocess.run([sys.executable, "-c", "import torch"], check=True)
    after = os.times()
    importing = after.children_user + after.children_system - before.children_user - before.children_system
    total = statistics.median(totals)
    told(
        "source to first result",
        ms_of_cpu=total * 1e3,
        ms_of_wall=statistics.median(walls) * 1e3,
        import_of_torch_s=importing,
    )
    assert total < importing / 100


def test_a_round_trip_costs_a_few_times_what_a_bare_one_costs(quick_judge):
    ours, bare, walls = [], [], []
    argument = [np.ones(3)]
    with quick_judge.worker(SOURCE) as worker, echo(100) as (there_and_back, child):
        for _ in range(9):
            start, mine, theirs = time.perf_counter(), time.process_time(), clock(worker.pid)
            for _ in range(300):
                worker.call("f", argument)
            ours.append((time.process_time() - mine + clock(worker.pid) - theirs) / 300)
            walls.append((time.perf_counter() - start) / 300)
            mine, theirs = time.process_time(), clock(child)
            for _ in range(300):
                there_and_back()
            bare.append((time.process_time() - mine + clock(child) - theirs) / 300)
    ratio = min(ours) / min(bare)  # of sums over 300 calls: what disturbs can only add
    told("round trip", us_of_cpu=min(ours) * 1e6, bare_us=min(bare) * 1e6, us_of_wall=min(walls) * 1e6, ratio=ratio)
    assert ratio < 12


def test_32_megabytes_there_and_back_take_less_than_three_bare_copies(quick_judge):
    ours, bare = [], []
    with quick_judge.worker(SOURCE) as worker, echo(LARGE.nbytes) as (there_and_back, _):
        worker.call("f", [LARGE])
        there_and_back()
        for _ in range(9):
            start = time.perf_counter()
            worker.call("f", [LARGE])
            middle = time.perf_counter()
            there_and_back()
            ours.append(middle - start)
            bare.append(time.perf_counter() - middle)
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    told("32 MB there and back", ms=statistics.median(ours) * 1e3, bare_ms=statistics.median(bare) * 1e3, ratio=ratio)
    assert ratio < 3


class WithoutAJudge(GradingRun):
    """The same tests on code that runs in this process, unguarded and unconfined."""

    def _loaded(self, mark):
        session = Session()
        pieces = pieces_of(self.submission.programs[mark.name])
        session.load(Load(0, pieces, [], self.unit_reference.stand_ins, [], self.unit_reference.earlier))
        student = local(session)
        self.calls[mark.name] = student.calls
        return Student(student.transport, self.unit_reference.student.signatures, student.calls)


def ended_children(pid: int) -> float:
    """CPU seconds of a process's children that have ended, their ends included. Source: proc(5), cutime and cstime."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def one_thread():
    """PyTorch on one thread, as in a worker: threads that wait for each other on a busy machine burn more than the work itself."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@contextmanager
def encoding_timed(monkeypatch):
    """A list of the CPU seconds that encoding and decoding take in this process."""
    spent = []

    def timed(function):
        def call(*args, **kwargs):
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                spent.append(time.process_time() - start)

        return call

    with monkeypatch.context() as patch:
        for module in (asking, session_module, transport):
            for name in {"encode", "decode"} & vars(module).keys():
                patch.setattr(module, name, timed(getattr(module, name)))
        yield spent


@pytest.mark.parametrize("name", MOST_OF_A_UNIT)
def test_the_judges_share_of_the_time_of_a_unit(grader, course, monkeypatch, one_thread, name):
    """Of the CPU time of all processes that grade a right submission, their starts and ends included: all that the same tests do not
    need when code, reference and comparison share this process, and no value is ever encoded. PyTorch has one thread in both.
    """
    unit = course.unit(name)
    reference = grader.reference(unit)
    submission = submission_of(reference, [], "reference")
    examples = grader._unit(unit.name).examples
    grader.grade(submission)
    shares, judged, bare = [], [], []
    for _ in range(REPEATS):
        link = grader.judge.link.pid
        before = time.process_time() + clock(link) + ended_children(link)
        run = GradingRun(grader.judge, reference, submission, "a seed", examples)
        run.run()
        judged.append(time.process_time() + clock(link) + ended_children(link) - before)
        verdicts = {test.verdict for tests in run.tests.values() for test in tests.values()}
        assert verdicts <= {Verdict.PASSED, Verdict.UNVERIFIED}
        with encoding_timed(monkeypatch) as encoding:
            start = time.process_time()
            alone = WithoutAJudge(grader.judge, reference, submission, "a seed", examples)
            alone.run()
            bare.append(time.process_time() - start - sum(encoding))
        assert alone.tests.keys() == run.tests.keys()
        shares.append(1 - bare[-1] / judged[-1])
    told(
        f"the judge's share of {name}",
        judged_ms=statistics.median(judged) * 1e3,
        bare_ms=statistics.median(bare) * 1e3,
        share=statistics.median(shares),
    )
    assert statistics.median(shares) < MOST_OF_A_UNIT[name]


FAULTS = [
    "import os\ndef f(x): os._exit(1)",
    "import ctypes\ndef f(x): ctypes.string_at(0)",
    "def f(x):\n    while True: pass",
    "import time\ndef f(x): time.sleep(100)",
    "def f(x): return bytearray(10**11)",
    "import os\ndef f(x): os.write(100, b'x' * 100)",
    "import os\ndef f(x): os.close(100)",
    "import numpy as np\ndef f(x): return np.zeros(70 << 20, np.uint8)",
    "def f(x): raise SystemExit",
    "import numpy as np\ndef f(x): return float(np.dot(x, x))",
]


def resident(pid: int) -> int:
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


@pytest.mark.slow
def test_a_thousand_submissions_leave_nothing_behind():
    """Every fourth has a fault: it crashes, hangs, floods, ends its process."""
    limits = Limits(cpu_seconds=0.1, wall_seconds=5.0, idle_seconds=0.2, memory_bytes=1 << 28)
    with Judge(limits=limits) as judge:
        judge.start()
        sizes = []
        for number in range(1000):
            faulty = number % 4 == 0
            source = [Piece(FAULTS[number // 4 % len(FAULTS)], "cell 1", 1)] if faulty else SOURCE
            forbidden = ["numpy.dot"] if faulty and "dot" in source[0].source else []
            with judge.worker(source, forbidden) as worker:
                if faulty:
                    with pytest.raises((Stopped, StudentError)) as caught:
                        worker.call("f", [np.ones(3)])
                    assert not isinstance(caught.value, InternalFault)
                else:
                    assert worker.call("f", [np.ones(3)]).tolist() == [1.0, 1.0, 1.0]
            if number in (199, 999):
                sizes.append((resident(os.getpid()), resident(judge.link.pid), len(os.listdir("/proc/self/fd"))))
        told("after 200 submissions", grader_kib=sizes[0][0], zygote_kib=sizes[0][1], descriptors=sizes[0][2])
        told("after 1000 submissions", grader_kib=sizes[1][0], zygote_kib=sizes[1][1], descriptors=sizes[1][2])
    assert sizes[1][0] - sizes[0][0] < 4096
    assert sizes[1][1] - sizes[0][1] < 4096
    assert sizes[1][2] == sizes[0][2]
