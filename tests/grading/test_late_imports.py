"""What is imported before submissions come: as much as their units need."""

from __future__ import annotations

import pytest

from autograder.grading.late_imports import late_imports


@pytest.mark.parametrize(
    ("units", "modules"),
    [(["07_positions"], []), (["07_positions", "11_transformer"], ["torch._dynamo"]), ([], [])],
    ids=["no optimiser", "with an optimiser", "nothing"],
)
def test_a_unit_that_makes_optimisers_has_what_they_need(course, units, modules):
    assert late_imports(course, units) == modules


def test_a_unit_that_cannot_be_read_is_somebody_elses_error(course):
    """Found by name where it is graded, and told there."""
    assert late_imports(course, ["13_nowhere"]) == []
