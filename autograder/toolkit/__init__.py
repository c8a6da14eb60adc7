"""The parts that graders and visible checks are written from: each states in a line what is meant.

marks         exercise, points: what a test is worth; on_devices: where it runs
compare       assert_agrees: the same value, type, shape, up to rounding
contracts     what every function owes: inputs untouched, dtype kept, the right error for bad input
performance   work counted, memory counted, CPU time against the reference
student_tests what a test is worth that a student writes
strategies    inputs for property-based tests
show          values as a student would type them
"""

from autograder.toolkit.compare import Disagreement, assert_agrees, require
from autograder.toolkit.contracts import (
    assert_accepts_any_layout,
    assert_computes_integers_in_float64,
    assert_inputs_unchanged,
    assert_keeps_dtype,
    assert_no_warnings,
    assert_value_error,
)
from autograder.toolkit.marks import exercise, on_devices, points
from autograder.toolkit.performance import (
    assert_at_most_times_the_reference,
    assert_memory_grows_linearly,
    assert_steady_operations,
    assert_work_grows_linearly,
    counted,
)
from autograder.toolkit.strategies import arrays, axes, axis_of, elements, generator, matrices, spaced, vectors
from autograder.toolkit.student_tests import Candidate, assert_refuses, assert_spares

__all__ = [
    "Candidate",
    "Disagreement",
    "arrays",
    "assert_accepts_any_layout",
    "assert_agrees",
    "assert_at_most_times_the_reference",
    "assert_computes_integers_in_float64",
    "assert_inputs_unchanged",
    "assert_keeps_dtype",
    "assert_memory_grows_linearly",
    "assert_no_warnings",
    "assert_refuses",
    "assert_spares",
    "assert_steady_operations",
    "assert_value_error",
    "assert_work_grows_linearly",
    "axes",
    "axis_of",
    "counted",
    "elements",
    "exercise",
    "generator",
    "matrices",
    "on_devices",
    "points",
    "require",
    "spaced",
    "vectors",
]
