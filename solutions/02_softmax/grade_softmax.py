"""The hidden grader of unit 02. Agreement with the reference first, then each promise of the contract by itself."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.grading.candidates import candidates
from autograder.toolkit import (
    arrays,
    assert_accepts_any_layout,
    assert_agrees,
    assert_at_most_times_the_reference,
    assert_computes_integers_in_float64,
    assert_inputs_unchanged,
    assert_keeps_dtype,
    assert_memory_grows_linearly,
    assert_refuses,
    assert_spares,
    assert_steady_operations,
    assert_value_error,
    axes,
    axis_of,
    exercise,
    points,
    require,
)

READY_MADE = ["torch.softmax", "torch.log_softmax", "scipy.special.softmax"]
INF = np.inf

ATTENTION_SCORES = np.array([[2.0, 4.0, 4.0], [4.0, 16.0, 12.0], [4.0, 12.0, 10.0]])
HALF_MASKED = np.array([[0.5, -INF, 2.0, 1.0], [-INF, -INF, -INF, 3.0], [1.0, -2.0, 0.0, -INF]])
FULLY_MASKED = np.array([[-INF, -INF, -INF], [1.0, 2.0, 4.0], [-INF, 0.5, -INF]])
NOTHING_BUT_MASKED = np.full((2, 3), -INF)
LARGE = np.array([[1e4, -1e4, 9999.0], [-1e4, -1e4, -1e4 - 1], [0.0, 1e4, -1e4], [-9998.0, -9999.0, -1e4]])
HUGE = np.array([[1e150, 0.0, -1e150], [-9e149, -1e150, -INF], [1.0, 1e99, 1e100]])  # no ties: rounding may decide
FAR_APART = np.array([[3.0, 2.0, 2.5], [-9000.0, -9001.0, -9000.5], [700.0, 701.0, 702.5]])
TINY_SHARES = np.array([0.0, -45.0, -100.0, -230.0, -340.0])
SIGNED = np.array([[100, -100, 101, 0], [5, 3, 4, 5], [-128, 127, 0, 1]])
UNSIGNED = np.array([[200, 0, 199, 1], [5, 3, 4, 5]])
LONG = np.array([[3, -3, 0], [0, 2, -3]]) * 2.0**61  # differences do not fit into 64 bits
LONG_UNSIGNED = np.array([[2.0**63, 0.0, 1.0]])
WELL_CONDITIONED = np.array([[0.5, -1.5, 2.0, 1.0], [3.0, 1.0, -2.0, 0.0], [-0.5, 0.5, 2.5, -3.0]])

temperatures = st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.0, 10.0]) | st.floats(0.1, 20.0)


def block(*shape):
    """Scores of that shape, all different, from -4 to 4."""
    size = int(np.prod(shape))
    return (np.arange(size) * 7 % size / size * 8 - 4).reshape(shape)


def within_the_contract(x, *others):
    """Inputs are drawn as the contract has them, but a failing one is made smaller, and must not end up empty or unequal."""
    if x.size == 0 or any(other.shape != x.shape for other in others):
        raise ValueError("this input was never asked about")


def in_every_type(x, *others):
    """x as each of the floating types, and the others."""
    return x.astype(np.float16), x.astype(np.float32), x, *others


def partly_masked():
    """Arrays in which some columns are -inf, but never a whole slice."""

    def hide(x):
        last = x.shape[-1]
        hidden = st.lists(st.booleans(), min_size=last, max_size=last).filter(lambda columns: not all(columns))
        return hidden.map(lambda columns: np.where(columns, -INF, x))

    return arrays(min_dims=1, max_dims=2, min_side=2).flatmap(hide)


@exercise("softmax", points=10, forbidden=READY_MADE)
class TestSoftmax:
    @points(1.5)
    @example(x=np.array([0.0, 0.0]))
    @example(x=np.array([1.0, 2.0]))
    @example(x=ATTENTION_SCORES)
    @given(x=arrays(min_dims=1, max_dims=3))
    def test_agrees_with_the_reference(self, student, reference, x):
        """The exponential of each score, divided by the sum of the exponentials in the same slice (each row, if axis
        is not given)."""
        within_the_contract(x)
        assert_agrees(student.softmax(x), reference.softmax(x))

    @points(1.5)
    @example(x=np.array([[0.0, 1.0, 3.0], [0.0, 2.0, 5.0]]), axis=0)
    @example(x=block(2, 3, 4), axis=-2)
    @example(x=block(2, 3, 4, 5), axis=1)
    @example(x=block(2, 1, 3, 2, 4), axis=-3)
    @given(x=arrays(min_dims=1, max_dims=4), axis=axes)
    def test_works_along_any_axis(self, student, reference, x, axis):
        """Maximum and sum belong to one slice, along the axis that was asked for, counted from the front or the back."""
        within_the_contract(x)
        axis = axis_of(x, axis)
        assert_agrees(student.softmax(x, axis=axis), reference.softmax(x, axis=axis))

    @points(1)
    @example(x=np.array([1000.0, 999.0]))
    @example(x=LARGE)
    @example(x=HUGE)
    @example(x=np.array([-1e4, -10001.0]))
    @given(x=arrays(min_dims=1, max_dims=2, magnitude=10000))
    def test_survives_large_scores(self, student, reference, x):
        """For large scores the exponential is inf, for very negative ones all of them are 0. What may be done to the
        scores of a slice without changing its shares?"""
        within_the_contract(x)
        assert_agrees(student.softmax(x), reference.softmax(x))

    @points(0.5)
    def test_treats_slices_of_different_size_each_by_itself(self, student, reference):
        """Slices may differ by thousands: what is right to subtract in one leaves nothing but zeros in another."""
        assert_agrees(student.softmax(FAR_APART), reference.softmax(FAR_APART))
        assert_agrees(student.softmax(FAR_APART.T.copy(), axis=0), reference.softmax(FAR_APART.T.copy(), axis=0))

    @points(0.5)
    def test_small_shares_keep_their_digits(self, student, reference):
        """A share of 10⁻²⁰ is a number like any other: nothing may be added to it, cut off or rounded away."""
        expected = reference.softmax(TINY_SHARES)
        assert_agrees(student.softmax(TINY_SHARES), expected, scale=expected)

    @points(1)
    @example(x=np.array([0.0, -INF]))
    @example(x=HALF_MASKED)
    @given(x=partly_masked())
    def test_gives_nothing_to_scores_of_minus_infinity(self, student, reference, x):
        """A score of -inf has the share 0, exactly, and the others are as if it were not there."""
        within_the_contract(x)
        shares = student.softmax(x)
        assert_agrees(shares, reference.softmax(x))
        require(np.all(shares[np.isneginf(x)] == 0), "the share of -inf should be exactly 0", shares)

    @points(1)
    def test_gives_zeros_where_everything_is_minus_infinity(self, student, reference):
        """Where all scores are -inf nobody gets a share: zeros, not NaN and not equal shares, and the other slices as
        ever. In float16 too, where a number like 1e-12 is 0."""
        cases = [(np.array([-INF, -INF]), -1), (np.array([[-INF], [2.0]]), -1), (FULLY_MASKED, -1)]
        for x, axis in [*cases, (FULLY_MASKED.T.copy(), 0), (NOTHING_BUT_MASKED, 0)]:
            assert_agrees(student.softmax(x, axis=axis), reference.softmax(x, axis=axis))
        shares = student.softmax(NOTHING_BUT_MASKED.astype(np.float16))
        require(np.all(shares == 0), "where everything is -inf, all shares should be 0 in float16 too", shares)

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float16, float32 and float64 come back as what they were; whole numbers of the usual kind give float64."""
        assert_keeps_dtype(student.softmax, reference.softmax, WELL_CONDITIONED, scale=4.0)

    @points(0.5)
    def test_stays_finite_in_half_precision(self, student, reference):
        """float16 ends at 65504, so its exponential is inf from 12 on: large scores come sooner there. And it has four digits: beside
        10000 nothing is left of the logarithm of a sum, and two equal shares are still a half each."""
        x = np.array([[30.0, -30.0, 30.0, -30.0], [-40.0, -40.0, -INF, -40.0], [16.0, 0.0, -16.0, -8.0]], np.float16)
        assert_agrees(student.softmax(x), reference.softmax(x.astype(np.float64)).astype(np.float16), scale=10.0)
        x = np.array([[1e4, 1e4, -1e4, -INF], [-1e4, -1e4, -1e4, -1e4], [6e4, -6e4, 0.0, 1.0]], np.float16)
        shares = np.array([[0.5, 0.5, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25], [1.0, 0.0, 0.0, 0.0]], np.float16)
        assert_agrees(student.softmax(x), shares, scale=1.0)

    @points(0.5)
    def test_computes_integers_in_float64(self, student, reference):
        """Integers have no room for differences: 5 - 100 is 161 in uint8, and NumPy's exp makes float16 of int8. Convert first."""
        for x in (SIGNED, UNSIGNED, LONG, LONG_UNSIGNED):
            assert_computes_integers_in_float64(student.softmax, reference.softmax, x)

    @points(0.5)
    def test_leaves_its_input_unchanged_however_it_lies_in_memory(self, student, reference):
        """The scores belong to the caller: work on a copy. And they may be every second entry of something larger, or
        transposed."""
        for x in in_every_type(WELL_CONDITIONED, FULLY_MASKED, LARGE, SIGNED):
            assert_inputs_unchanged(student.softmax, x)
        for axis in (-1, 0):
            assert_accepts_any_layout(student.softmax, reference.softmax, block(2, 3, 4), axis=axis)

    @points(0.5)
    def test_works_on_whole_arrays(self, student):
        """A loop in Python issues work for every row or entry; NumPy's operations take the whole array at once."""
        assert_steady_operations(student.softmax, small=[block(4, 5)], large=[block(48, 60)])
        assert_steady_operations(student.softmax, small=[block(2, 3, 4)], large=[block(12, 14, 16)])
        assert_steady_operations(student.softmax, small=[block(4, 5), 0], large=[block(48, 60), 0])

    @points(0.5)
    def test_takes_no_more_than_three_times_the_time(self, student, reference):
        """For 1024 rows of 1024 scores. Is anything computed twice, for each pair of scores, or in a slow number type?"""
        assert_at_most_times_the_reference(3, student, reference, "softmax", [block(1024, 1024)])


