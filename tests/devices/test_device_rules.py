"""Programs of the toy unit through the real Grader: right ones pass on every device, and device mistakes show on a laptop."""

from __future__ import annotations

import pytest

from autograder.results import ExerciseResult, Verdict

from .conftest import Graded, Program
from .course import REFERENCES, UNSCALED
from .device_mistakes import DEVICE_MISTAKES
from .right_programs import RIGHT

STOPPED = (Verdict.FAILED, Verdict.ERROR)
Results = dict[Program, ExerciseResult]


@pytest.fixture(scope="module")
def reference_results(graded: Graded) -> Results:
    return graded(REFERENCES)


@pytest.fixture(scope="module")
def right_results(graded: Graded) -> Results:
    return graded(RIGHT)


@pytest.fixture(scope="module")
def wrong_results(graded: Graded) -> Results:
    return graded(DEVICE_MISTAKES)


def _told(result: ExerciseResult) -> list[tuple[str, str, str]]:
    return [(test.name, str(test.verdict), test.message) for test in result.tests if test.verdict is not Verdict.PASSED]


@pytest.mark.parametrize("program", REFERENCES)
def test_the_reference_passes_on_the_cpu_and_on_the_simulated_device(reference_results: Results, program: Program):
    result = reference_results[program]
    assert result.verdict is Verdict.PASSED, _told(result)
    assert result.points == result.max_points
    ran = {test.name.partition("[")[2] for test in result.tests if test.verdict is Verdict.PASSED}
    assert ran == {"cpu]", "simulated]"}


@pytest.mark.parametrize("program", RIGHT)
def test_right_programs_pass_everywhere(right_results: Results, program: Program):
    assert right_results[program].verdict is Verdict.PASSED, _told(right_results[program])


@pytest.mark.parametrize("program", DEVICE_MISTAKES)
def test_device_mistakes_pass_on_the_cpu_and_fail_on_the_simulated_device(wrong_results: Results, program: Program):
    result = wrong_results[program]
    elsewhere = [test for test in result.tests if test.name.endswith("[simulated]")]
    on_cpu = [test for test in result.tests if test.name.endswith("[cpu]")]
    assert {test.verdict for test in on_cpu} == {Verdict.PASSED}, _told(result)
    assert any(test.verdict in STOPPED for test in elsewhere), _told(result)


def test_what_needs_cuda_is_reported_as_not_verified_and_costs_nothing(reference_results: Results):
    for result in reference_results.values():
        on_cuda = [test for test in result.tests if test.name.endswith("[cuda]")]
        assert on_cuda
        assert {test.verdict for test in on_cuda} == {Verdict.UNVERIFIED}
        assert sum(test.max_points for test in on_cuda) == 0


def test_a_device_mistake_costs_its_share_of_the_points_only(wrong_results: Results):
    result = wrong_results["causal_mask", "device is not passed on"]
    assert (result.points, result.max_points) == (1.0, 2.0)


def test_a_missing_device_is_told_in_the_words_of_cuda_with_the_students_line(wrong_results: Results):
    result = wrong_results["PositionalEncoding", "the table is a plain attribute"]
    (failed,) = [test for test in result.tests if test.verdict is Verdict.ERROR]
    assert (
        "Expected all tensors to be on the same device, but found at least two devices, simulated:0 and cpu!"
        in failed.message
    )
    assert "return x + self.table[: x.shape[1]]" in failed.message
    assert failed.title == "Adds the table, on a simulated GPU"


def test_a_result_left_on_the_cpu_is_told_apart_from_an_error(wrong_results: Results):
    result = wrong_results["softmax", "the answer is written into a CPU tensor"]
    failed = next(test for test in result.tests if test.verdict is Verdict.FAILED)
    assert failed.message.startswith("returns a tensor on cpu, although its inputs are on simulated")


def test_a_device_that_was_asked_for_and_not_passed_on_is_told_by_its_name(wrong_results: Results):
    result = wrong_results["causal_mask", "device is not passed on"]
    failed = next(test for test in result.tests if test.verdict is Verdict.FAILED)
    assert failed.message.startswith("returns a tensor on cpu, although `device` says simulated")


def test_a_known_mistake_in_a_module_is_named_and_shown_on_a_small_case(graded: Graded):
    program = ("MultiHeadAttention", "not scaled")
    source = RIGHT["MultiHeadAttention", "layers in another order, heads by view and permute"]
    assert "/ q.size(-1) ** 0.5" in source
    result = graded({program: source.replace("/ q.size(-1) ** 0.5", "")})[program]
    failed = [test for test in result.tests if test.verdict is Verdict.FAILED]
    assert {test.mistake for test in failed} == {UNSCALED}
    found = next(test.counterexample for test in failed if test.function == "test_agrees_under_the_same_weights")
    assert found is not None
    assert found.call.startswith("MultiHeadAttention(d_model, num_heads)(query, key, value, mask)")
    assert {argument.name: argument.value for argument in found.inputs}["num_heads"] == "1"
