"""A class: many submissions, graded on several processes, one Result each.

Every process has a Grader and a zygote of its own. Results come as they are ready; whatever goes wrong with one submission
is in its own Result. A process that is lost takes the whole pool with it: what it left ungraded is graded in a new one, once.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course import Course, CourseError, find_course, require_solutions
from autograder.course_units import exercise_names
from autograder.grading.late_imports import late_imports
from autograder.judge.layers import Isolation, IsolationError, require_linux
from autograder.judge.link import SharedZygote
from autograder.results import ExerciseResult, Result, Verdict
from autograder.submission import Found, read_submission

if TYPE_CHECKING:
    from autograder.grading.grade import Grader  # half a second, which who only asks others to grade need not spend

POOLS = 2
IMPORTED_ONCE = [
    "autograder.grading.batch",
    "autograder.grading.grade",
    "autograder.toolkit.tensors",
    "hypothesis.strategies",
]
"""What graders share with the process that forks them, beside what the units need (`late_imports`)."""

_grader: Grader | None = None


def default_jobs() -> int:
    """As many as there are processors for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def grade_all(
    found: list[Found], course: Course, isolation: Isolation = Isolation.CONFINED, jobs: int = 1
) -> Iterator[Result]:
    """The Results of `found`, in the order in which they are ready.

    Raises:
        CourseError: the course cannot be graded with.
        IsolationError: the machine lacks a layer of confinement that `isolation` needs.
    """
    require_solutions(course)
    require_linux()
    units = list(dict.fromkeys(one.unit for one in found))
    if jobs <= 1 or len(found) <= 1:
        from autograder.grading.grade import Grader

        with Grader(course, isolation, units=units) as grader:
            grader.judge.start()
            for one in found:
                yield _grade(grader, one)
        return
    left = found
    with SharedZygote(isolation, late_imports(course, units)) as zygote:
        for _ in range(POOLS):
            lost: list[Found] = []
            for one, result in _graded_by_a_pool(left, course, isolation, jobs, zygote.control):
                if result is None:
                    lost.append(one)
                else:
                    yield result
            left = lost
    for one in left:
        yield _internal(one, course, "The process that graded this submission was lost. Grade it again.")


def in_order(results: list[Result]) -> list[Result]:
    """By unit, then by student: the same on every run."""
    return sorted(results, key=lambda result: (result.unit, result.submission))


def _graded_by_a_pool(
    found: list[Found], course: Course, isolation: Isolation, jobs: int, shared: socket.socket
) -> Iterator[tuple[Found, Result | None]]:
    """Each submission with its Result, as they are ready; without one where a process of the pool was lost."""
    if not found:
        return
    context = multiprocessing.get_context("forkserver")
    others = set(multiprocessing.active_children())
    processes, units = min(jobs, len(found)), list(dict.fromkeys(one.unit for one in found))
    context.set_forkserver_preload([*IMPORTED_ONCE, *late_imports(course, units)])
    with ProcessPoolExecutor(processes, context, _start, (course.root, isolation, shared, units)) as executor:
        try:
            with _deaf_to_interrupts():  # and so are the processes that start now
                # What is drawn for a unit is made by one process, each unit by another, and found by all.
                prepared = [executor.submit(_prepare, unit) for unit in units]
                for _ in range(processes - len(units)):  # each process starts with the first thing that it is given
                    executor.submit(_get_ready)
            for each in prepared:
                each.exception()
            with _deaf_to_interrupts():
                futures = {executor.submit(_grade_here, one): one for one in found}
            for future in as_completed(futures):
                yield futures[future], _result(future, futures[future], course)
        except (BrokenProcessPool, ConnectionError):  # the second: what forks graders went before it could fork one
            for one in found:
                yield one, None
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            for process in {*multiprocessing.active_children()} - others:  # graders: their zygotes and workers end too
                process.terminate()
            raise


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ctrl-C reaches every process of a terminal. The one that was asked decides: those started in this block do not hear it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _start(root: Path, isolation: Isolation, shared: socket.socket, units: list[str]) -> None:
    from autograder.grading.grade import Grader

    global _grader
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    _grader = Grader(find_course(root), isolation, shared, units)


def _end_with_the_parent() -> None:
    """Whoever asked may be killed without a word, and a pool would wait for its next order for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _prepare(unit: str) -> None:
    assert _grader is not None
    _grader.prepare(unit)
    gc.collect()
    gc.freeze()  # what is there now stays: looking through it takes longer than grading an exercise


def _get_ready() -> None:
    """What goes wrong goes wrong again when something is graded, and is told then."""
    assert _grader is not None
    _grader.judge.start()


def _grade_here(found: Found) -> Result:
    assert _grader is not None
    return _grade(_grader, found)


def _grade(grader: Grader, found: Found) -> Result:
    names = exercise_names(grader.course.unit(found.unit))
    return grader.grade(read_submission(found, names))


def _result(future: Future[Result], found: Found, course: Course) -> Result | None:
    try:
        return future.result()
    except (CourseError, IsolationError):
        raise
    except BrokenProcessPool:
        return None
    except Exception as error:
        return _internal(
            found, course, f"Grading failed ({type(error).__name__}: {error}). This is our fault; please report it."
        )


def _internal(found: Found, course: Course, message: str) -> Result:
    names = exercise_names(course.unit(found.unit))
    exercises = [ExerciseResult(name, Verdict.INTERNAL, 0.0, 0.0, [], [message]) for name in names]
    return Result(found.student, found.unit, 0.0, 0.0, "none", exercises, [message])