def assert_log_agrees(student, reference, x, **axis):
    """Rounding may grow with the scores: a right answer may be the score minus the logarithm of the whole sum."""
    scale = 1 + float(np.max(np.abs(x), where=np.isfinite(x), initial=0))
    assert_agrees(student.log_softmax(x, **axis), reference.log_softmax(x, **axis), scale=scale)


@exercise("log_softmax", points=8, forbidden=READY_MADE)
class TestLogSoftmax:
    @points(1.5)
    @example(x=np.array([0.0, 0.0]))
    @example(x=np.array([1.0, 2.0]))
    @example(x=ATTENTION_SCORES)
    @given(x=arrays(min_dims=1, max_dims=3))
    def test_agrees_with_the_reference(self, student, reference, x):
        """The natural logarithm of the shares: each score minus the logarithm of the sum of exponentials of its slice."""
        within_the_contract(x)
        assert_log_agrees(student, reference, x)

    @points(1)
    @example(x=np.array([[0.0, 1.0, 3.0], [0.0, 2.0, 5.0]]), axis=0)
    @example(x=block(2, 3, 4), axis=-2)
    @example(x=block(2, 3, 4, 5), axis=1)
    @example(x=block(2, 1, 3, 2, 4), axis=-3)
    @given(x=arrays(min_dims=1, max_dims=4), axis=axes)
    def test_works_along_any_axis(self, student, reference, x, axis):
        """The sum belongs to one slice, along the axis that was asked for, counted from the front or the back."""
        within_the_contract(x)
        axis = axis_of(x, axis)
        assert_log_agrees(student, reference, x, axis=axis)

    @points(1.5)
    @example(x=np.array([0.0, 1000.0]))
    @example(x=np.array([0.0, 60.0, 300.0]))
    @example(x=np.array([1000.0, 1000.0, 0.0]))
    @example(x=np.array([0.0, 738.0, 741.0]))
    @given(x=arrays(min_dims=1, max_dims=2, min_side=2, magnitude=500))
    def test_keeps_what_vanishes_as_a_share(self, student, reference, x):
        """Shares below 10⁻³²⁴ are 0 for a computer, and the logarithm of 0 is -inf. Simplify the logarithm of the
        fraction first, so that no share is ever computed."""
        within_the_contract(x)
        assert_log_agrees(student, reference, x)

    @points(1)
    @example(x=LARGE)
    @example(x=FAR_APART)
    @example(x=HUGE[:1])
    @example(x=np.array([-1e4, -10001.0]))
    @given(x=arrays(min_dims=1, max_dims=2, magnitude=10000))
    def test_survives_large_scores(self, student, reference, x):
        """For large scores the exponential is inf, for very negative ones all of them are 0: subtract what is right for
        each slice, everywhere that it matters."""
        within_the_contract(x)
        assert_log_agrees(student, reference, x)

    @points(0.5)
    def test_keeps_minus_infinity_where_it_is(self, student, reference):
        """A score of -inf has a share of 0, whose logarithm is -inf; the others are as if it were not there."""
        for x in (HALF_MASKED, np.array([0.0, -INF]), np.array([-2000.0, -INF, -2001.0])):
            assert_log_agrees(student, reference, x)
        assert_log_agrees(student, reference, HALF_MASKED.T.copy(), axis=0)

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float16, float32 and float64 come back as what they were, finite too; whole numbers give float64, of int8 and
        uint8 as well."""
        assert_keeps_dtype(student.log_softmax, reference.log_softmax, WELL_CONDITIONED, scale=8.0)
        for x in (SIGNED, UNSIGNED, LONG, LONG_UNSIGNED):
            size = 1 + np.abs(x).max()
            assert_computes_integers_in_float64(student.log_softmax, reference.log_softmax, x, scale=size)
        for dtype in (np.float16, np.float32):
            x = np.array([1000.0, -1000.0, 0.0], dtype)
            assert_agrees(student.log_softmax(x), np.array([0.0, -2000.0, -1000.0], dtype), scale=1000.0)

    @points(0.5)
    def test_leaves_its_input_unchanged_however_it_lies_in_memory(self, student, reference):
        """The scores belong to the caller: work on a copy. And they may be every second entry of something larger, or
        transposed."""
        for x in in_every_type(WELL_CONDITIONED, HALF_MASKED, LARGE, SIGNED):
            assert_inputs_unchanged(student.log_softmax, x)
        for axis in (-1, 0):
            assert_accepts_any_layout(student.log_softmax, reference.log_softmax, block(2, 3, 4), axis=axis, scale=5.0)

    @points(1.5)
    def test_works_on_whole_arrays(self, student):
        """A loop in Python issues work for every row or entry; NumPy's operations take the whole array at once."""
        assert_steady_operations(student.log_softmax, small=[block(4, 5)], large=[block(48, 60)])
        assert_steady_operations(student.log_softmax, small=[block(2, 3, 4)], large=[block(12, 14, 16)])
        assert_steady_operations(student.log_softmax, small=[block(4, 5), 0], large=[block(48, 60), 0])


