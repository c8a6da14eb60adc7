"""A class as it might be: two units, twelve students, every verdict, some names that are hard to print."""

from __future__ import annotations

from msgspec.structs import replace

from autograder.results import (
    Argument,
    Counterexample,
    ExerciseResult,
    Report,
    Result,
    TestResult,
    Verdict,
    exercise_verdict,
)

UNITS: dict[str, dict[str, list[tuple[str, str, float]]]] = {
    "01_vectors": {
        "dot": [
            ("test_agrees", "agrees with the definition", 2),
            ("test_lengths", "refuses vectors of different lengths", 1),
            ("test_empty", "gives 0.0 for empty vectors", 1),
        ],
        "norm": [("test_agrees", "agrees with the definition", 2)],
        "cosine_similarity": [
            ("test_agrees", "agrees with the definition", 2),
            ("test_range", "stays within -1 and 1 even after rounding", 1),
            ("test_zero", "gives 0.0 for a zero vector", 1),
        ],
        "angle": [("test_agrees", "agrees with the definition", 1), ("test_parallel", "parallel vectors give 0", 1)],
        "Vector": [("test_dot", "has a dot product", 1), ("test_plain", "is written in plain Python", 1)],
        "cosine_similarity_matrix": [
            ("test_agrees", "agrees with `cosine_similarity` for each pair of rows", 2),
            ("test_steady", "does the same work in Python for any number of rows", 2),
        ],
        "most_similar": [
            ("test_agrees", "finds the nearest keys", 1.5),
            ("test_ties", "ties go to the lower index", 0.5),
        ],
    },
    "02_softmax": {
        "softmax": [
            ("test_agrees", "agrees with the definition", 2),
            ("test_large", "survives large scores", 1),
            ("test_steady", "works on whole arrays", 1),
        ],
        "log_softmax": [
            ("test_agrees", "agrees with the definition", 2),
            ("test_finite", "is finite wherever the input is", 2),
        ],
        "softmax_with_temperature": [
            ("test_agrees", "divides the scores by the temperature", 1),
            ("test_refuses", "refuses a temperature of 0 or less", 1),
        ],
        "softmax_backward": [
            ("test_agrees", "agrees with the vector–Jacobian product", 2),
            ("test_memory", "needs memory in proportion to `y`", 1),
        ],
    },
}

OVERFLOW = Counterexample(
    call="softmax(x)",
    inputs=[Argument("x", "np.array([1000.0, 0.0])")],
    got="array([nan,  0.])",
    expected="array([1., 0.])",
    again="softmax(np.array([1000.0, 0.0]))",
)
WRONG_AXIS = Counterexample(
    call="softmax(x, axis=0)",
    inputs=[Argument("x", "[[0.0, 1.0, 2.0], [0.0, 0.0, 0.0]]")],
    got="[[0.0900306, 0.244728, nan], [0.333333, 0.333333, 0.333333]]",
    expected="[[0.5, 0.731059, 0.880797], [0.5, 0.268941, 0.119203]]",
)
NO_ROOT = "the sum of squares is returned without its square root"
NO_MAXIMUM = "the maximum is not subtracted before `exp`"
LAST_AXIS = "the `axis` argument is ignored and the last axis is used"


def _fault(
    verdict: Verdict, message: str = "", found: Counterexample | None = None, mistake: str | None = None
) -> TestResult:
    """What a test finds, not yet said of a test."""
    return TestResult("", "", verdict, 0.0, 0.0, message, found, mistake)


LARGE = _fault(Verdict.FAILED, "`exp` overflows for large scores: subtract the maximum first.", OVERFLOW, NO_MAXIMUM)
AXIS = _fault(
    Verdict.FAILED, "The weights along `axis` have to sum to 1, whichever axis is asked for.", WRONG_AXIS, LAST_AXIS
)
UNWRITTEN = _fault(Verdict.MISSING, "not written yet")
FORBIDDEN = _fault(Verdict.FORBIDDEN, "Your code called `np.dot`, which is what this exercise asks you to write.")
LOOP = _fault(
    Verdict.TIMEOUT, "No answer within 10 s.", Counterexample("softmax(x)", [Argument("x", "np.array([0.0])")])
)
GREEDY = _fault(Verdict.MEMORY, "The Jacobian itself has n² entries: sum first, then multiply.")
CRASH = _fault(Verdict.CRASHED, "Python ended in the middle of the call.")
RAISED = _fault(
    Verdict.ERROR,
    "TypeError: unsupported operand type(s) for /: 'list' and 'float'\n(cell 5, line 3: return x / temperature)",
    Counterexample("softmax_with_temperature(x, 2.0)", [Argument("x", "np.array([1.0])")], None, "array([1.])"),
)
NORM = _fault(
    Verdict.FAILED,
    "The length of [3, 4] is 5.",
    Counterexample("norm(a)", [Argument("a", "[2.0]")], "4.0", "2.0"),
    NO_ROOT,
)
SLOW_ROWS = _fault(
    Verdict.FAILED,
    "The work done in Python must not grow with the rows.\nFor 4 times the rows your code took 4 times the steps.",
    Counterexample(
        "cosine_similarity_matrix(x, y)",
        [Argument("x", "np.ones((64, 8))"), Argument("y", "np.ones((16, 8))")],
        "1,027 operations",
        "11 operations",
    ),
)
ELSEWHERE = _fault(Verdict.UNVERIFIED, "this machine has no CUDA GPU.")
OURS = _fault(Verdict.INTERNAL, "the worker could not be started: no process slots left")

