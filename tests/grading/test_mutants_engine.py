"""Which mutants are made of a reference, how they are told apart, and how one is judged."""

from __future__ import annotations

import ast
import sys
import textwrap
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from tiny import tiny_course

from autograder.course import CourseError
from autograder.faults import InternalFault
from autograder.grading.examples import Examples
from autograder.grading.grade import Grader
from autograder.grading.mutants import Mutant, equivalents_file, equivalents_of, mutants_of
from autograder.grading.reference import UnitReference
from autograder.grading.refusal import RefusalRun
from autograder.grading.variants import Variant, submission_of
from autograder.results import Verdict

LESSON = '''
# %%
import math
import numpy as np
from autograder import check
# %% solution="step"
def step(x, y=1):
    """Not 2 + 2, but x == y."""
    z = x + 1
    ### BEGIN SOLUTION
{body}
    ### END SOLUTION
    return z
# %% check="step" points=1
check(step)
'''


def reference_with(folder, body: str) -> UnitReference:
    script = LESSON.format(body=textwrap.indent(textwrap.dedent(body).strip(), "    "))
    return UnitReference(tiny_course(folder, script=script).unit("01_steps"))


def changes(folder, body: str) -> list[str]:
    return [mutant.change for mutant in mutants_of(reference_with(folder, body), "step")]


def changed_lines(folder, line: str) -> set[str]:
    """What the only line of a reference becomes, `None` standing for nothing at all."""
    return {change.removeprefix(f"{line} → ") for change in changes(folder, line)}


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("z = x + y", {"z = x - y", "z = x", "z = y", "left out"}),
        ("z = x @ y", {"z = x * y", "z = y @ x"}),
        ("z = x & y", {"z = x | y"}),
        ("z = x == y", {"z = x != y"}),
        ("z = x < y", {"z = x <= y", "z = x > y"}),
        ("z = x is None", {"z = x is not None"}),
        ("z = x and y", {"z = x or y", "z = x", "z = y"}),
        ("z = not x", {"z = x"}),
        ("z = 0", {"z = 1"}),
        ("z = 1.0", {"z = 2.0", "z = 0.0", "z = -1.0"}),
        ("z = 3", {"z = 4", "z = 0", "z = -3"}),
        ("z = True", {"z = False"}),
        ("z = x.sum(axis=-1)", {"z = x.sum(axis=1)", "z = x.sum(axis=-2)", "z = x.sum(axis=-0)", "z = x.sum()"}),
        ("z = x.max(keepdims=True)", {"z = x.max(keepdims=False)", "z = x.max()", "z = x.min(keepdims=True)", "z = x"}),
        ("z = np.divide(x, y)", {"z = np.divide(y, x)", "z = x"}),
        ("z = max(x, y)", {"z = min(x, y)", "z = max(y, x)", "z = x"}),
        ("z = x.astype(np.float64)", {"z = x.astype(np.float32)", "z = x"}),
        ("z = x.T", {"z = x"}),
        ("z = x[:2]", {"z = x[:]", "z = x[2:]", "z = x[:3]"}),
        ("z = x if y else 5", {"z = 5 if y else x", "z = x", "z = 5"}),
        ("x, z = (x, y)", {"z, x = (x, y)", "x, z = (y, x)"}),
    ],
)
def test_a_line_is_changed_in_every_way_that_its_parts_allow(tmp_path, line, some):
    assert some <= changed_lines(tmp_path, line)


def test_no_module_is_left_where_a_call_was(tmp_path):
    assert "z = np" not in changed_lines(tmp_path, "z = np.sum(x)")


def test_a_condition_is_turned_round_made_constant_and_left_out(tmp_path):
    made = changes(tmp_path, "if isinstance(x, list):\n    x = y")
    assert "if isinstance(x, list): → if True:" in made
    assert "if isinstance(x, list): → if not isinstance(x, list):" in made
    assert "if isinstance(x, list): → left out" in made


def test_of_an_error_message_only_the_named_values_are_changed(tmp_path):
    line = "raise ValueError(f'found 1 and {len(x)}, expected {y + 1} < 3')"
    assert changed_lines(tmp_path, line) == {
        "left out",
        "raise TypeError(f'found 1 and {len(x)}, expected {y + 1} < 3')",
        "raise f'found 1 and {len(x)}, expected {y + 1} < 3'",
        "raise ValueError(f'found 1 and …, expected {y + 1} < 3')",
        "raise ValueError(f'found 1 and {len(x)}, expected … < 3')",
    }


def test_what_a_student_is_given_stays_as_it_is(tmp_path):
    reference = reference_with(tmp_path, "z = z * y")
    for mutant in mutants_of(reference, "step"):
        assert "def step(x, y=1):\n" in mutant.source
        assert "Not 2 + 2, but x == y." in mutant.source
        assert "    z = x + 1\n" in mutant.source
        assert "    return z" in mutant.source


def test_mutants_differ_from_the_reference_and_from_each_other_and_compile(tmp_path):
    reference = reference_with(tmp_path, "z = x - -1\nif x < 0:\n    z = -x\nz = z - -1")
    mutants = mutants_of(reference, "step")
    sources = [ast.dump(ast.parse(mutant.source)) for mutant in mutants]
    assert len(set(sources)) == len(mutants) > 10
    assert ast.dump(ast.parse(reference.script.solutions["step"].source)) not in sources


