"""What is opened for a GPU and what stays shut: the rules, put on in a process of their own, without a GPU."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from programs import pieces

from autograder.faults import Stopped
from autograder.judge import landlock, profiles, seccomp
from autograder.judge.client import Judge
from autograder.judge.layers import Isolation
from autograder.judge.limits import Limits
from autograder.judge.profiles import Profile
from autograder.results import Verdict

layers_here = pytest.mark.skipif(
    not seccomp.supported() or landlock.version() < 1, reason="this system has no Landlock or no seccomp filter"
)
PROGRAM = """
import ctypes, os, resource, socket, sys
from pathlib import Path
from autograder.judge import landlock, layers, profiles
from autograder.judge.limits import Limits
from autograder.judge.profiles import Profile
profile, folder = Profile(sys.argv[1]), Path(sys.argv[2])
ruleset = landlock.ruleset([Path("/dev/null")], [], profiles.device_files(profile, folder))
states = layers.apply(layers.Plan(layers.Isolation.CONFINED, ruleset, None, profile), Limits(), 1)

def errno_of(attempt):
    try:
        attempt()
    except OSError as error:
        return error.errno
    return 0

libc = ctypes.CDLL(None, use_errno=True)
def told(path, request):
    number = libc.ioctl(os.open(path, os.O_RDONLY), request, 0)
    return ctypes.get_errno() if number < 0 else 0

tried = {
    "open a GPU": errno_of(lambda: os.open(folder / "nvidia0", os.O_RDWR)),
    "open its control": errno_of(lambda: os.open(folder / "nvidiactl", os.O_RDWR)),
    "write to another file": errno_of(lambda: os.open(folder / "other", os.O_RDWR)),
    "write to another device": errno_of(lambda: os.open("/dev/null", os.O_RDWR)),
    "read another file": errno_of(lambda: os.open(folder / "other", os.O_RDONLY)),
    "make a file": errno_of(lambda: os.open(folder / "nvidia9", os.O_RDWR | os.O_CREAT)),
    "a socket": errno_of(socket.socket),
    "a process": errno_of(os.fork),
    "wake a thread": errno_of(lambda: os.eventfd(0)),
    "a memory file": errno_of(lambda: os.memfd_create("x")),
    "tell a device that is no GPU": told("/dev/null", 0x5413),
    "addresses": resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY,
}
os.write(1, repr((states, tried)).encode())
"""


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """What each profile lets a process do, where `nvidia0`, `nvidiactl` and `other` lie in a folder for devices."""
    folder = tmp_path_factory.mktemp("dev")
    for name in ("nvidia0", "nvidiactl", "other"):
        (folder / name).write_text("x")
    found = {}
    for profile in Profile:
        command = [sys.executable, "-c", PROGRAM, profile.value, str(folder)]
        ran = subprocess.run(command, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        found[profile] = eval(ran.stdout)
    return found


SHUT_FOR_BOTH = {
    "write to another file": errno.EACCES,
    "read another file": errno.EACCES,
    "make a file": errno.EPERM,
    "a socket": errno.EPERM,
    "a process": errno.EPERM,
    "a memory file": errno.EPERM,
}


@layers_here
@pytest.mark.parametrize("attempt", SHUT_FOR_BOTH)
def test_a_gpu_opens_nothing_else(tried, attempt):
    expected = SHUT_FOR_BOTH[attempt]
    assert tried[Profile.CUDA][1][attempt] == expected
    assert tried[Profile.CPU][1][attempt] in (expected, errno.EPERM)


@layers_here
@pytest.mark.parametrize("attempt", ["open a GPU", "open its control", "wake a thread"])
def test_what_a_gpu_needs_is_open_for_one_and_shut_without(tried, attempt):
    assert tried[Profile.CUDA][1][attempt] == 0
    assert tried[Profile.CPU][1][attempt] == errno.EPERM


@layers_here
def test_addresses_have_a_limit_without_a_gpu_only(tried):
    assert {profile: tried[profile][1]["addresses"] for profile in Profile} == {Profile.CPU: False, Profile.CUDA: True}


@layers_here
@pytest.mark.skipif(landlock.version() < 5, reason="before version 5, Landlock has no word for ioctl")
def test_only_a_gpu_is_told_what_to_do(tried):
    assert tried[Profile.CUDA][1]["tell a device that is no GPU"] == errno.EACCES
    assert tried[Profile.CUDA][1]["write to another device"] == errno.EACCES


@layers_here
def test_a_result_says_what_was_opened(tried):
    assert "ioctl" in tried[Profile.CUDA][0]["opened for a GPU"]
    assert "opened for a GPU" not in tried[Profile.CPU][0]


def test_the_files_of_a_gpu_are_found_and_no_others(tmp_path):
    for name in ("nvidia0", "nvidia12", "nvidiactl", "nvidia-uvm", "nvidia-modeset", "nvme0", "null"):
        (tmp_path / name).touch()
    (tmp_path / "nvidia-caps").mkdir()
    found = [path.name for path in profiles.device_files(Profile.CUDA, tmp_path)]
    assert found == ["nvidia-uvm", "nvidia0", "nvidia12", "nvidiactl"]
    assert profiles.device_files(Profile.CPU, tmp_path) == []


@pytest.mark.slow
def test_memory_that_no_limit_on_addresses_holds_is_watched_from_outside(monkeypatch):
    monkeypatch.setattr(profiles, "LIBRARY_MEMORY", 1 << 26)
    source = "def f():\n    kept = []\n    while True: kept.append(bytearray(1 << 22))"
    with (
        Judge(Isolation.PROCESS, Limits(cpu_seconds=30, memory_bytes=1 << 27)) as judge,
        judge.worker(pieces(source)) as worker,
        pytest.raises(Stopped) as caught,
    ):
        worker.call("f", [])
    assert caught.value.verdict is Verdict.MEMORY


@pytest.mark.skipif(
    profiles.profile_here() is Profile.CPU, reason="no CUDA GPU here: that a worker computes on one was not tried"
)
def test_a_confined_worker_computes_on_the_gpu(judge):
    assert "cuda" in judge.devices
    source = "import torch\ndef f(): return float(torch.ones(1000, device='cuda').sum())"
    with judge.worker(pieces(source)) as worker:
        assert worker.call("f", []) == 1000.0
