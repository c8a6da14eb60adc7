"""The zygote: a fresh interpreter that imports NumPy and PyTorch once and forks a worker whenever it is told to.

It is started with an empty environment and one socket; nothing secret was ever in its memory, so nothing secret is in its children's.
One thread is set before any operation runs: a child forked after a multi-threaded operation would hang.

Control messages (datagrams): grader → zygote `[worker, limits, forbidden]` with the worker's end of its channel; zygote → grader
`["started", worker, pid]` with a descriptor of the process, later `["ended", worker, wait status]`.

Told `[BRANCH, …]` with the end of another control channel, it forks a zygote like itself that serves that one: each grader of a class has
its own, and PyTorch was imported once.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import socket
import sys
import sysconfig
from dataclasses import replace
from typing import NoReturn

import msgspec

from autograder.judge import huge_pages, landlock, layers, placing, profiles, seal, seccomp, watch, worker
from autograder.judge.limits import Limits
from autograder.judge.orders import BRANCH, READY

CHANNEL = 100  # above RLIMIT_NOFILE: submissions cannot get at a number by opening files
MAX_CONTROL = 1 << 16
_order_decoder = msgspec.msgpack.Decoder(tuple[int, Limits, list[str]])  # made before the engine's modules are hidden


def main() -> None:
    control = socket.socket(fileno=os.dup(int(sys.argv[1])))  # a low number, which every worker closes
    os.close(int(sys.argv[1]))  # as high as the grader had files open
    plan = _plan(layers.Isolation(sys.argv[2]), sys.argv[3])
    imports = sys.argv[4].split()
    sys.argv[:] = sys.orig_argv[:] = [""]  # where the engine lies is nobody's business
    _warm_up(imports)
    watch.prepare()
    seal.hide()
    worker.prepare()
    gc.collect()
    gc.freeze()  # children share these pages: the collector must not write to them
    huge_pages.collapse()
    _say_ready(control)
    _run(control, plan)


def _say_ready(control: socket.socket) -> None:
    control.send(b"%s %d" % (READY, os.getpid()))


def _plan(isolation: layers.Isolation, wrapped: str) -> layers.Plan:
    if isolation is layers.Isolation.PROCESS:
        return layers.Plan(isolation, None, None)
    first_user = layers.first_free_user([sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")])
    profile = profiles.profile_here()
    seccomp.prepare(profile)
    ruleset = landlock.ruleset(
        landlock.library_paths(profile), landlock.listable_paths(), profiles.device_files(profile)
    )
    return layers.Plan(isolation, ruleset, first_user, profile, wrapped)


def _warm_up(imports: list[str]) -> None:
    """Import and initialise what a submission's first call would otherwise pay for, on one thread.

    Args: imports: what not every unit needs (see `autograder.grading.late_imports`).
    """
    import linecache  # noqa: F401
    import posix
    import resource  # noqa: F401
    import statistics  # noqa: F401

    import numpy as np
    import numpy.ma
    import numpy.matrixlib
    import numpy.testing  # a student who writes tests may well use it, and it cannot be read later
    import torch

    torch.set_num_threads(1)
    x = torch.randn(4, 8, requires_grad=True)
    (x @ x.T).softmax(-1).sum().backward()  # type: ignore[no-untyped-call]
    for name in imports:
        importlib.import_module(name)
    np.linalg.svd(np.ones((3, 3)) @ np.eye(3))
    np.random.default_rng(0).normal(size=3)
    np.einsum("i,i", np.ones(2), np.ones(2))
    placing.prepare()  # after a backward pass: see `autograder.devices.backend.register`
    os.register_at_fork = posix.register_at_fork  # as it was: see COMMAND


def _run(control: socket.socket, plan: layers.Plan) -> NoReturn:
    children: dict[int, tuple[int, int]] = {}  # process descriptor → (worker, pid)
    branches = 0
    events = select.poll()
    events.register(control, select.POLLIN)
    while True:
        for descriptor, _ in events.poll():
            if descriptor != control.fileno():
                number, pid = children.pop(descriptor)
                events.unregister(descriptor)
                os.close(descriptor)
                _, status = os.waitpid(pid, 0)
                if number != BRANCH:
                    control.send(msgspec.msgpack.encode(["ended", number, status]))
                continue
            data, descriptors = _next_order(control)
            if not data:  # the grader is gone, and its workers with it
                for child, (number, pid) in children.items():
                    if number != BRANCH:  # it has a grader of its own
                        signal.pidfd_send_signal(child, signal.SIGKILL)
                        os.waitpid(pid, 0)
                os._exit(0)
            number, limits, forbidden = _order_decoder.decode(data)
            watch.look_up(forbidden)
            branches += number == BRANCH
            pid = os.fork()
            if pid == 0 and number == BRANCH:
                for descriptor in (control.detach(), *children):
                    os.close(descriptor)
                _serve_as_another(descriptors[0], replace(plan, branch=branches))
            if pid == 0:
                _become_worker(descriptors[0], plan, limits, number)
            child = os.pidfd_open(pid)
            children[child] = (number, pid)
            events.register(child, select.POLLIN)
            os.close(descriptors[0])
            if number != BRANCH:
                socket.send_fds(control, [msgspec.msgpack.encode(["started", number, pid])], [child])


def _serve_as_another(descriptor: int, plan: layers.Plan) -> NoReturn:
    control = socket.socket(fileno=descriptor)
    _say_ready(control)
    _run(control, plan)


def _next_order(control: socket.socket) -> tuple[bytes, list[int]]:
    try:
        data, descriptors, _, _ = socket.recv_fds(control, MAX_CONTROL, 1)
    except ConnectionError:
        return b"", []
    return data, descriptors


def _become_worker(descriptor: int, plan: layers.Plan, limits: Limits, number: int) -> NoReturn:
    status = 70
    try:
        os.setsid()
        os.dup2(descriptor, CHANNEL)
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):  # what a submission prints goes nowhere: no flood, no leak
            os.dup2(nothing, standard)
        ruleset = plan.ruleset
        os.closerange(3, CHANNEL) if ruleset is None else _close_all_but(ruleset)
        os.closerange(CHANNEL + 1, 1024)
        worker.serve(socket.socket(fileno=CHANNEL), plan, limits, number)
        status = 0
    finally:
        os._exit(status)


def _close_all_but(kept: int) -> None:
    os.closerange(3, kept)
    os.closerange(kept + 1, CHANNEL)