def test_two_changes_of_the_same_line_have_two_names(tmp_path):
    made = changes(tmp_path, "z = z * y\nif x:\n    z = z * y")
    assert {"z = z * y → z = z / y", "z = z * y → z = z / y [2]"} <= set(made)
    assert len(set(made)) == len(made)


def test_mutants_come_in_the_order_of_the_lines_and_always_the_same(tmp_path):
    reference = reference_with(tmp_path, "a = x\nb = y\nz = a")
    first = [mutant.change.split(" → ")[0] for mutant in mutants_of(reference, "step")]
    assert first == sorted(first)
    assert mutants_of(reference, "step") == mutants_of(UnitReference(reference.unit), "step")


def test_a_method_is_named_and_its_class_is_not(tmp_path):
    script = """
    # %% solution="Counter"
    class Counter:
        def add(self, n):
            ### BEGIN SOLUTION
            return n + self.count
            ### END SOLUTION
    # %% check="Counter" points=1
    check(Counter)
    """
    reference = UnitReference(tiny_course(tmp_path, script=script).unit("01_steps"))
    assert "add: return n + self.count → return n" in [m.change for m in mutants_of(reference, "Counter")]


def test_a_unit_without_a_list_has_no_equivalents(tmp_path):
    assert equivalents_of(tiny_course(tmp_path).unit("01_steps")) == {}


def test_the_list_gives_changes_and_reasons(tmp_path):
    unit = tiny_course(tmp_path).unit("01_steps")
    equivalents_file(unit).write_text('[double]\n"return 2 * x → return x * 2" = "It is the same."\n')
    assert equivalents_of(unit) == {"double": {"return 2 * x → return x * 2": "It is the same."}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[double]\n"return 2 * x → return x" = " "\n', "has no reason"),
        ('[double]\n"return 2 * x → return x" = 3\n', "has no reason"),
        ('"return 2 * x → return x" = "It is the same."\n', "below its exercise's"),
        ("[double\n", "not valid TOML"),
    ],
)
def test_a_list_that_gives_no_reason_or_cannot_be_read_is_refused(tmp_path, text, told):
    unit = tiny_course(tmp_path).unit("01_steps")
    equivalents_file(unit).write_text(text)
    with pytest.raises(CourseError, match=told):
        equivalents_of(unit)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_course(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def tiny_grader(tiny):
    with Grader(tiny) as grader:
        yield grader


def refusal(grader: Grader, source: str, exercise: str = "double"):
    reference = grader.reference(grader.course.unit("01_steps"))
    return grader.refusal(submission_of(reference, [Variant("mutant", "double", source)], "mutant"), exercise)


def test_a_right_solution_is_not_refused(tiny_grader):
    assert refusal(tiny_grader, "def double(x):\n    return x + x") is None


def test_a_wrong_solution_is_refused_by_the_first_test_that_fails(tiny_grader):
    found = refusal(tiny_grader, "def double(x):\n    x *= 2\n    return 0 * x")
    assert (found.name, found.verdict) == ("test_doubles_every_entry", Verdict.FAILED)


def test_after_the_first_refusal_nothing_more_is_run(tiny_grader):
    reference = tiny_grader.reference(tiny_grader.course.unit("01_steps"))
    submission = submission_of(reference, [Variant("mutant", "double", "def double(x):\n    return x")], "mutant")
    examples = Examples(reference, "seed", {})
    run = RefusalRun(tiny_grader.judge, reference, submission, "seed", examples, only=frozenset(["double"]))
    run.run()
    assert [result.verdict for result in run.tests["double"].values()] == [
        Verdict.FAILED,
        Verdict.INTERNAL,  # what a test has until it is run
        Verdict.INTERNAL,
    ]


def test_an_endless_mutant_is_refused(tiny_grader):
    found = refusal(tiny_grader, "def double(x):\n    while True:\n        pass")
    assert found.verdict is Verdict.TIMEOUT


def test_a_grader_that_fails_itself_is_no_ordinary_refusal(tmp_path):
    weak = """
    import numpy as np
    from autograder.toolkit import exercise, points

    @exercise("double", points=4)
    class TestDouble:
        @points(4)
        def test_is_two_for_one(self, student):
            if student.double(np.ones(1))[0] != 2.0:
                raise OSError("the grader is broken")
    """
    with Grader(tiny_course(tmp_path, grader=weak)) as grader:
        assert refusal(grader, "def double(x):\n    return x + x") is None
        assert refusal(grader, "def double(x):\n    return 3 * x").verdict is Verdict.INTERNAL


def test_an_exercise_without_tests_accepts_nothing(tiny_grader):
    with pytest.raises(InternalFault):
        refusal(tiny_grader, "def double(x):\n    return 2 * x", "unknown")


def test_every_mutant_of_the_tiny_course_is_refused(tiny_grader):
    mutants = mutants_of(tiny_grader.reference(tiny_grader.course.unit("01_steps")), "double")
    assert (
        Mutant("double", "return 2 * x → return 2 / x", 'def double(x):\n    """Twice x."""\n    return 2 / x')
        in mutants
    )
    assert [mutant.change for mutant in mutants if refusal(tiny_grader, mutant.source) is None] == []
