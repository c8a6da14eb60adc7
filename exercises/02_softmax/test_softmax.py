"""Visible checks of unit 02: the lesson's worked numbers, and properties that you can think through."""

import math
from functools import cache

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograder.toolkit import (
    Candidate,
    arrays,
    assert_agrees,
    assert_inputs_unchanged,
    assert_refuses,
    assert_spares,
    assert_value_error,
    exercise,
    require,
)

READY_MADE = ["torch.softmax", "torch.log_softmax", "scipy.special.softmax"]
LN2, LN3, LN9 = math.log(2), math.log(3), math.log(9)


@exercise("softmax", forbidden=READY_MADE)
class TestSoftmax:
    def test_equal_scores_get_equal_shares(self, student):
        """Three equal scores: a third for each."""
        assert_agrees(student.softmax(np.array([7.0, 7.0, 7.0])), np.array([1.0, 1.0, 1.0]) / 3)

    def test_gives_the_shares_worked_out_by_hand(self, student):
        """e⁰ = 1, e^ln2 = 2 and e^ln3 = 3 add up to 6: the shares are 1/6, 2/6 and 3/6."""
        assert_agrees(student.softmax(np.array([0.0, LN2, LN3])), np.array([1.0, 2.0, 3.0]) / 6)

    def test_gives_the_attention_weights_of_unit_03(self, student):
        """The scores of three queries against three keys, as you will meet them in unit 03: each row becomes shares."""
        shares = student.softmax(np.array([[2.0, 4.0, 4.0], [4.0, 16.0, 12.0], [4.0, 12.0, 10.0]]))
        expected = np.array([[0.0634, 0.4683, 0.4683], [6.04e-6, 0.98201, 0.01799], [2.95e-4, 0.88054, 0.11917]])
        assert_agrees(np.round(shares, 4), np.round(expected, 4))

    def test_axis_says_where_the_shares_add_up_to_1(self, student):
        """With axis=0 each column is a slice: compare the sums down the columns with those along the rows."""
        columns = student.softmax(np.array([[0.0, 0.0, LN3], [0.0, LN3, 0.0]]), axis=0)
        assert_agrees(columns, np.array([[0.5, 0.25, 0.75], [0.5, 0.75, 0.25]]))

    @given(x=arrays(min_dims=1, max_dims=3))
    def test_shares_lie_between_0_and_1_and_add_up_to_1(self, student, x):
        """No share is negative, and along the axis they add up to 1: is the division by the sum of the same slice?"""
        shares = student.softmax(x)
        require(np.all((shares >= 0) & (shares <= 1)), "every share should lie between 0 and 1", shares)
        assert_agrees(shares.sum(axis=-1), np.ones(x.shape[:-1]) if x.ndim > 1 else np.float64(1.0))

    @given(x=arrays(min_dims=1, max_dims=1), shift=st.integers(-20, 20))
    def test_adding_a_number_to_all_scores_changes_nothing(self, student, x, shift):
        """Only differences between scores count."""
        expected = student.softmax(x)
        assert_agrees(student.softmax(x + shift), expected)

    def test_large_scores_give_no_nan(self, student):
        """e¹⁰⁰⁰ is too large for a computer: what can be done to the scores before the exponential?"""
        assert_agrees(student.softmax(np.array([1000.0, 1000.0 + LN3])), np.array([0.25, 0.75]))

    def test_a_score_of_minus_infinity_gets_nothing(self, student):
        """The share of a score of -inf is 0, and the others share as if it were not there."""
        assert_agrees(student.softmax(np.array([0.0, -np.inf, LN3])), np.array([0.25, 0.0, 0.75]))

    def test_nothing_but_minus_infinity_gives_zeros(self, student):
        """Nobody gets a share, and never NaN; the slices beside it are not touched by that."""
        shares = student.softmax(np.array([[-np.inf, -np.inf], [0.0, LN3]]))
        assert_agrees(shares, np.array([[0.0, 0.0], [0.25, 0.75]]))

    def test_whole_numbers_and_float32_are_welcome(self, student):
        """Integers give float64; float32 stays float32."""
        assert_agrees(student.softmax(np.array([3, 3])), np.array([0.5, 0.5]))
        assert_agrees(student.softmax(np.array([3, 3], np.float32)), np.array([0.5, 0.5], np.float32))

    def test_leaves_the_scores_as_they_were(self, student):
        """The caller still needs its scores: compute with a new array."""
        assert_inputs_unchanged(student.softmax, np.array([1.0, 2.0, 4.0]))


