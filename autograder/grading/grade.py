"""The Grader: a submission in, a Result out.

An exercise that fails is looked at again with public stand-ins in place of the student's other failing exercises of the unit, and of
copies of earlier units' exercises, and the better outcome counts: an error made once is punished once, and code that uses its own
helpers is never refused for that.
"""

from __future__ import annotations

import ast
import hashlib
import platform
import re
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from types import TracebackType

import msgspec

from autograder.course import Course, Unit, require_solutions
from autograder.course_units import read_text
from autograder.faults import InternalFault
from autograder.grading.diagnosis import Diagnosis
from autograder.grading.examples import Examples
from autograder.grading.late_imports import late_imports
from autograder.grading.programs import unusable
from autograder.grading.reference import UnitReference
from autograder.grading.refusal import RefusalRun
from autograder.grading.run import GradingRun, submission_seed
from autograder.judge.client import Judge
from autograder.judge.layers import Isolation
from autograder.quiz.grading import QuizGrader
from autograder.results import ExerciseResult, Result, TestResult, Verdict, exercise_verdict
from autograder.submission import Submission

WORD = re.compile(r"\w+")
WRONG = (Verdict.FAILED, Verdict.ERROR)
PACKAGES = ("transformer-autograder", "numpy", "torch", "hypothesis", "pytest")


@dataclass(frozen=True)
class _Unit:
    """What grading a unit needs, made once for all submissions."""

    reference: UnitReference
    diagnosis: Diagnosis
    examples: Examples
    quiz: QuizGrader


class Grader:
    """Grades submissions of one course, with one warm zygote. Use as a context manager.

    Args:
        shared: where its zygote branches off (see `Judge`).
        units: those whose submissions it will meet: what they have in common is prepared, others take longer; None for all.
    """

    def __init__(
        self,
        course: Course,
        isolation: Isolation = Isolation.CONFINED,
        shared: socket.socket | None = None,
        units: Iterable[str] | None = None,
    ) -> None:
        require_solutions(course)
        self.course = course
        self.judge = Judge(
            isolation, shared=shared, imports=late_imports(course, course.units if units is None else units)
        )
        self._units: dict[str, _Unit] = {}

    def __enter__(self) -> Grader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.judge.close()

    def grade(self, submission: Submission) -> Result:
        """Grade every exercise of the submission's unit. A fault of ours is in the Result as `internal`, never as a zero."""
        start = time.perf_counter()
        self.judge.start()
        unit = self._unit(submission.unit)
        seed = submission_seed(self.course.secret_seed, submission.student, submission.unit)
        first = GradingRun(self.judge, unit.reference, submission, seed, unit.examples)
        fault = _run(first)
        exercises = [_exercise_result(first, unit.diagnosis, name, fault) for name in unit.reference.script.solutions]
        exercises = self._again_with_stand_ins(exercises, unit, submission, seed, first.beside)
        quiz = unit.quiz.grade(submission)
        exercises += quiz.exercises
        return Result(
            submission=submission.student,
            unit=submission.unit,
            points=sum(exercise.points for exercise in exercises),
            max_points=sum(exercise.max_points for exercise in exercises),
            isolation=self.judge.isolation.value,
            exercises=exercises,
            notices=list(submission.notices),
            for_instructor=quiz.notices,
            layers=self.judge.layers,
            seed=int(seed[:12], 16),
            versions={**_versions(unit.reference), **unit.quiz.version},
            timing={"seconds": round(time.perf_counter() - start, 3)},
        )

    def prepare(self, unit: str) -> None:
        """Draw the unit's examples, if that is not done yet. What goes wrong will be in every Result; nothing is raised."""
        with suppress(InternalFault):
            self._unit(unit).examples.prepare()

    def exercise(self, submission: Submission, name: str) -> ExerciseResult:
        """Grade one exercise as it is, without a second look at what it is built on: for authors."""
        self.judge.start()
        unit = self._unit(submission.unit)
        seed = submission_seed(self.course.secret_seed, submission.student, submission.unit)
        run = GradingRun(self.judge, unit.reference, submission, seed, unit.examples, only=frozenset([name]))
        return _exercise_result(run, unit.diagnosis, name, _run(run))

    def refusal(self, submission: Submission, name: str) -> TestResult | None:
        """The first test of one exercise that does not pass, as it failed; None when all pass. For authors, and quick."""
        self.judge.start()
        unit = self._unit(submission.unit)
        seed = submission_seed(self.course.secret_seed, submission.student, submission.unit)
        run = RefusalRun(self.judge, unit.reference, submission, seed, unit.examples, only=frozenset([name]))
        run.run()
        return run.refusal

    def reference(self, unit: Unit) -> UnitReference:
        return self._unit(unit.name).reference

    def _unit(self, name: str) -> _Unit:
        if name not in self._units:
            reference = UnitReference(self.course.unit(name))
            read_text(reference.unit.grader)  # one line for the instructor, in place of a fault in every Result
            examples = Examples(reference, self.course.secret_seed, _versions(reference))
            quiz = QuizGrader(self.course, reference.unit)
            self._units[name] = _Unit(reference, Diagnosis(reference), examples, quiz)
        return self._units[name]

    def _again_with_stand_ins(
        self,
        exercises: list[ExerciseResult],
        unit: _Unit,
        submission: Submission,
        seed: str,
        beside: dict[str, tuple[str, ...]],
    ) -> list[ExerciseResult]:
        wrong = frozenset(exercise.name for exercise in exercises if exercise.verdict is not Verdict.PASSED)
        runnable = frozenset(
            exercise.name
            for exercise in exercises
            if exercise.name in wrong
            and exercise.verdict is not Verdict.INTERNAL
            and unusable(submission.programs[exercise.name]) is None
        )
        earlier = unit.reference.earlier
        copied = {name: _defined(submission, name).intersection(earlier.names if earlier else ()) for name in runnable}
        used = {
            name: _used(submission, name, wrong - {name}) | wrong.intersection(beside.get(name, ())) | copied[name]
            for name in runnable
        }
        dependent = frozenset(name for name in runnable if used[name])
        if not dependent or not unit.reference.stand_ins:
            return exercises
        replaced = wrong.union(*copied.values())
        again = GradingRun(
            self.judge, unit.reference, submission, seed, unit.examples, only=dependent, replaced=replaced
        )
        fault = _run(again)
        found = []
        for exercise in exercises:
            second = (
                _exercise_result(again, unit.diagnosis, exercise.name, fault)
                if exercise.name in dependent
                else exercise
            )
            if second.points > exercise.points:
                others = ", ".join(f"`{name}`" for name in sorted(used[exercise.name]))
                note = (
                    f"Graded with ready-made versions of {others}, so that a mistake there does not count here again."
                )
                second = msgspec.structs.replace(second, notices=[*second.notices, note])
            found.append(second if second.points > exercise.points else exercise)
        return found