FAULTS: dict[str, dict[tuple[str, str], TestResult]] = {
    "Ada Lovelace": {},
    "Benoît Mandelbrot": {
        ("softmax", "test_large"): LARGE,
        ("log_softmax", "test_finite"): _fault(Verdict.FAILED, "Compute it without `log(softmax(x))`."),
    },
    "carl": {("norm", "test_agrees"): NORM, ("softmax", "test_agrees"): AXIS, ("softmax", "test_large"): LARGE},
    "Carl": {("dot", "*"): FORBIDDEN, ("softmax", "test_agrees"): AXIS},
    "Dorothy Vaughan": {
        ("softmax_backward", "test_memory"): GREEDY,
        ("cosine_similarity_matrix", "test_steady"): SLOW_ROWS,
    },
    "李雷": {("softmax", "*"): LOOP, ("norm", "test_agrees"): NORM},
    "Emmy Noether": {("most_similar", "*"): CRASH, ("softmax_with_temperature", "test_agrees"): RAISED},
    "Fei-Fei": {(name, "*"): UNWRITTEN for unit in UNITS.values() for name in unit},
    "Grace Hopper": {("softmax_backward", "*"): OURS},
    "a/b": {("softmax", "test_large"): LARGE, ("norm", "test_agrees"): NORM, ("Vector", "*"): UNWRITTEN},
    "../../etc/passwd": {
        ("angle", "test_parallel"): _fault(Verdict.FAILED, "Rounding may push a cosine beyond 1: clip it.")
    },
    "Wolfeschlegelsteinhausenbergerdorff, Hubert Blaine": {
        ("softmax", "test_agrees"): AXIS,
        ("log_softmax", "*"): UNWRITTEN,
    },
}


def sample_result(student: str, unit: str, isolation: str = "confined") -> Result:
    exercises = [_exercise(student, name, tests) for name, tests in UNITS[unit].items()]
    return Result(
        submission=student,
        unit=unit,
        points=sum(exercise.points for exercise in exercises),
        max_points=sum(exercise.max_points for exercise in exercises),
        isolation=isolation,
        exercises=exercises,
        notices=["Two cells define `softmax`: the one with the exercise's id was graded."] if student == "carl" else [],
        layers={"landlock": "file system read-only", "seccomp": "34 calls allowed", "rlimits": "live"},
        seed=20170612,
        versions={"course": "1.0", "numpy": "2.4.1", "python": "3.11.2", "torch": "2.13.0"},
        timing={"seconds": 0.31},
    )


def sample_report() -> Report:
    return Report([
        sample_result(student, unit, "process" if student == "Emmy Noether" else "confined")
        for unit in UNITS
        for student in FAULTS
    ])  # fmt: skip


def hostile_result(text: str) -> Result:
    """A result in which every text that can come from outside is `text`: one exercise for each verdict."""
    found = Counterexample(call=text, inputs=[Argument(text, text)], got=text, expected=text + "1", again=text)
    exercises = [
        ExerciseResult(
            name=text,
            verdict=verdict,
            points=0.0,
            max_points=1.0,
            tests=[TestResult(text, text, verdict, 0.0, 1.0, text, found, text)],
            notices=[text],
        )
        for verdict in Verdict
    ]
    return Result(
        submission=text,
        unit=text,
        points=0.0,
        max_points=float(len(exercises)),
        isolation=text,
        exercises=exercises,
        notices=[text],
        layers={text: text},
        versions={text: text},
    )


def _exercise(student: str, name: str, tests: list[tuple[str, str, float]]) -> ExerciseResult:
    results = []
    for function, title, points in tests:
        faults = FAULTS[student]
        found = faults.get((name, function)) or faults.get((name, "*")) or _fault(Verdict.PASSED)
        reached = points if found.verdict is Verdict.PASSED else 0.0
        results.append(replace(found, name=function, title=title, points=reached, max_points=points))
    if (student, name) == ("Dorothy Vaughan", "softmax"):
        results.append(replace(ELSEWHERE, name="test_agrees[cuda]", title="agrees with the definition, on a CUDA GPU"))
    stand_in = ["The public stand-in for `norm` was used here: yours does not pass its checks yet."]
    return ExerciseResult(
        name=name,
        verdict=exercise_verdict(results),
        points=sum(test.points for test in results),
        max_points=sum(test.max_points for test in results),
        tests=results,
        notices=stand_in if (student, name) == ("carl", "cosine_similarity") else [],
    )