@exercise("softmax_with_temperature", points=5, forbidden=READY_MADE)
class TestSoftmaxWithTemperature:
    @points(1.5)
    @example(x=np.array([1.0, 2.0]), temperature=1.0)
    @example(x=np.array([1.0, 2.0]), temperature=2.0)
    @example(x=np.array([1.0, 2.0]), temperature=0.5)
    @example(x=np.array([1.0, 2.0]), temperature=3)
    @given(x=arrays(min_dims=1, max_dims=3), temperature=temperatures)
    def test_agrees_with_the_reference(self, student, reference, x, temperature):
        """The softmax of the scores divided by the temperature: above 1 the shares come closer together, below 1 they
        move apart."""
        within_the_contract(x)
        got = student.softmax_with_temperature(x, temperature)
        assert_agrees(got, reference.softmax_with_temperature(x, temperature))

    @points(0.5)
    @example(x=np.array([[0.0, 1.0, 3.0], [0.0, 2.0, 5.0]]), axis=0, temperature=2.0)
    @example(x=block(2, 3, 4), axis=-2, temperature=0.5)
    @given(x=arrays(min_dims=1, max_dims=3), axis=axes, temperature=temperatures)
    def test_works_along_any_axis(self, student, reference, x, axis, temperature):
        """The shares add up to 1 along the axis that was asked for: is axis handed on?"""
        within_the_contract(x)
        axis = axis_of(x, axis)
        got = student.softmax_with_temperature(x, temperature, axis=axis)
        assert_agrees(got, reference.softmax_with_temperature(x, temperature, axis=axis))

    @points(1)
    def test_refuses_a_temperature_that_is_not_above_0(self, student):
        """0 and less raise ValueError, before anything is computed, and the message names the temperature that was
        given."""
        for temperature, named in ((-2.5, "2.5"), (-7, "7"), (0.0, "0"), (0, "0"), (-1e-3, "")):
            assert_value_error(student.softmax_with_temperature, WELL_CONDITIONED, temperature, names=[named])

    @points(1)
    def test_survives_large_scores_and_extreme_temperatures(self, student, reference):
        """Everything that softmax promises holds here too: large scores, tiny and huge temperatures, and -inf."""
        cases = [(np.array([0.0, 1e4]), 1024.0), (np.array([1e4, 9999.0]), 0.5), (np.array([0.0, -INF]), 2.0)]
        cases += [(LARGE, 0.5), (LARGE, 2.0), (LARGE, 1024.0), (LARGE, 2.0**-7), (FAR_APART, 0.25), (FAR_APART, 4.0)]
        cases += [(np.array([1.0, 3.0, 2.0]), 1e-100), (np.array([-2.0, -1.0]), 1e-100), (ATTENTION_SCORES, 1e100)]
        cases += [
            (np.array([0.0, 1.0, -2.0]) * temperature, temperature) for temperature in (2.0**-10, 2.0**-20, 2.0**-40)
        ]
        cases += [(HALF_MASKED, 2.0), (FULLY_MASKED, 0.5), (NOTHING_BUT_MASKED, 4.0)]
        for x, temperature in cases:
            got = student.softmax_with_temperature(x, temperature)
            assert_agrees(got, reference.softmax_with_temperature(x, temperature))

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float16, float32 and float64 come back as what they were; whole numbers give float64, and are not rounded
        when they are divided."""
        for temperature in (2.0, 0.5, 4):
            function = student.softmax_with_temperature
            assert_keeps_dtype(function, reference.softmax_with_temperature, WELL_CONDITIONED, temperature, scale=7.0)

    @points(0.5)
    def test_leaves_its_input_unchanged_however_it_lies_in_memory(self, student, reference):
        """The scores belong to the caller: divide into a new array. And they may be every second entry of something
        larger, or transposed."""
        function, right = student.softmax_with_temperature, reference.softmax_with_temperature
        for x in in_every_type(WELL_CONDITIONED, FULLY_MASKED, LARGE, SIGNED):
            assert_inputs_unchanged(function, x, 2.0)
        assert_accepts_any_layout(function, right, block(2, 3, 4), 2.0)


def shares(reference, x, axis=-1):
    return reference.softmax(x, axis=axis)


def gradients_like(x, seed=0):
    """Halves from -6 to 6 in the shape of x that have nothing to do with it."""
    return np.random.default_rng(seed).integers(-12, 13, x.shape) / 2


@exercise("softmax_backward", points=7, forbidden=READY_MADE)
class TestSoftmaxBackward:
    @points(2)
    @example(x=np.array([0.0, 0.0]), dy=np.array([1.0, 0.0]))
    @example(x=np.array([0.0, 1.0, 2.0]), dy=np.array([1.0, 2.0, 3.0]))
    @given(x=arrays(min_dims=1, max_dims=1, max_side=6), dy=arrays(min_dims=1, max_dims=1, min_side=6, max_side=6))
    def test_agrees_with_the_reference_on_one_slice(self, student, reference, x, dy):
        """Every score moves all the shares of its slice, not only its own: collect dy through all of them."""
        dy = dy[: x.size]
        within_the_contract(x, dy)
        y = shares(reference, x)
        assert_agrees(student.softmax_backward(y, dy), reference.softmax_backward(y, dy))

    @points(1.5)
    @example(x=ATTENTION_SCORES / 4, axis=-1, seed=1)
    @example(x=block(2, 3), axis=0, seed=2)
    @example(x=block(2, 3, 4), axis=-2, seed=3)
    @example(x=block(2, 3, 4, 5), axis=-1, seed=4)
    @given(x=arrays(min_dims=1, max_dims=4), axis=axes, seed=st.integers(0, 999))
    def test_works_on_many_slices_along_any_axis(self, student, reference, x, axis, seed):
        """Each slice has a sum of its own, along the axis that was asked for."""
        within_the_contract(x)
        axis = axis_of(x, axis)
        y, dy = shares(reference, x, axis), gradients_like(x, seed)
        assert_agrees(student.softmax_backward(y, dy, axis=axis), reference.softmax_backward(y, dy, axis=axis))

    @points(0.5)
    def test_small_gradients_keep_their_digits(self, student, reference):
        """Where softmax is nearly certain the gradients are tiny, but not zero, and not negligible for learning."""
        y = shares(reference, np.array([[20.0, 0.0, -4.0], [-30.0, 0.0, -28.0]]))
        dy = np.array([[0.0, 2.0, -3.0], [1.0, 0.0, -2.0]])
        assert_agrees(student.softmax_backward(y, dy), reference.softmax_backward(y, dy), scale=1e-4)

    @points(0.5)
    def test_gives_zeros_where_all_shares_are_zero(self, student, reference):
        """A slice whose scores were all -inf has no shares to move: its gradient is 0."""
        for x, axis in ((FULLY_MASKED, -1), (FULLY_MASKED.T.copy(), 0), (HALF_MASKED, -1)):
            y, dy = shares(reference, x, axis), gradients_like(x)
            assert_agrees(student.softmax_backward(y, dy, axis=axis), reference.softmax_backward(y, dy, axis=axis))

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float16, float32 and float64 come back as what they were; whole numbers of any width give float64."""
        y, dy = shares(reference, WELL_CONDITIONED), gradients_like(WELL_CONDITIONED)
        assert_keeps_dtype(student.softmax_backward, reference.softmax_backward, y, dy, scale=7.0)
        certain, dy = np.array([[0, 1, 0], [1, 0, 0]]), np.array([[3, -2, 5], [1, 4, 2]])
        assert_computes_integers_in_float64(student.softmax_backward, reference.softmax_backward, certain, dy)

    @points(0.5)
    def test_leaves_its_inputs_unchanged_however_they_lie_in_memory(self, student, reference):
        """The shares and the gradient belong to the caller: work on copies. And they may be every second entry of
        something larger, or transposed."""
        for y in in_every_type(shares(reference, WELL_CONDITIONED), shares(reference, FULLY_MASKED)):
            assert_inputs_unchanged(student.softmax_backward, y, gradients_like(y).astype(y.dtype))
        for axis in (-1, 0):
            y = shares(reference, block(2, 3, 4), axis)
            backward, right = student.softmax_backward, reference.softmax_backward
            assert_accepts_any_layout(backward, right, y, gradients_like(y), axis=axis)

    @points(1.5)
    def test_needs_memory_in_proportion_to_the_shares(self, student):
        """The Jacobian has n times n numbers for a slice of n. The result has only n, and so has everything on the way
        there, if the sum is simplified first."""
        for axis, small, large in ((-1, (32, 256), (32, 1024)), (0, (256, 32), (1024, 32)), (0, (1024,), (4096,))):
            little, much = np.full(small, 1 / small[axis]), np.full(large, 1 / large[axis])
            assert_memory_grows_linearly(
                student.softmax_backward,
                small=[little, gradients_like(little), axis],
                large=[much, gradients_like(much), axis],
            )