def grade_submission(submission: Submission, course: Course, *, isolation: Isolation = Isolation.CONFINED) -> Result:
    """Grade one submission with a Grader of its own."""
    with Grader(course, isolation, units=[submission.unit]) as grader:
        return grader.grade(submission)


def _run(run: GradingRun) -> str:
    """Run the grader; the text of our fault, if there was one."""
    try:
        run.examples.prepare()
        run.run()
    except InternalFault as fault:
        return fault.message
    return ""


def _exercise_result(run: GradingRun, diagnosis: Diagnosis, name: str, fault: str) -> ExerciseResult:
    tests = list(run.tests.get(name, {}).values())
    maximum = run.max_points.get(name, 0.0)
    notices = run.notices.get(name, [])
    if not tests or abs(sum(test.max_points for test in tests) - maximum) > 1e-9:
        text = fault or f"The grader's points for {name} do not add up to {maximum:g}, or it has no tests."
        return ExerciseResult(name, Verdict.INTERNAL, 0.0, maximum, tests, [*notices, text])
    verdict = exercise_verdict(tests)
    tests = _none_for_nothing(run, name, tests)
    tests = _with_mistake(run, diagnosis, name, tests)
    # No marks beside a fault of ours: part of an exercise is no basis for them.
    points = 0.0 if verdict is Verdict.INTERNAL else sum(test.points for test in tests)
    return ExerciseResult(name, verdict, points, maximum, tests, notices)


def _none_for_nothing(run: GradingRun, name: str, tests: list[TestResult]) -> list[TestResult]:
    """Tests that code which knows nothing passes count once some other test has passed."""
    for_nothing = {test for exercise, test in run.examples.for_nothing() if exercise == name}
    if any(test.verdict is Verdict.PASSED and test.function not in for_nothing for test in tests):
        return tests
    note = "Counts as soon as the code gives a right answer."
    replace = msgspec.structs.replace
    return [replace(test, points=0.0, message=note) if test.verdict is Verdict.PASSED else test for test in tests]


def _with_mistake(run: GradingRun, diagnosis: Diagnosis, name: str, tests: list[TestResult]) -> list[TestResult]:
    """The named mistake stands at every test that failed because of it."""
    wrong = {test.function for test in tests if test.verdict in WRONG}
    if not wrong:
        return tests
    says = diagnosis.name(name, run.calls.get(name, []), wrong)
    return [msgspec.structs.replace(test, mistake=says) if test.verdict in WRONG else test for test in tests]


def _used(submission: Submission, exercise: str, names: frozenset[str]) -> frozenset[str]:
    """Those of these other exercises that the exercise's program names in its code; where none is, that it mentions at all."""
    sources = [fragment.source for fragment in submission.programs[exercise].fragments]
    mentioned = names.intersection(word for source in sources for word in WORD.findall(source))
    nodes = [node for source in sources for node in ast.walk(_tree(source))]
    return mentioned.intersection(node.id for node in nodes if isinstance(node, ast.Name)) or mentioned


def _defined(submission: Submission, exercise: str) -> frozenset[str]:
    """The functions and classes that the exercise's program defines."""
    statements = [each for fragment in submission.programs[exercise].fragments for each in _tree(fragment.source).body]
    return frozenset(each.name for each in statements if isinstance(each, ast.FunctionDef | ast.ClassDef))


def _tree(source: str) -> ast.Module:
    """An empty one for what cannot be read."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _versions(reference: UnitReference) -> dict[str, str]:
    unit = reference.unit
    files = (
        unit.script,
        unit.grader,
        unit.mistakes,
        unit.alternatives,
    )  # the last two name mistakes, and are what tests are tried on
    content = b"".join(path.read_bytes() for path in files if path.is_file())
    built_on = reference.earlier.sources if reference.earlier else []
    content += "".join([reference.stand_ins, *built_on]).encode()
    return {"course": hashlib.sha256(content).hexdigest()[:16], "python": platform.python_version(), **_versions_here()}


@cache
def _versions_here() -> dict[str, str]:
    return {package: version(package) for package in PACKAGES}