@exercise("log_softmax", forbidden=READY_MADE)
class TestLogSoftmax:
    def test_gives_the_logarithms_worked_out_by_hand(self, student):
        """The scores 0 and ln 3 have the shares 1/4 and 3/4: the results are ln(1/4) and ln(3/4)."""
        assert_agrees(student.log_softmax(np.array([0.0, LN3])), np.array([math.log(0.25), math.log(0.75)]))

    def test_keeps_what_is_too_small_to_be_seen_as_a_share(self, student):
        """e⁻¹⁰⁰⁰ is 0 for a computer, but its logarithm is an ordinary number: -1000."""
        assert_agrees(student.log_softmax(np.array([0.0, 1000.0])), np.array([-1000.0, 0.0]))

    def test_axis_says_which_way_the_slices_run(self, student):
        """With axis=0 each column is a slice."""
        logarithms = student.log_softmax(np.array([[0.0, 5.0, LN3], [0.0, 5.0, 0.0]]), axis=0)
        assert_agrees(logarithms, np.log(np.array([[0.5, 0.5, 0.75], [0.5, 0.5, 0.25]])))

    @given(x=arrays(min_dims=1, max_dims=3))
    def test_the_exponentials_add_up_to_1(self, student, x):
        """The exponentials of the results are shares again, so they add up to 1 along the axis."""
        shares = np.exp(student.log_softmax(x))
        assert_agrees(shares.sum(axis=-1), np.ones(x.shape[:-1]) if x.ndim > 1 else np.float64(1.0))

    @given(x=arrays(min_dims=1, max_dims=1, min_side=2, magnitude=50))
    def test_differences_between_scores_stay_as_they_are(self, student, x):
        """All results of a slice are the scores moved by one and the same number."""
        results = student.log_softmax(x)
        assert_agrees(results - results[0], x - x[0])

    def test_a_score_of_minus_infinity_stays_minus_infinity(self, student):
        """A share of 0 has the logarithm -inf; the others are as if it were not there."""
        assert_agrees(student.log_softmax(np.array([3.0, -np.inf, 3.0])), np.array([-LN2, -np.inf, -LN2]))

    def test_leaves_the_scores_as_they_were(self, student):
        """The caller still needs its scores: compute with a new array."""
        assert_inputs_unchanged(student.log_softmax, np.array([1.0, 2.0, 4.0]))


@exercise("softmax_with_temperature", forbidden=READY_MADE)
class TestSoftmaxWithTemperature:
    def test_a_temperature_of_1_is_plain_softmax(self, student):
        """The shares of 0 and ln 9 are 1/10 and 9/10."""
        assert_agrees(student.softmax_with_temperature(np.array([0.0, LN9]), 1.0), np.array([0.1, 0.9]))

    def test_a_high_temperature_evens_the_shares_out(self, student):
        """At 2 the scores 0 and ln 9 count as 0 and ln 3."""
        assert_agrees(student.softmax_with_temperature(np.array([0.0, LN9]), 2.0), np.array([0.25, 0.75]))

    def test_a_low_temperature_sharpens_the_shares(self, student):
        """At 0.5 the scores 0 and ln 9 count as 0 and ln 81."""
        assert_agrees(student.softmax_with_temperature(np.array([0.0, LN9]), 0.5), np.array([1.0, 81.0]) / 82)

    def test_axis_says_which_way_the_slices_run(self, student):
        """With axis=0 each column is a slice."""
        shares = student.softmax_with_temperature(np.array([[0.0, LN9, 5.0], [LN9, 0.0, 5.0]]), 2.0, axis=0)
        assert_agrees(shares, np.array([[0.25, 0.75, 0.5], [0.75, 0.25, 0.5]]))

    def test_a_temperature_that_is_not_above_0_is_refused(self, student):
        """0 and negative temperatures make no sense: raise ValueError with a message that names the temperature."""
        assert_value_error(student.softmax_with_temperature, np.array([1.0, 2.0]), 0.0)
        assert_value_error(student.softmax_with_temperature, np.array([1.0, 2.0]), -1.5, names=["1.5"])

    def test_leaves_the_scores_as_they_were(self, student):
        """The caller still needs its scores: divide into a new array."""
        assert_inputs_unchanged(student.softmax_with_temperature, np.array([1.0, 2.0, 4.0]), 2.0)


def shares_of(scores):
    """The lesson's formula as it stands: good enough for a few small scores."""
    exponentials = [math.exp(score) for score in scores]
    return [exponential / sum(exponentials) for exponential in exponentials]


