"""Drawn inputs, kept: hypothesis draws a pool for each property of a unit's grader once, and every submission gets its own choice from it.

Drawing is most of what a property-based test costs, and the pool depends on the course alone. Making it runs the reference through the
whole grader, so a grader that its own reference fails is found before anybody is graded with it.

The pool lies in `solutions/.cache/`: it is ours, secret, and made again when the grader, the script or a version changes.
"""

from __future__ import annotations

import hashlib
import pickle
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.faults import InternalFault
from autograder.grading import hygiene, minimal, settings
from autograder.grading.asked import on_first_device
from autograder.grading.minimal import Example
from autograder.grading.outcome import without_tracebacks
from autograder.grading.reference import UnitReference
from autograder.grading.shrink import Arguments
from autograder.judge import ahead, placing, protocol, values
from autograder.judge.ahead import Recorder
from autograder.judge.proxy import Student
from autograder.pytest_plugin import PROVIDER
from autograder.results import TestResult, Verdict, write_atomically
from autograder.toolkit import strategies
from autograder.toolkit.marks import ExerciseMark, exercise_of

FOR_EVERYBODY = 15  # the author's own examples and the first, simplest draws
FOR_ONE = 40

Pool = dict[str, list[Example]]


@dataclass(frozen=True)
class _Content:
    """What is known of a grader before anybody is graded with it."""

    pool: Pool
    for_nothing: frozenset[tuple[str, str]]


class Examples:
    """The pool of one unit.

    Args:
        versions: what the draws depend on beside the unit's files and the seed.
    """

    def __init__(self, reference: UnitReference, secret_seed: str, versions: dict[str, str]) -> None:
        self.reference = reference
        self.secret_seed = secret_seed
        self.versions = versions
        self._known: _Content | None = None

    def prepare(self) -> None:
        """Make the pool if there is none. Raises InternalFault when the reference fails its own grader."""
        self._content()

    def chosen(self, test: str, seed: int) -> list[Example] | None:
        """The examples of `test` for the submission with this seed; None where they cannot be kept, to be drawn live."""
        pool = self._content().pool.get(test)
        if pool is None:
            return None
        rest = pool[FOR_EVERYBODY:]
        count = min(len(rest), FOR_ONE - FOR_EVERYBODY)
        picked = sorted(random.Random(seed).sample(range(len(rest)), count))
        return pool[:FOR_EVERYBODY] + [rest[index] for index in picked]

    @property
    def _file(self) -> Path:
        unit = self.reference.unit
        parts = [
            unit.script.read_bytes(),
            unit.grader.read_bytes(),
            self.secret_seed.encode(),
            repr(self.versions).encode(),
            *(
                Path(module.__file__ or "").read_bytes()
                for module in (hygiene, settings, strategies, ahead, protocol, values)
            ),
            Path(__file__).read_bytes(),
        ]
        digest = hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
        return unit.secret.parent / ".cache" / f"{unit.name}-{digest[:20]}.examples"

    def for_nothing(self) -> frozenset[tuple[str, str]]:
        """The (exercise, test) pairs that earn their points only beside an answer that is right (see `hygiene`)."""
        return self._content().for_nothing

    def _content(self) -> _Content:
        if self._known is None:
            self._known = self._read() or self._make()
        return self._known

    def _read(self) -> _Content | None:
        try:
            data = self._file.read_bytes()
        except OSError:
            return None
        # Pickle is for what this very course has written into its secret folder, and for nothing else.
        digest, content = data[:32], data[32:]
        known = pickle.loads(content) if hashlib.sha256(content).digest() == digest else None
        return known if isinstance(known, _Content) else None

    def _make(self) -> _Content:
        run = _PoolRun(self.reference, self.secret_seed)
        run.run()
        made = _Content(run.pool, hygiene.tests_for_nothing(self.reference, run.pool))
        content = pickle.dumps(made)
        try:
            for old in self._file.parent.glob(f"{self.reference.unit.name}-*.examples"):
                old.unlink(missing_ok=True)
            write_atomically(self._file, hashlib.sha256(content).digest() + content)
        except OSError:
            pass  # a course on a read-only disk: the pool is made again next time
        return made


class _Kept:
    """The examples of one test that passed, each with what was asked."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.examples: list[Example] = []

    def begin(self) -> None:
        self.recorder.begin()

    def keep(self, arguments: Arguments) -> None:
        self.examples.append(Example(arguments, tuple(self.recorder.asked)))


class _PoolRun:
    """Runs the grader's properties on the reference and keeps what was drawn."""

    def __init__(self, reference: UnitReference, secret_seed: str) -> None:
        self.unit_reference = reference
        self.secret_seed = secret_seed
        self.recorder = Recorder(reference.local)
        self.pool: Pool = {}
        self.failed: list[str] = []

    def run(self) -> None:
        from autograder.grading.run import run_pytest

        settings.use_profile(settings.POOL)
        run_pytest(self.unit_reference.unit.grader, self)
        if self.failed:
            raise InternalFault(f"The reference fails its own grader: {'; '.join(self.failed)}")

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[PROVIDER] = self

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        from autograder.grading.run import seed_test

        items[:] = [
            item
            for item in items
            if exercise_of(getattr(item, "cls", None))
            and minimal.is_property(item.function)
            and on_first_device(item, self.devices)  # what is drawn there serves on the others
        ]
        without_tracebacks(items)
        for item in items:
            seed_test(item.function, self.secret_seed)

    def student(self, mark: ExerciseMark) -> Student:
        return Student(self.recorder, self.reference(mark).signatures)

    def reference(self, mark: ExerciseMark) -> Student:
        return self.unit_reference.student

    def devices(self) -> list[str]:
        return placing.available()

    def property_test(self, item: Any, fixed: Arguments) -> None:
        kept = _Kept(self.recorder)
        minimal.run_live(item.function, fixed, kept)
        if all(_is_kept_faithfully(example.arguments) for example in kept.examples):
            self.pool[test_key(item)] = kept.examples

    def record(self, mark: ExerciseMark, result: TestResult) -> None:
        if result.verdict not in (Verdict.PASSED, Verdict.UNVERIFIED):
            self.failed.append(f"{mark.name}, {result.name}: {result.message.splitlines()[0]}")


def test_key(item: Any) -> str:
    """`TestSoftmax.test_works_along_any_axis[axis0]`: the same for every submission, and on every device."""
    parameters = getattr(item, "callspec", None)
    if parameters is None or "device" not in parameters.params:
        return f"{item.cls.__qualname__}.{item.name}"
    others = [part for part in parameters.id.split("-") if part != parameters.params["device"]]
    return f"{item.cls.__qualname__}.{item.originalname}[{'-'.join(others)}]"


test_key.__test__ = False  # type: ignore[attr-defined]  # pytest must not take it for a test


def _is_kept_faithfully(arguments: Arguments) -> bool:
    """Draws that are made while the test runs (`st.data()`) cannot be replayed."""
    return not any(type(value).__module__.startswith("hypothesis") for value in arguments.values())