SOFTMAXES = candidates(__file__, "softmax")


def assert_finds(student, mistake):
    assert_refuses(student.check_softmax, SOFTMAXES.wrong(mistake), SOFTMAXES.right)


@exercise("check_softmax", points=6)
class TestCheckSoftmax:
    def test_spares_right_solutions(self, student):
        """Right solutions are written in many ways and differ in their last digits: ask only for what is promised."""
        assert_spares(student.check_softmax, SOFTMAXES.right)

    @points(0.5)
    def test_refuses_one_with_powers_of_2(self, student):
        """Its shares add up to 1 and have the right order: only a share that you know tells."""
        assert_finds(student, "powers_of_2")

    @points(0.5)
    def test_refuses_one_that_ignores_axis(self, student):
        """Ask for an axis that is not the last."""
        assert_finds(student, "always_along_the_last_axis")

    @points(0.5)
    def test_refuses_one_whose_usual_axis_is_the_first(self, student):
        """Does your test ever leave axis out, for an array with more than one?"""
        assert_finds(student, "usual_axis_is_the_first")

    @points(0.5)
    def test_refuses_one_that_divides_by_the_sum_of_everything(self, student):
        """A single slice does not tell: ask for an array with several."""
        assert_finds(student, "sum_over_the_whole_array")

    @points(0.5)
    def test_refuses_one_that_cannot_take_large_scores(self, student):
        """The exponential of 1000 is inf. What should come out is known by hand if all scores are that large."""
        assert_finds(student, "no_maximum_subtracted")

    @points(0.5)
    def test_refuses_one_that_cannot_take_very_negative_scores(self, student):
        """Large scores are one thing; where all scores of a slice are very negative, other things go wrong."""
        assert_finds(student, "largest_absolute_value_subtracted")

    @points(0.5)
    def test_refuses_one_that_makes_large_scores_equal(self, student):
        """Finite is not yet right: of 1000 and 1001 the second gets more."""
        assert_finds(student, "scores_cut_off")

    @points(0.5)
    def test_refuses_one_with_a_single_maximum_for_all_slices(self, student):
        """Slices that are thousands apart, in one array: each has shares of its own."""
        assert_finds(student, "maximum_of_the_whole_array")

    @points(0.5)
    def test_refuses_one_that_gives_nan_for_nothing_but_minus_infinity(self, student):
        """What should come out of a slice of nothing but -inf?"""
        assert_finds(student, "nan_where_everything_is_hidden")

    @points(0.5)
    def test_refuses_one_that_gives_shares_for_nothing_but_minus_infinity(self, student):
        """No NaN is not enough: in a slice of nothing but -inf nobody gets a share."""
        assert_finds(student, "minus_infinity_made_finite")

    @points(0.5)
    def test_refuses_one_that_always_gives_float64(self, student):
        """The numbers are right, and their type is not: float32 stays float32."""
        assert_finds(student, "always_float64")

    @points(0.5)
    def test_refuses_one_that_wraps_small_whole_numbers_around(self, student):
        """Whole numbers come in narrow types: in int8, 127 - (-128) is -1."""
        assert_finds(student, "differences_of_small_integers")
