"""Whatever the code does, a verdict comes in bounded time, and it is the right one."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from programs import pieces

from autograder.faults import Stopped, StudentError
from autograder.judge.limits import Limits
from autograder.results import Verdict


@pytest.fixture
def patient_judge(judge):
    """Filling memory costs time: the same judge, with more of it."""
    usual, judge.limits = judge.limits, Limits(cpu_seconds=20.0, wall_seconds=60.0, memory_bytes=1 << 28)
    yield judge
    judge.limits = usual


def stopped(judge, source, *arguments, forbidden=()):
    """The fault that calling `f` ends in."""
    with judge.worker(pieces(source), list(forbidden)) as worker, pytest.raises(Stopped) as caught:
        worker.call("f", list(arguments))
    return caught.value


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    while True: pass",
        "def f():\n    return sum(range(10**12))",
        "def f():\n    return 7 ** (10 ** 8)",
        "import re\ndef f():\n    return re.match('(a+)+b', 'a' * 60)",
        "import time\ndef f():\n    time.sleep(1000)",
        "def f():\n    try:\n        while True: pass\n    finally:\n        while True: pass",
    ],
    ids=["python loop", "loop in C", "huge power", "regular expression", "sleep", "finally"],
)
def test_endless_code_is_out_of_time(judge, source):
    assert stopped(judge, source).verdict is Verdict.TIMEOUT


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\ndef f():\n    return np.ones(10**10).sum()",
        "def f():\n    return 'x' * 10**10",
        "def f():\n    kept = []\n    while True: kept.append(bytes(10**7))",
        "import torch\ndef f():\n    return torch.zeros(10**10)",
        "import mmap\ndef f():\n    return mmap.mmap(-1, 10**10)[:5].hex() and bytearray(10**10)",
    ],
    ids=["one array", "one text", "many", "tensor", "anonymous mapping"],
)
def test_a_memory_bomb_is_out_of_memory_or_an_error_and_never_a_value(patient_judge, source):
    with patient_judge.worker(pieces(source)) as worker, pytest.raises((Stopped, StudentError)) as caught:
        worker.call("f", [])
    if isinstance(caught.value, Stopped):
        assert caught.value.verdict is Verdict.MEMORY


@pytest.mark.parametrize(
    "source",
    [
        "import os\ndef f():\n    os._exit(0)",
        "import ctypes\ndef f():\n    ctypes.string_at(0)",
        "import os\ndef f():\n    os.abort()",
        "import os\ndef f():\n    os.write(100, b'x' * 100)\n    return 1",
        "import os\ndef f():\n    os.write(100, b'\\xff' * 12)\n    return 1",
        "import os\ndef f():\n    os.close(100)",
    ],
    ids=["exit", "segmentation fault", "abort", "garbage on the channel", "huge frame", "closed channel"],
)
def test_a_process_that_ends_or_breaks_the_protocol_has_crashed(judge, source):
    assert stopped(judge, source).verdict is Verdict.CRASHED


def test_a_second_reply_is_not_taken_for_the_answer_to_the_next_call(judge):
    source = """
        import os, struct
        def frame(number):
            header = bytes([0x94, number]) + bytes([0xcb]) + struct.pack('>d', 42.0) + bytes([0xc0, 0xa0])
            return struct.pack('<IQ', len(header), 0) + header
        def f(first):
            os.write(100, frame(1)) if first else None
            return 7.0
    """
    with judge.worker(pieces(source)) as worker:
        assert worker.call("f", [True]) == 42.0  # a forged value is only a value
        with pytest.raises(Stopped) as caught:
            worker.call("f", [False])
    assert caught.value.verdict is Verdict.CRASHED


@pytest.mark.parametrize("name", ["ValueError", "KeyError", "ZeroDivisionError", "RecursionError", "AttributeError"])
def test_an_exception_arrives_as_the_same_builtin_type(judge, name):
    source = f"def f():\n    raise {name}('3 and 4')"
    with judge.worker(pieces(source)) as worker, pytest.raises(StudentError, match="3 and 4") as caught:
        worker.call("f", [])
    assert isinstance(caught.value, getattr(__import__("builtins"), name))
    assert "cell 1, line 2" in caught.value.where


def test_a_class_derived_from_value_error_is_a_value_error(judge):
    source = "class Mine(ValueError): pass\ndef f():\n    raise Mine('no')"
    with judge.worker(pieces(source)) as worker, pytest.raises(ValueError, match="no"):
        worker.call("f", [])


@pytest.mark.parametrize("name", ["SystemExit", "KeyboardInterrupt", "GeneratorExit"])
def test_an_exception_that_means_stop_does_not_stop_the_grader(judge, name):
    with judge.worker(pieces(f"def f():\n    raise {name}")) as worker, pytest.raises(StudentError):
        worker.call("f", [])


def test_an_exception_with_a_hostile_text_is_still_told(judge):
    source = "class E(Exception):\n    def __str__(self): raise SystemExit\ndef f():\n    raise E"
    with judge.worker(pieces(source)) as worker, pytest.raises(StudentError, match="without a usable message"):
        worker.call("f", [])


def test_what_pytorch_cannot_compute_is_an_error_and_no_stub(judge):
    source = "import torch\ndef f():\n    return torch.ones(2, dtype=torch.bool).softmax(0)"
    with judge.worker(pieces(source)) as worker, pytest.raises(StudentError, match="not implemented"):
        worker.call("f", [])


@pytest.mark.parametrize("source", ["def g(): pass", "def f():\n    raise NotImplementedError('not written yet')"])
def test_what_is_not_written_is_missing(judge, source):
    assert stopped(judge, source).verdict is Verdict.MISSING


@pytest.mark.parametrize(
    "body",
    [
        "np.dot(a, a)",
        "np.tensordot(a, a, 1)",
        "getattr(np, 'do' + 't')(a, a)",
        "dot(a, a)",
        "a.dot(a)",
        "np.ndarray.dot(a, a)",
        "a @ a",
        "operator.matmul(a, a)",
        "np.matmul(a, a)",
        "np.einsum('i,i->', a, a)",
        "hidden()",
        "torch.dot(torch.tensor(a), torch.tensor(a)).item()",
    ],
)
def test_a_forbidden_call_is_caught_however_it_is_reached(judge, body):
    source = f"""
        import operator
        import numpy as np
        import torch
        from numpy import dot
        def f(a):
            def hidden():
                try:
                    return a @ a
                except BaseException:
                    return float((a * a).sum())
            return {body}
    """
    forbidden = ["numpy.dot", "numpy.matmul", "numpy.einsum"]
    fault = stopped(judge, source, np.array([1.0, 2.0]), forbidden=forbidden)
    assert fault.verdict is Verdict.FORBIDDEN


@pytest.mark.parametrize(
    "body", ["(a * a).sum()", "np.linalg.norm(a) ** 2", "sum(x * x for x in a)", "np.cov(a)", "np.sum(np.square(a))"]
)
def test_what_is_allowed_may_use_what_is_forbidden_inside(judge, body):
    source = f"import numpy as np\ndef f(a):\n    return float({body})"
    with judge.worker(pieces(source), ["numpy.dot", "numpy.matmul", "numpy.einsum"]) as worker:
        assert worker.call("f", [np.array([3.0, 4.0])]) > 0


def test_a_forbidden_call_in_a_scratch_line_does_not_count(judge):
    source = "import numpy as np\nx = np.dot(np.ones(2), np.ones(2))\ndef f(): return 1"
    with judge.worker(pieces(source), ["numpy.dot"]) as worker:
        assert worker.call("f", []) == 1


def test_a_statement_that_raises_leaves_the_rest_to_run(judge):
    program = [*pieces("import surely_not_installed"), *pieces("def f(): return 5")]
    with judge.worker(program) as worker:
        assert worker.call("f", []) == 5
        assert worker.loaded.failures[0].type_name == "ModuleNotFoundError"
