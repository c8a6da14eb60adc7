"""What carries a grading run's calls: to workers that may die, and to the reference, which must not fail."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from autograder.faults import InternalFault, Stopped, StudentError
from autograder.grading.reference import UnitReference
from autograder.judge.ahead import LostAnswers, Record
from autograder.judge.client import Judge
from autograder.judge.nodes import Opaque
from autograder.judge.protocol import Load, Operation, Piece
from autograder.judge.remote_worker import Worker
from autograder.judge.transport import Transport
from autograder.results import Verdict
from autograder.toolkit.marks import ExerciseMark

MAX_DEATHS = 2
CALLS = 20
"""All calls of an exercise together may take as long as so many of the longest, the search for small counterexamples included."""


class Trusted:
    """The reference's transport: what the reference raises is a fault of ours, whatever its type, and so is an answer that is no data."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.cpu_seconds = 0.0
        self.devices: list[str] = []

    def request(
        self,
        operation: Operation,
        target: str | int,
        positional: list[object],
        named: dict[str, object] | None = None,
        seed: int | None = None,
        device: str = "cpu",
        method: str = "",
    ) -> Any:
        try:
            value = self.transport.request(operation, target, positional, named, seed, device, method)
        except (StudentError, Stopped) as error:
            raise InternalFault(f"The reference of {target} did not answer: {error}") from None
        if isinstance(value, Opaque):
            raise InternalFault(f"The reference of {target} gave nothing that can be compared: {value!r}")
        self.cpu_seconds = self.transport.cpu_seconds
        self.devices = self.transport.devices
        return value


class RestartingTransport:
    """Carries calls to a worker, and after a death to a new one: a crash costs the test it happened in. After two, it costs the rest.
    So does code of which no call takes too long, but all of them together do.

    A statement of the submission that never ends is found when the code is loaded and left out.
    """

    def __init__(
        self, judge: Judge, pieces: list[Piece], mark: ExerciseMark, unit: UnitReference, replaced: list[str]
    ) -> None:
        self.judge = judge
        self.pieces = pieces
        self.mark = mark
        self.unit = unit
        self.replaced = replaced
        self.limits = judge.limits.with_time(mark.seconds) if mark.seconds else judge.limits
        self.deaths: list[Stopped] = []
        self.notices: list[str] = []
        self.cpu_seconds = 0.0
        self.cpu_left = CALLS * self.limits.cpu_seconds
        self.wall_left = CALLS * self.limits.wall_seconds
        self.devices: list[str] = []
        self._worker: Worker | None = None
        self._second: Worker | None = None
        self._first()

    def request(
        self,
        operation: Operation,
        target: str | int,
        positional: list[object],
        named: dict[str, object] | None = None,
        seed: int | None = None,
        device: str = "cpu",
        method: str = "",
    ) -> Any:
        if len(self.deaths) >= MAX_DEATHS:
            last = self.deaths[-1]
            raise Stopped(last.verdict, f"was stopped twice; this test was not run any more. {last.message}")
        if self.cpu_left <= 0 or self.wall_left <= 0:
            raise Stopped(Verdict.TIMEOUT, "took too long with all its calls together; this test was not run any more.")
        if self._worker is None:
            self._worker = self.worker()
        worker = self._worker
        start, before = time.monotonic(), worker.cpu_total
        try:
            value = worker.request(operation, target, positional, named, seed, device, method)
        except LostAnswers:
            self._worker = None  # and this is nobody's death: the example is run again
            raise
        except Stopped as stopped:
            if self._worker.status is not None:
                self._worker = None
                if stopped.verdict is not Verdict.FORBIDDEN:  # it ended in good order, at once
                    self.deaths.append(stopped)
            raise
        finally:
            self.wall_left -= time.monotonic() - start
            self.cpu_left -= max(0.0, worker.cpu_total - before)
        self.cpu_seconds = worker.cpu_seconds
        self.devices = worker.devices
        return value

    def ask_ahead(self, records: Sequence[Record], device: str = "") -> None:
        if self._worker is not None:
            with self._without_the_lost():
                self._worker.ask_ahead(records, device)

    def forget_ahead(self) -> None:
        if self._worker is not None:
            with self._without_the_lost():
                self._worker.forget_ahead()

    @contextmanager
    def _without_the_lost(self) -> Iterator[None]:
        """A worker that ends over what no test has asked for is replaced, and that is all."""
        try:
            yield
        except LostAnswers:
            self._worker = None

    def fresh(self) -> Worker:
        """A worker of one's own that has seen no call yet: the first one, while it has seen none, otherwise a new one."""
        first = self._worker
        if first is None or not first.untouched:
            return self.worker()
        self._worker = None
        return first

    def second(self) -> Worker:
        """The worker beside the first: a fresh one for the first who asks, and that one for all after him while it lives."""
        if self._second is None or self._second.status is not None:
            self._second = self.worker()
        return self._second

    def worker(self) -> Worker:
        """A fresh worker with the submission loaded. Raises Stopped when the exercise is not defined in it."""
        worker = self.judge.worker(
            self.pieces, list(self.mark.forbidden), self.unit.stand_ins, self.replaced, self.unit.earlier, self.limits
        )
        if self.mark.name not in worker.loaded.names:
            worker.close()
            failures = [worker.loaded.failures[index] for index in sorted(worker.loaded.failures)]
            if not failures:
                raise Stopped(Verdict.MISSING, "is not defined.")
            raise Stopped.from_failure(failures[-1].type_name, failures[-1].message, failures[-1].where)
        return worker

    def close(self) -> None:
        for worker in (self._worker, self._second):
            if worker is not None:
                worker.close()
        self._worker = self._second = None

    def _first(self) -> None:
        try:
            self._worker = self.worker()
        except Stopped as stopped:
            if stopped.verdict in (Verdict.INTERNAL, Verdict.ERROR, Verdict.MISSING):
                return
            self._leave_out_what_never_ends(stopped)
            return
        for _, failure in sorted(self._worker.loaded.failures.items()):
            place = f"{failure.where}\n" if failure.where else ""
            self.notices.append(
                f"{place}raised {failure.type_name}: {failure.message} (the rest of the code was run all the same)"
            )

    def _leave_out_what_never_ends(self, stopped: Stopped) -> None:
        sound: list[Piece] = []
        worker = self.judge.worker([], earlier=self.unit.earlier)
        for piece in self.pieces:
            try:
                worker.load(Load(0, [piece], [], "", []))
                sound.append(piece)
            except Stopped:
                self.notices.append(
                    f"{piece.origin}, line {piece.line}: this statement {stopped.message} It was left out."
                )
                worker = self.judge.worker(sound, earlier=self.unit.earlier)
                if len(self.pieces) - len(sound) > MAX_DEATHS:
                    break
        worker.close()
        self.pieces = sound
