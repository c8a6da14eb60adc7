"""Workers for tests that need one which has seen no call: as few as will do."""

from __future__ import annotations

from autograder.grading.reference import UnitReference
from autograder.grading.transports import RestartingTransport
from autograder.judge.protocol import Operation, Piece
from autograder.toolkit.marks import ExerciseMark

COUNTS = "calls = []\ndef count():\n    calls.append(1)\n    return len(calls)"


def test_the_first_worker_is_a_fresh_one_while_it_has_seen_no_call(judge, course, monkeypatch):
    started = []
    start = judge.worker
    monkeypatch.setattr(judge, "worker", lambda *args: started.append(start(*args)) or started[-1])
    unit = UnitReference(course.unit("softmax"))
    transport = RestartingTransport(judge, [Piece(COUNTS, "cell 1", 1)], ExerciseMark("count", 1.0), unit, [])

    def fresh() -> int:
        with transport.fresh() as worker:
            return worker.call("count", [])

    assert (fresh(), len(started)) == (1, 1)  # the one that was there
    assert (fresh(), len(started)) == (1, 2)
    assert (transport.request(Operation.CALL, "count", []), len(started)) == (1, 3)
    assert (fresh(), len(started)) == (1, 4)  # not the one that has been called
    assert transport.request(Operation.CALL, "count", []) == 2
    transport.close()
    assert all(worker.status is not None for worker in started)
