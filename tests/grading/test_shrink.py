"""Arrays that fail become small ones that fail alike; and however long that could go on, it ends."""

from __future__ import annotations

import numpy as np

from autograder.grading.shrink import MAX_TRIES, shrink

GENERATOR = np.random.default_rng(1)


def test_rows_that_belong_together_are_dropped_together():
    """The width of the queries stays that of the keys, and only what matters is left."""
    drawn = {"q": GENERATOR.normal(size=(4, 3)), "k": GENERATOR.normal(size=(5, 3))}
    smallest = shrink(drawn, lambda given: given["q"].shape[-1:] == given["k"].shape[-1:] and given["q"].size > 0)
    assert smallest["q"].shape == smallest["k"].shape == (1,)
    assert {*smallest["q"].tolist(), *smallest["k"].tolist()} <= {0.0, 1.0, 2.0}


def test_an_entry_that_matters_is_kept_and_the_others_become_simple():
    smallest = shrink({"x": np.array([[0.37, 5.0], [7.3, 2.25]])}, lambda given: bool((given["x"] == 7.3).any()))
    assert smallest["x"].tolist() == [7.3]


def test_what_cannot_be_made_smaller_stays_as_it_is():
    x = GENERATOR.normal(size=(2, 3))
    assert shrink({"x": x, "axis": 1}, lambda given: given["x"] is x)["x"] is x


def test_the_search_ends_after_a_number_of_tries_and_with_something_that_fails():
    asked = []

    def fails(given):
        asked.append(given)
        return given["x"].size >= 30

    smallest = shrink({"x": GENERATOR.normal(size=(300, 4))}, fails)
    assert len(asked) == MAX_TRIES
    assert 30 <= smallest["x"].size < 1200
