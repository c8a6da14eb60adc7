"""What a failure tells: enough digits, whole values, and the stand-ins that were really used."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.toolkit import Disagreement, assert_agrees, assert_keeps_dtype
from autograder.toolkit.show import MANY_DIGITS, show


def halves(x, mask):
    return x / 2, mask


def halves_in_float64(x, mask):
    return x.astype(np.float64) / 2, mask


def halves_and_mask_as_numbers(x, mask):
    return x / 2, mask.astype(x.dtype)


X, MASK = np.array([1.0, 3.0, -2.0]), np.array([True, False, True])


def test_a_disagreement_in_one_of_several_values_shows_them_all():
    with pytest.raises(Disagreement, match="value 2 of 2") as caught:
        assert_agrees((np.array([1.0]), np.array([2.0])), (np.array([1.0]), np.array([3.0])))
    assert (caught.value.got, caught.value.expected) == ("([1.0], [2.0])", "([1.0], [3.0])")


def test_values_that_differ_by_a_hair_are_shown_with_all_their_digits():
    with pytest.raises(Disagreement) as caught:
        assert_agrees((1.0, np.array([0.1])), (1.0, np.array([0.1 + 1e-8])))
    assert caught.value.got == "(1.0, [0.1])"
    assert caught.value.expected == "(1.0, [0.10000001])"


def test_all_digits_are_as_many_as_it_takes_and_no_more():
    assert show(0.1, MANY_DIGITS) == "0.1"
    assert show(np.nextafter(0.1, 1), MANY_DIGITS) == "0.10000000000000002"


def test_functions_of_arrays_and_masks_that_return_several_values_can_be_asked_for_their_dtype():
    assert_keeps_dtype(halves, halves, X, MASK)


@pytest.mark.parametrize("wrong", [halves_in_float64, halves_and_mask_as_numbers])
def test_a_wrong_type_among_several_values_is_found(wrong):
    with pytest.raises(Disagreement, match=r"value [12] of 2: has dtype"):
        assert_keeps_dtype(wrong, halves, X, MASK)