@exercise("softmax_backward", forbidden=READY_MADE)
class TestSoftmaxBackward:
    def test_gives_the_gradient_worked_out_in_the_lesson(self, student):
        """The shares are equal and only the first matters: its score should rise and the other's should fall."""
        gradient = student.softmax_backward(np.array([0.5, 0.5]), np.array([1.0, 0.0]))
        assert_agrees(gradient, np.array([0.25, -0.25]))

    def test_gives_another_gradient_worked_out_by_hand(self, student):
        """First score: 1 · 0.2 · (1 - 0.2) + 2 · 0.3 · (0 - 0.2) + 3 · 0.5 · (0 - 0.2) = 0.16 - 0.12 - 0.3 = -0.26."""
        gradient = student.softmax_backward(np.array([0.2, 0.3, 0.5]), np.array([1.0, 2.0, 3.0]))
        assert_agrees(gradient, np.array([-0.26, -0.09, 0.35]))

    def test_each_slice_has_a_gradient_of_its_own(self, student):
        """The rows are the two examples above and one where all shares matter alike, so that nothing is to be gained."""
        y = np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5], [0.2, 0.3, 0.5]])
        dy = np.array([[1.0, 0.0, 0.0], [1.0, 2.0, 3.0], [4.0, 4.0, 4.0]])
        expected = np.array([[0.25, -0.25, 0.0], [-0.26, -0.09, 0.35], [0.0, 0.0, 0.0]])
        assert_agrees(student.softmax_backward(y, dy), expected)
        columns = student.softmax_backward(y.T.copy(), dy.T.copy(), axis=0)
        assert_agrees(columns, expected.T.copy())

    def test_predicts_what_a_small_step_does(self, student):
        """Move one score by a millionth and watch the loss Σ dy·y: it changes by a millionth of the gradient there."""
        scores, dy, step = [0.5, -1.0, 2.0], [1.0, -2.0, 0.5], 1e-6
        gradient = student.softmax_backward(np.array(shares_of(scores)), np.array(dy))
        for moved in range(3):
            up = [score + step * (place == moved) for place, score in enumerate(scores)]
            down = [score - step * (place == moved) for place, score in enumerate(scores)]
            rise = sum(d * (a - b) for d, a, b in zip(dy, shares_of(up), shares_of(down), strict=True)) / (2 * step)
            require(abs(gradient[moved] - rise) < 1e-6, f"entry {moved} of the gradient should be {rise:.6f}", gradient)

    def test_leaves_both_arrays_as_they_were(self, student):
        """The backward pass of other steps needs them too: compute with new arrays."""
        assert_inputs_unchanged(student.softmax_backward, np.array([0.2, 0.3, 0.5]), np.array([1.0, 2.0, 3.0]))


@cache
def ready_made():
    """PyTorch's softmax, with zeros where everything is -inf. No other exercise needs PyTorch, which takes long to import."""
    import torch

    def softmax(x, axis=-1):
        shares = torch.nan_to_num(torch.softmax(torch.from_numpy(x.astype(np.float64)), axis)).numpy()
        return shares.astype(x.dtype if x.dtype.kind == "f" else np.float64)

    return softmax


@cache
def right():
    return [Candidate("a right softmax", ready_made())]


@exercise("check_softmax")
class TestCheckSoftmax:
    def test_spares_a_right_softmax(self, student):
        """There is nothing wrong with it. What did your test expect that was not promised?"""
        assert_spares(student.check_softmax, right())

    def test_refuses_one_that_gives_everybody_the_same(self, student):
        """Equal shares add up to 1 too. Which scores must not get equal shares?"""
        wrong = Candidate(
            "one that gives all scores of a slice equal shares", lambda x, axis=-1: ready_made()(0.0 * x, axis)
        )
        assert_refuses(student.check_softmax, wrong, right())

    def test_refuses_one_that_doubles_the_scores_first(self, student):
        """Its shares add up to 1 and have the right order. A share that you know by hand would tell."""
        wrong = Candidate("one that doubles all scores first", lambda x, axis=-1: ready_made()(2 * x, axis))
        assert_refuses(student.check_softmax, wrong, right())

    def test_refuses_one_that_ignores_axis(self, student):
        """Its shares add up to 1 along the last axis, whatever axis is asked for: ask for another."""
        wrong = Candidate("one that ignores axis", lambda x, axis=-1: ready_made()(x))
        assert_refuses(student.check_softmax, wrong, right())
