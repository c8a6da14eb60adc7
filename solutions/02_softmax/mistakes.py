"""Wrong solutions of unit 02 as students write them: each must fail the test that is meant for it, and gives the mistake its name."""

import numpy as np

from autograder.toolkit.variants import mistake

# PyTorch is imported by the mistakes that use it: a grader tries other mistakes, and would wait for it a second.

SCORES = [
    np.array([0.5, -1.5, 2.0]),
    np.linspace(-3, 4, 24).reshape(2, 3, 4) ** 2,
    np.linspace(-3, 4, 24, dtype=np.float32).reshape(2, 3, 4),
    np.array([1000.0, 1001.0]),
    np.array([-20001.0, -20000.0]),
    np.array([[-9000.0, -9001.0], [3.0, 2.0]]),
    np.array([[-np.inf, -np.inf], [1.0, -np.inf]]),
    np.array([100, 103, -128], np.int8),
]
"""Every kind of scores that a test of softmax should ask for."""


def agrees(shares, expected):
    """As far as the values go."""
    assert shares.shape == expected.shape
    assert np.allclose(shares, expected, rtol=0, atol=1e-5)


def thorough(candidate, many):
    """Everything that softmax promises, for these scores."""
    for scores in many:
        for arguments in ({}, *({"axis": axis} for axis in range(-scores.ndim, scores.ndim))):
            shares, expected = candidate(scores, **arguments), softmax(scores, **arguments)
            agrees(shares, expected)
            assert shares.dtype == expected.dtype


# ---- softmax


@mistake(
    "softmax",
    caught_by="test_survives_large_scores",
    says="Large scores make the exponential inf, and very negative ones make all of them 0: the scores of a slice have to "
    "be moved to a safe place before the exponential.",
)
def no_maximum_subtracted(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    exponentials = np.exp(x)
    total = exponentials.sum(axis=axis, keepdims=True)
    return np.divide(exponentials, total, out=np.zeros_like(exponentials), where=total != 0)


@mistake(
    "softmax",
    caught_by="test_treats_slices_of_different_size_each_by_itself",
    says="The maximum of the whole array is subtracted: slices far below it get only zeros. Each slice has a maximum of its own.",
)
def maximum_of_the_whole_array(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    largest = x.max()
    exponentials = np.exp(x - (largest if np.isfinite(largest) else 0))
    total = exponentials.sum(axis=axis, keepdims=True)
    return np.divide(exponentials, total, out=np.zeros_like(exponentials), where=total != 0)


@mistake(
    "softmax",
    caught_by="test_agrees_with_the_reference",
    says="The division is by the sum over the whole array, so all shares together add up to 1 and not those of each slice.",
)
def sum_over_the_whole_array(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    largest = x.max(axis=axis, keepdims=True)
    exponentials = np.exp(x - np.where(np.isneginf(largest), 0, largest))
    total = exponentials.sum()
    return exponentials / (total if total else 1)


@mistake(
    "softmax",
    caught_by="test_works_along_any_axis",
    says="The argument `axis` is not used: the shares always add up to 1 along the last axis.",
)
def always_along_the_last_axis(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    largest = x.max(axis=-1, keepdims=True)
    exponentials = np.exp(x - np.where(np.isneginf(largest), 0, largest))
    total = exponentials.sum(axis=-1, keepdims=True)
    return exponentials / np.where(total == 0, 1, total)


@mistake(
    "softmax",
    caught_by="test_agrees_with_the_reference",
    says="The shares add up to 1 down the columns when `axis` is not given: the usual axis is the last one.",
)
def usual_axis_is_the_first(x, axis=0):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    largest = x.max(axis=axis, keepdims=True)
    exponentials = np.exp(x - np.where(np.isneginf(largest), 0, largest))
    total = exponentials.sum(axis=axis, keepdims=True)
    return exponentials / np.where(total == 0, 1, total)


@mistake(
    "softmax",
    caught_by="test_agrees_with_the_reference",
    says="The maximum and the sum lose their axis, so they meet the wrong slices: that goes well for a single slice, raises an "
    "error for some shapes and gives wrong numbers for square arrays.",
)
def axis_not_kept(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    largest = x.max(axis=axis)
    exponentials = np.exp(x - np.where(np.isneginf(largest), 0, largest))
    total = exponentials.sum(axis=axis)
    return exponentials / np.where(total == 0, 1, total)


@mistake(
    "softmax",
    caught_by="test_gives_zeros_where_everything_is_minus_infinity",
    says="A slice of nothing but -inf gives NaN: its maximum is -inf too, and -inf minus -inf has no value.",
)
def nan_where_everything_is_hidden(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    exponentials = np.exp(x - x.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


@mistake(
    "softmax",
    caught_by="test_gives_zeros_where_everything_is_minus_infinity",
    says="-inf is replaced by a large negative number: a slice of nothing but -inf then has equal scores, and all get equal "
    "shares instead of none.",
)
def minus_infinity_made_finite(x, axis=-1):
    x = x.copy() if x.dtype.kind == "f" else x.astype(np.float64)
    x[np.isneginf(x)] = np.finfo(x.dtype).min
    exponentials = np.exp(x - x.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


@mistake(
    "softmax",
    caught_by="test_survives_large_scores",
    says="Scores below a bound count as -inf, but they are ordinary scores: where all of a slice are that low, they share as usual.",
)
def low_scores_count_as_hidden(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    x = np.where(x <= -1e4, -np.inf, x).astype(x.dtype)
    largest = x.max(axis=axis, keepdims=True)
    exponentials = np.exp(x - np.where(np.isneginf(largest), 0, largest))
    total = exponentials.sum(axis=axis, keepdims=True)
    return exponentials / np.where(total == 0, 1, total)


@mistake(
    "softmax",
    caught_by="test_survives_large_scores",
    says="The largest absolute value is subtracted instead of the largest score: where all scores are very negative, every "
    "exponential is 0.",
)
def largest_absolute_value_subtracted(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    largest = np.max(np.abs(x), axis=axis, keepdims=True, where=np.isfinite(x), initial=0)
    exponentials = np.exp(x - largest)
    total = exponentials.sum(axis=axis, keepdims=True)
    return np.divide(exponentials, total, out=np.zeros_like(exponentials), where=total != 0)


@mistake(
    "softmax",
    caught_by="test_survives_large_scores",
    says="The scores are cut off at a bound so that the exponential stays finite: different scores beyond it get equal shares.",
)
def scores_cut_off(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    bound = 11 if x.dtype == np.float16 else 80
    exponentials = np.where(np.isneginf(x), 0, np.exp(np.clip(x, -bound, bound)))
    total = exponentials.sum(axis=axis, keepdims=True)
    return exponentials / np.where(total == 0, 1, total)


@mistake(
    "softmax",
    caught_by="test_agrees_with_the_reference",
    says="A small number is added to the sum before the division, so the shares no longer add up to 1. Ask which slices have "
    "a sum of 0, and treat those.",
)
def epsilon_added_to_the_sum(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    largest = x.max(axis=axis, keepdims=True)
    exponentials = np.exp(x - np.where(np.isneginf(largest), 0, largest))
    return exponentials / (exponentials.sum(axis=axis, keepdims=True) + 1e-8)


@mistake(
    "softmax",
    caught_by="test_small_shares_keep_their_digits",
    says="Differences beyond a bound are cut off, so very small shares all become equal. They may be as small as the "
    "exponential makes them.",
)
def small_shares_cut_off(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    largest = x.max(axis=axis, keepdims=True)
    difference = x - np.where(np.isneginf(largest), 0, largest)
    exponentials = np.where(np.isneginf(x), 0, np.exp(np.maximum(difference, -80)))
    total = exponentials.sum(axis=axis, keepdims=True)
    return exponentials / np.where(total == 0, 1, total)


@mistake(
    "softmax",
    caught_by="test_agrees_with_the_reference",
    says="The scores are divided by their sum without an exponential: negative scores have no place in that.",
)
def no_exponential(x, axis=-1):
    total = x.sum(axis=axis, keepdims=True)
    return x / np.where(total == 0, 1, total)


@mistake(
    "softmax",
    caught_by="test_agrees_with_the_reference",
    says="Powers of 2 are taken instead of powers of e: the shares add up to 1, but they are too even.",
)
def powers_of_2(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    largest = x.max(axis=axis, keepdims=True)
    powers = np.exp2(x - np.where(np.isneginf(largest), 0, largest))
    total = powers.sum(axis=axis, keepdims=True)
    return powers / np.where(total == 0, 1, total)


@mistake(
    "softmax",
    caught_by="test_keeps_the_dtype",
    says="Everything is computed and returned in float64: float32 and float16 scores should give shares of their own type.",
)
def always_float64(x, axis=-1):
    x = x.astype(np.float64)
    largest = x.max(axis=axis, keepdims=True)
    exponentials = np.exp(x - np.where(np.isneginf(largest), 0, largest))
    total = exponentials.sum(axis=axis, keepdims=True)
    return exponentials / np.where(total == 0, 1, total)


@mistake(
    "softmax",
    caught_by="test_computes_integers_in_float64",
    says="Whole numbers are subtracted as they are: in int8 and uint8 the differences wrap around, and the exponential is "
    "float16. Convert integers first.",
)
def differences_of_small_integers(x, axis=-1):
    largest = x.max(axis=axis, keepdims=True)
    exponentials = np.exp(x - np.where(np.isneginf(largest), 0, largest).astype(x.dtype))
    total = exponentials.sum(axis=axis, keepdims=True)
    return np.divide(exponentials, total, out=np.zeros_like(exponentials), where=total != 0)


@mistake(
    "softmax",
    caught_by="test_leaves_its_input_unchanged_however_it_lies_in_memory",
    says="The subtraction writes into the array that was handed in: the caller's scores are changed.",
)
def subtracts_in_place(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    largest = x.max(axis=axis, keepdims=True)
    x -= np.where(np.isneginf(largest), 0, largest).astype(x.dtype)
    exponentials = np.exp(x)
    total = exponentials.sum(axis=axis, keepdims=True)
    return np.divide(exponentials, total, out=np.zeros_like(exponentials), where=total != 0)


@mistake(
    "softmax",
    caught_by="test_works_on_whole_arrays",
    says="A Python loop goes through the slices one by one: NumPy can take them all at once, along the axis.",
)
def loop_over_the_slices(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    slices = np.moveaxis(x, axis, -1)
    result = np.zeros_like(slices)
    for index in np.ndindex(slices.shape[:-1]):
        row = slices[index]
        if not np.isneginf(row).all():
            exponentials = np.exp(row - row.max())
            result[index] = exponentials / exponentials.sum()
    return np.moveaxis(result, -1, axis)


@mistake(
    "softmax",
    caught_by="test_takes_no_more_than_three_times_the_time",
    says="The numbers are made more precise than they have to be, in a type that processors compute slowly.",
)
def in_a_slow_number_type(x, axis=-1):
    dtype = x.dtype if x.dtype.kind == "f" else np.float64
    x = x.astype(np.longdouble)
    largest = x.max(axis=axis, keepdims=True)
    exponentials = np.exp(x - np.where(np.isneginf(largest), 0, largest))
    total = exponentials.sum(axis=axis, keepdims=True)
    return (exponentials / np.where(total == 0, 1, total)).astype(dtype)


@mistake(
    "softmax",
    caught_by="test_takes_no_more_than_three_times_the_time",
    says="Every score is compared with every other score of its slice: for 1024 scores that is a million numbers a slice.",
)
def every_score_with_every_other(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    x = np.moveaxis(x, axis, -1)
    with np.errstate(over="ignore", invalid="ignore"):
        ratios = np.exp(x[..., None, :] - x[..., :, None])
        shares = np.where(np.isneginf(x), 0, 1 / ratios.sum(axis=-1)).astype(x.dtype)
    return np.moveaxis(shares, -1, axis)


@mistake(
    "softmax",
    caught_by="test_agrees_with_the_reference",
    says="PyTorch's softmax does the work: write it yourself, with NumPy.",
)
def asks_torch(x, axis=-1):
    import torch

    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    return torch.nan_to_num(torch.softmax(torch.tensor(x), dim=axis)).numpy()


@mistake(
    "softmax",
    caught_by="test_stays_finite_in_half_precision",
    says="The shares are the exponentials of x minus the logarithm of the sum. Beside large scores that logarithm is rounded away, so that "
    "the shares of a slice no longer add up to 1: in float16 two equal scores of 10000 get a share of 1 each.",
)
def exponential_of_the_logarithm(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    largest = x.max(axis=axis, keepdims=True)
    largest[np.isneginf(largest)] = 0
    total = np.exp(x - largest).sum(axis=axis, keepdims=True)
    total[total == 0] = 1
    return np.exp(x - (largest + np.log(total)))


@mistake(
    "softmax",
    caught_by="test_computes_integers_in_float64",
    says="Integers are made integers of 64 bits before the maximum is subtracted. The difference of two large ones does not fit there "
    "either: they have to become floats first.",
)
def differences_of_large_integers(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.int64)
    largest = x.max(axis=axis, keepdims=True)
    if x.dtype.kind == "f":
        largest[np.isneginf(largest)] = 0
    exponentials = np.exp(x - largest)
    total = exponentials.sum(axis=axis, keepdims=True)
    return exponentials / np.where(total == 0, 1, total).astype(total.dtype)


@mistake(
    "softmax",
    caught_by="test_gives_zeros_where_everything_is_minus_infinity",
    says="A score that is alone in its slice always gets everything. If it is -inf, nobody gets a share there either.",
)
def alone_gets_everything(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    if x.shape[axis] == 1:
        return np.ones_like(x)
    largest = x.max(axis=axis, keepdims=True)
    exponentials = np.exp(x - np.where(np.isneginf(largest), 0, largest).astype(x.dtype))
    total = exponentials.sum(axis=axis, keepdims=True)
    return exponentials / np.where(total == 0, 1, total).astype(x.dtype)


@mistake(
    "softmax",
    caught_by="test_gives_nothing_to_scores_of_minus_infinity",
    says="A score of -inf is replaced by one that is far below the largest. What it gets is next to nothing, but it is not nothing.",
)
def minus_infinity_far_below_the_largest(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    largest = x.max(axis=axis, keepdims=True)
    largest[np.isneginf(largest)] = 0
    exponentials = np.exp(np.where(np.isneginf(x), np.array(-40, x.dtype), x - largest))
    exponentials = np.where(np.isneginf(x).all(axis=axis, keepdims=True), np.zeros((), x.dtype), exponentials)
    total = exponentials.sum(axis=axis, keepdims=True)
    return np.divide(exponentials, total, out=np.zeros_like(exponentials), where=total != 0)


# ---- log_softmax


@mistake(
    "log_softmax",
    caught_by="test_keeps_what_vanishes_as_a_share",
    says="The shares are computed first, and then their logarithm: shares that are too small have become 0, and the logarithm "
    "of 0 is -inf.",
)
def logarithm_of_softmax(x, axis=-1):
    with np.errstate(divide="ignore"):
        return np.log(softmax(x, axis=axis))


@mistake(
    "log_softmax",
    caught_by="test_keeps_what_vanishes_as_a_share",
    says="A small number is added before the logarithm: it hides the vanished shares instead of finding their logarithm.",
)
def logarithm_of_softmax_and_epsilon(x, axis=-1):
    logarithms = np.log(softmax(x, axis=axis) + np.asarray(1e-12).astype(softmax(x, axis=axis).dtype))
    return np.where(np.isneginf(x), -np.inf, logarithms).astype(logarithms.dtype)


@mistake(
    "log_softmax",
    caught_by="test_survives_large_scores",
    says="The exponentials are summed as they are: for large scores the sum is inf, for very negative ones it is 0.",
)
def sum_overflows(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))


@mistake(
    "log_softmax",
    caught_by="test_agrees_with_the_reference",
    says="The maximum is taken away before the exponential and then forgotten: all results of a slice are off by that maximum.",
)
def maximum_forgotten(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    largest = x.max(axis=axis, keepdims=True)
    return x - np.log(np.exp(x - largest).sum(axis=axis, keepdims=True))


@mistake(
    "log_softmax",
    caught_by="test_survives_large_scores",
    says="The maximum of the whole array is taken away: in slices far below it the sum of exponentials is 0. Each slice has a "
    "maximum of its own.",
)
def log_with_the_maximum_of_the_whole_array(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    shifted = x - x.max()
    with np.errstate(divide="ignore", invalid="ignore"):
        return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


@mistake(
    "log_softmax",
    caught_by="test_agrees_with_the_reference",
    says="The logarithm of the sum is missing: the sum itself is subtracted.",
)
def no_logarithm_of_the_sum(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.exp(shifted).sum(axis=axis, keepdims=True)


@mistake(
    "log_softmax",
    caught_by="test_agrees_with_the_reference",
    says="The sum goes over the whole array: each slice has a sum of its own.",
)
def log_with_the_sum_of_the_whole_array(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    shifted = x - x.max()
    return shifted - np.log(np.exp(shifted).sum())


@mistake(
    "log_softmax",
    caught_by="test_works_along_any_axis",
    says="The argument `axis` is not used: the slices always run along the last axis.",
)
def log_always_along_the_last_axis(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


@mistake(
    "log_softmax",
    caught_by="test_agrees_with_the_reference",
    says="The logarithm is to base 2 or 10 and not the natural one, which belongs to the exponential.",
)
def logarithm_to_base_2(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log2(np.exp(shifted).sum(axis=axis, keepdims=True))


@mistake(
    "log_softmax",
    caught_by="test_agrees_with_the_reference",
    says="The signs are turned: a share is at most 1, so its logarithm is never above 0.",
)
def negative_logarithm(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    shifted = x - x.max(axis=axis, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=axis, keepdims=True)) - shifted


@mistake(
    "log_softmax",
    caught_by="test_keeps_minus_infinity_where_it_is",
    says="A score of -inf comes back as an ordinary negative number: its share is 0, and the logarithm of 0 is -inf.",
)
def log_with_minus_infinity_made_finite(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    x = np.maximum(x, np.finfo(x.dtype).min / 4)
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


@mistake(
    "log_softmax",
    caught_by="test_keeps_the_dtype",
    says="Everything is computed and returned in float64: float32 and float16 scores should give results of their own type.",
)
def log_always_float64(x, axis=-1):
    x = x.astype(np.float64)
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


@mistake(
    "log_softmax",
    caught_by="test_leaves_its_input_unchanged_however_it_lies_in_memory",
    says="The subtraction writes into the array that was handed in: the caller's scores are changed.",
)
def log_in_place(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    x -= x.max(axis=axis, keepdims=True)
    x -= np.log(np.exp(x).sum(axis=axis, keepdims=True))
    return x


@mistake(
    "log_softmax",
    caught_by="test_works_on_whole_arrays",
    says="A Python function is called for each slice, which is a loop in disguise: NumPy can take all slices at once.",
)
def log_slice_by_slice(x, axis=-1):
    def one_slice(scores):
        shifted = scores - scores.max()
        return shifted - np.log(np.exp(shifted).sum())

    return np.apply_along_axis(one_slice, axis, x if x.dtype.kind == "f" else x.astype(np.float64))


@mistake(
    "log_softmax",
    caught_by="test_agrees_with_the_reference",
    says="PyTorch's log_softmax does the work: write it yourself, with NumPy.",
)
def log_from_torch(x, axis=-1):
    import torch

    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    return torch.nn.functional.log_softmax(torch.tensor(x), dim=axis).numpy()


@mistake(
    "log_softmax",
    caught_by="test_keeps_the_dtype",
    says="In float64 the logarithm is simplified first, but for the shorter types the shares are computed, and vanish, before their "
    "logarithm is taken. There they vanish even sooner.",
)
def shares_of_short_numbers(x, axis=-1):
    if x.dtype in (np.float16, np.float32):
        with np.errstate(divide="ignore"):
            return np.log(softmax(x, axis=axis))
    x = x.astype(np.float64)
    shifted = x - np.maximum(x.max(axis=axis, keepdims=True), np.finfo(np.float64).min)
    total = np.exp(shifted).sum(axis=axis, keepdims=True)
    return shifted - np.log(np.where(total == 0, 1, total))


# ---- softmax_with_temperature


@mistake(
    "softmax_with_temperature",
    caught_by="test_agrees_with_the_reference",
    says="The scores are multiplied by the temperature: high temperatures then sharpen the shares instead of evening them out.",
)
def multiplies_by_the_temperature(x, temperature, axis=-1):
    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}, expected more than 0")
    return softmax(x * temperature, axis=axis)


@mistake(
    "softmax_with_temperature",
    caught_by="test_agrees_with_the_reference",
    says="The shares are divided by the temperature, not the scores: they no longer add up to 1.",
)
def divides_the_shares(x, temperature, axis=-1):
    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}, expected more than 0")
    return softmax(x, axis=axis) / temperature


@mistake(
    "softmax_with_temperature",
    caught_by="test_agrees_with_the_reference",
    says="The division drops what comes after the point: `//` is not `/`.",
)
def divides_without_remainder(x, temperature, axis=-1):
    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}, expected more than 0")
    return softmax(x // temperature, axis=axis)


@mistake(
    "softmax_with_temperature",
    caught_by="test_works_along_any_axis",
    says="The axis is not handed on: the shares always add up to 1 along the last axis.",
)
def axis_not_handed_on(x, temperature, axis=-1):
    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}, expected more than 0")
    return softmax(x / temperature)


@mistake(
    "softmax_with_temperature",
    caught_by="test_refuses_a_temperature_that_is_not_above_0",
    says="The temperature is not looked at: 0 gives a warning and NaN, and a negative one turns the order of the shares around.",
)
def any_temperature(x, temperature, axis=-1):
    with np.errstate(divide="ignore", invalid="ignore"):
        return softmax(x / temperature, axis=axis)


@mistake(
    "softmax_with_temperature",
    caught_by="test_refuses_a_temperature_that_is_not_above_0",
    says="Negative temperatures are refused, but 0 is let through: dividing by it gives inf and NaN.",
)
def zero_is_let_through(x, temperature, axis=-1):
    if temperature < 0:
        raise ValueError(f"temperature is {temperature}, expected more than 0")
    with np.errstate(divide="ignore", invalid="ignore"):
        return softmax(x / temperature, axis=axis)


@mistake(
    "softmax_with_temperature",
    caught_by="test_refuses_a_temperature_that_is_not_above_0",
    says="The error message does not say which temperature was given, so whoever reads it has to guess.",
)
def message_without_the_temperature(x, temperature, axis=-1):
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    return softmax(x / temperature, axis=axis)


@mistake(
    "softmax_with_temperature",
    caught_by="test_refuses_a_temperature_that_is_not_above_0",
    says="A wrong temperature ends in an AssertionError: callers expect ValueError for a bad value, and assertions can be "
    "switched off.",
)
def asserts_the_temperature(x, temperature, axis=-1):
    assert temperature > 0, f"temperature is {temperature}, expected more than 0"
    return softmax(x / temperature, axis=axis)


@mistake(
    "softmax_with_temperature",
    caught_by="test_refuses_a_temperature_that_is_not_above_0",
    says="A temperature of 0 or less is quietly replaced by a small one: the caller never learns of the error.",
)
def raises_the_temperature_quietly(x, temperature, axis=-1):
    return softmax(x / max(temperature, 1e-100), axis=axis)


@mistake(
    "softmax_with_temperature",
    caught_by="test_survives_large_scores_and_extreme_temperatures",
    says="Low temperatures are replaced by a higher one, but every temperature above 0 makes sense: scores that lie close "
    "together need a low one.",
)
def low_temperatures_raised(x, temperature, axis=-1):
    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}, expected more than 0")
    return softmax(x / max(temperature, 0.01), axis=axis)


@mistake(
    "softmax_with_temperature",
    caught_by="test_survives_large_scores_and_extreme_temperatures",
    says="The temperature is applied to the shares, as a power, after the softmax: by then small shares have vanished, and for "
    "a very low temperature all of them do.",
)
def power_of_the_shares(x, temperature, axis=-1):
    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}, expected more than 0")
    raised = softmax(x, axis=axis) ** (1 / temperature)
    total = raised.sum(axis=axis, keepdims=True)
    return np.divide(raised, total, out=np.zeros_like(raised), where=total != 0)


@mistake(
    "softmax_with_temperature",
    caught_by="test_survives_large_scores_and_extreme_temperatures",
    says="The exponentials of the divided scores are taken as they are: large scores and low temperatures give inf and NaN.",
)
def formula_as_it_stands(x, temperature, axis=-1):
    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}, expected more than 0")
    exponentials = np.exp(x / temperature)
    total = exponentials.sum(axis=axis, keepdims=True)
    return np.divide(exponentials, total, out=np.zeros_like(exponentials), where=total != 0)


@mistake(
    "softmax_with_temperature",
    caught_by="test_keeps_the_dtype",
    says="The temperature is made an array of float64 first, and that makes float64 of everything.",
)
def temperature_makes_float64(x, temperature, axis=-1):
    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}, expected more than 0")
    return softmax(x / np.full(x.shape, temperature, dtype=np.float64), axis=axis)


@mistake(
    "softmax_with_temperature",
    caught_by="test_leaves_its_input_unchanged_however_it_lies_in_memory",
    says="The division writes into the array that was handed in: the caller's scores are changed.",
)
def divides_in_place(x, temperature, axis=-1):
    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}, expected more than 0")
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    x /= temperature
    return softmax(x, axis=axis)


@mistake(
    "softmax_with_temperature",
    caught_by="test_agrees_with_the_reference",
    says="PyTorch's softmax does the work: use your own.",
)
def temperature_from_torch(x, temperature, axis=-1):
    import torch

    if temperature <= 0:
        raise ValueError(f"temperature is {temperature}, expected more than 0")
    return torch.nan_to_num(torch.tensor(x / temperature).softmax(axis)).numpy()


# ---- softmax_backward


@mistake(
    "softmax_backward",
    caught_by="test_agrees_with_the_reference_on_one_slice",
    says="Only the influence of each score on its own share is counted: every score moves the other shares of its slice too.",
)
def diagonal_only(y, dy, axis=-1):
    return y * (1 - y) * dy.astype(np.result_type(y, dy, np.float16) if y.dtype.kind == "f" else np.float64)


@mistake(
    "softmax_backward",
    caught_by="test_agrees_with_the_reference_on_one_slice",
    says="The sum over the other shares of the slice is missing: what one share gains, the others lose.",
)
def no_sum(y, dy, axis=-1):
    y = y if y.dtype.kind == "f" else y.astype(np.float64)
    return y * dy


@mistake(
    "softmax_backward",
    caught_by="test_agrees_with_the_reference_on_one_slice",
    says="The sum is of dy alone: each term of it has to be weighted by its share.",
)
def sum_of_dy_alone(y, dy, axis=-1):
    y = y if y.dtype.kind == "f" else y.astype(np.float64)
    return y * (dy - dy.sum(axis=axis, keepdims=True))


@mistake(
    "softmax_backward",
    caught_by="test_agrees_with_the_reference_on_one_slice",
    says="The mean is subtracted, not the sum: the shares are the weights already.",
)
def mean_instead_of_sum(y, dy, axis=-1):
    y = y if y.dtype.kind == "f" else y.astype(np.float64)
    return y * (dy - np.mean(dy * y, axis=axis, keepdims=True))


@mistake(
    "softmax_backward",
    caught_by="test_agrees_with_the_reference_on_one_slice",
    says="The factor y stands before dy only: it belongs to the subtracted sum as well.",
)
def share_missing_before_the_sum(y, dy, axis=-1):
    y = y if y.dtype.kind == "f" else y.astype(np.float64)
    return y * dy - np.sum(dy * y, axis=axis, keepdims=True)


@mistake(
    "softmax_backward",
    caught_by="test_agrees_with_the_reference_on_one_slice",
    says="The signs are turned: a score whose share helps the loss along has to have a gradient of the same direction.",
)
def turned_signs(y, dy, axis=-1):
    y = y if y.dtype.kind == "f" else y.astype(np.float64)
    return y * (np.sum(dy * y, axis=axis, keepdims=True) - dy)


@mistake(
    "softmax_backward",
    caught_by="test_agrees_with_the_reference_on_one_slice",
    says="softmax is applied to y once more: y holds the shares already, not the scores.",
)
def softmax_of_the_shares(y, dy, axis=-1):
    y = softmax(y, axis=axis)
    return y * (dy - np.sum(dy * y, axis=axis, keepdims=True))


@mistake(
    "softmax_backward",
    caught_by="test_works_on_many_slices_along_any_axis",
    says="The sum goes over the whole array, so the slices influence each other: each has a sum of its own.",
)
def one_sum_for_all_slices(y, dy, axis=-1):
    y = y if y.dtype.kind == "f" else y.astype(np.float64)
    return y * (dy - np.sum(dy * y))


@mistake(
    "softmax_backward",
    caught_by="test_works_on_many_slices_along_any_axis",
    says="The argument `axis` is not used: the sum always runs along the last axis.",
)
def backward_along_the_last_axis(y, dy, axis=-1):
    y = y if y.dtype.kind == "f" else y.astype(np.float64)
    return y * (dy - np.sum(dy * y, axis=-1, keepdims=True))


@mistake(
    "softmax_backward",
    caught_by="test_works_on_many_slices_along_any_axis",
    says="The sum loses its axis, so it is subtracted from the wrong slices: that goes well for a single slice only.",
)
def backward_axis_not_kept(y, dy, axis=-1):
    y = y if y.dtype.kind == "f" else y.astype(np.float64)
    return y * (dy - np.sum(dy * y, axis=axis))


@mistake(
    "softmax_backward",
    caught_by="test_small_gradients_keep_their_digits",
    says="Shares near 0 and 1 are moved away from there, for safety: the formula needs no such thing, and their gradients "
    "become wrong.",
)
def shares_kept_from_0_and_1(y, dy, axis=-1):
    y = y if y.dtype.kind == "f" else y.astype(np.float64)
    y = np.where(y == 0, 0, np.clip(y, 1e-10, 1 - 1e-10)).astype(y.dtype)
    return y * (dy - np.sum(dy * y, axis=axis, keepdims=True))


@mistake(
    "softmax_backward",
    caught_by="test_gives_zeros_where_all_shares_are_zero",
    says="The shares are divided by their sum once more: a slice without any shares then gives NaN.",
)
def divides_by_the_sum_of_the_shares(y, dy, axis=-1):
    y = y if y.dtype.kind == "f" else y.astype(np.float64)
    with np.errstate(invalid="ignore"):
        average = np.sum(dy * y, axis=axis, keepdims=True) / np.sum(y, axis=axis, keepdims=True)
    return y * (dy - average)


@mistake(
    "softmax_backward",
    caught_by="test_keeps_the_dtype",
    says="Everything is computed and returned in float64: float32 and float16 should give gradients of their own type.",
)
def backward_always_float64(y, dy, axis=-1):
    y, dy = y.astype(np.float64), dy.astype(np.float64)
    return y * (dy - np.sum(dy * y, axis=axis, keepdims=True))


@mistake(
    "softmax_backward",
    caught_by="test_leaves_its_inputs_unchanged_however_they_lie_in_memory",
    says="The subtraction writes into dy, which belongs to the caller.",
)
def backward_in_place(y, dy, axis=-1):
    y = y if y.dtype.kind == "f" else y.astype(np.float64)
    dy = dy if dy.dtype.kind == "f" else dy.astype(np.float64)
    dy -= np.sum(dy * y, axis=axis, keepdims=True)
    return dy * y


@mistake(
    "softmax_backward",
    caught_by="test_needs_memory_in_proportion_to_the_shares",
    says="The Jacobian of every slice is built, n times n numbers each: simplify the sum until nothing larger than y is needed.",
)
def jacobian_of_every_slice(y, dy, axis=-1):
    y = y if y.dtype.kind == "f" else y.astype(np.float64)
    shares, wanted = np.moveaxis(y, axis, -1), np.moveaxis(dy, axis, -1)
    jacobian = shares[..., :, None] * (np.eye(shares.shape[-1], dtype=y.dtype) - shares[..., None, :])
    return np.moveaxis(np.einsum("...ij,...i->...j", jacobian, wanted), -1, axis)


@mistake(
    "softmax_backward",
    caught_by="test_needs_memory_in_proportion_to_the_shares",
    says="The Jacobian is built for one slice at a time: less than all at once, but still n times n numbers.",
)
def one_jacobian_after_another(y, dy, axis=-1):
    def one_slice(shares, wanted):
        jacobian = np.diag(shares) - np.outer(shares, shares)
        return jacobian @ wanted

    y = y if y.dtype.kind == "f" else y.astype(np.float64)
    shares, wanted = np.moveaxis(y, axis, -1), np.moveaxis(dy, axis, -1)
    result = np.empty_like(shares)
    for index in np.ndindex(shares.shape[:-1]):
        result[index] = one_slice(shares[index], wanted[index])
    return np.moveaxis(result, -1, axis)


@mistake(
    "softmax_backward",
    caught_by="test_agrees_with_the_reference_on_one_slice",
    says="PyTorch computes the gradient: work it out yourself, with NumPy.",
)
def backward_from_torch(y, dy, axis=-1):
    import torch

    scores = torch.log(torch.tensor(y if y.dtype.kind == "f" else y.astype(np.float64))).requires_grad_()
    torch.softmax(scores, dim=axis).backward(torch.tensor(dy))
    return scores.grad.numpy()


# ---- check_softmax: tests that are too weak, and tests that refuse what is right


@mistake(
    "check_softmax",
    caught_by="test_refuses_one_with_powers_of_2",
    says="Only properties are asked for: sums of 1 and no negative share. Other functions have them too.",
)
def only_properties(candidate):
    for scores in SCORES:
        for axis in range(-scores.ndim, scores.ndim):
            shares = candidate(scores, axis=axis)
            assert shares.dtype == (scores.dtype if scores.dtype.kind == "f" else np.float64)
            assert (shares >= 0).all()
            assert (shares <= 1).all()
            assert np.allclose(shares.sum(axis), np.any(scores > -np.inf, axis), atol=1e-5)


@mistake(
    "check_softmax",
    caught_by="test_refuses_one_with_powers_of_2",
    says="The tolerance is so wide that quite different shares pass.",
)
def with_a_wide_tolerance(candidate):
    for scores in SCORES:
        for axis in range(-scores.ndim, scores.ndim):
            assert np.allclose(candidate(scores, axis=axis), softmax(scores, axis=axis), atol=0.3)


@mistake(
    "check_softmax",
    caught_by="test_refuses_one_that_divides_by_the_sum_of_everything",
    says="A single slice is asked for, so nothing is learned about several slices and their axes.",
)
def with_one_vector(candidate):
    assert np.allclose(candidate(np.log(np.array([1.0, 2.0, 3.0]))), [1 / 6, 2 / 6, 3 / 6])


@mistake(
    "check_softmax",
    caught_by="test_refuses_one_that_ignores_axis",
    says="Everything is asked for along the last axis only.",
)
def along_the_last_axis(candidate):
    for scores in SCORES:
        agrees(candidate(scores), softmax(scores))


@mistake(
    "check_softmax",
    caught_by="test_refuses_one_whose_usual_axis_is_the_first",
    says="The axis is named every time, so the usual axis is never tried.",
)
def with_the_axis_named_every_time(candidate):
    for scores in SCORES:
        for axis in range(-scores.ndim, scores.ndim):
            agrees(candidate(scores, axis=axis), softmax(scores, axis=axis))


@mistake(
    "check_softmax",
    caught_by="test_refuses_one_that_cannot_take_large_scores",
    says="All scores are small: what happens to large ones is never seen.",
)
def with_small_scores(candidate):
    thorough(candidate, [scores for scores in SCORES if np.abs(scores[scores > -np.inf]).max(initial=0) < 50])


@mistake(
    "check_softmax",
    caught_by="test_refuses_one_that_cannot_take_very_negative_scores",
    says="Scores are large, but never is a whole slice very negative.",
)
def without_very_negative_scores(candidate):
    thorough(candidate, [scores for scores in SCORES if (scores.max(axis=-1) > -700).all() or scores.min() == -np.inf])


@mistake(
    "check_softmax",
    caught_by="test_refuses_one_that_makes_large_scores_equal",
    says="Large scores are only asked to give finite shares: which shares is not looked at.",
)
def large_scores_are_finite(candidate):
    for scores in SCORES:
        if np.abs(scores[scores > -np.inf]).max(initial=0) > 50:
            assert np.isfinite(candidate(scores)).all()
    thorough(candidate, [scores for scores in SCORES if np.abs(scores[scores > -np.inf]).max(initial=0) < 50])


@mistake(
    "check_softmax",
    caught_by="test_refuses_one_with_a_single_maximum_for_all_slices",
    says="The slices of an array are all of a size: a maximum for all of them does no harm there.",
)
def with_slices_of_one_size(candidate):
    thorough(candidate, [scores for scores in SCORES if np.ptp(scores[scores > -np.inf]) < 700 or scores.ndim == 1])


@mistake(
    "check_softmax",
    caught_by="test_refuses_one_that_gives_nan_for_nothing_but_minus_infinity",
    says="No slice has nothing but -inf.",
)
def without_fully_hidden_slices(candidate):
    thorough(candidate, [scores for scores in SCORES if not np.isneginf(scores).any()])


@mistake(
    "check_softmax",
    caught_by="test_refuses_one_that_gives_shares_for_nothing_but_minus_infinity",
    says="A slice of nothing but -inf is asked to give no NaN, but not to give zeros.",
)
def fully_hidden_slices_give_no_nan(candidate):
    assert not np.isnan(candidate(np.array([-np.inf, -np.inf]))).any()
    thorough(candidate, [scores for scores in SCORES if not np.isneginf(scores).any()])


@mistake(
    "check_softmax",
    caught_by="test_refuses_one_that_always_gives_float64",
    says="The values are compared and the type is not: NumPy compares float32 with float64 without a word.",
)
def without_the_type(candidate):
    for scores in SCORES:
        agrees(candidate(scores), softmax(scores))
        for axis in range(-scores.ndim, scores.ndim):
            assert np.allclose(candidate(scores, axis=axis), softmax(scores, axis=axis), rtol=0, atol=1e-5)


@mistake(
    "check_softmax",
    caught_by="test_refuses_one_that_wraps_small_whole_numbers_around",
    says="No whole numbers are asked for.",
)
def without_whole_numbers(candidate):
    thorough(candidate, [scores for scores in SCORES if scores.dtype.kind == "f"])


@mistake(
    "check_softmax",
    caught_by="test_spares_right_solutions",
    says="Shares are compared with ==: right solutions differ in their last digits.",
)
def without_room_for_rounding(candidate):
    for scores in SCORES:
        assert (candidate(scores) == softmax(scores)).all()


@mistake(
    "check_softmax",
    caught_by="test_spares_right_solutions",
    says="The shares are asked to add up to exactly 1, which rounding does not allow.",
)
def sums_of_exactly_1(candidate):
    for size in range(2, 40):
        assert candidate(np.sqrt(np.arange(size))).sum() == 1


@mistake(
    "check_softmax",
    caught_by="test_spares_right_solutions",
    says="A list is handed in: softmax was promised for arrays only.",
)
def with_a_list(candidate):
    assert np.allclose(candidate([1.0, 1.0]), [0.5, 0.5])


@mistake(
    "check_softmax",
    caught_by="test_spares_right_solutions",
    says="An array without entries is handed in, and softmax was not asked about those.",
)
def with_an_empty_array(candidate):
    assert candidate(np.zeros((2, 0))).shape == (2, 0)


@mistake("check_softmax", caught_by="test_spares_right_solutions", says="Everything is refused, right or wrong.")
def refuses_everything(candidate):
    raise AssertionError("wrong")


@mistake(
    "check_softmax",
    caught_by="test_spares_right_solutions",
    says="True and False are the wrong way round: False is for what is wrong.",
)
def says_false_where_all_is_well(candidate):
    return not np.allclose(candidate(np.array([1.0, 1.0])), [0.5, 0.5])


@mistake(
    "check_softmax",
    caught_by="test_refuses_one_with_powers_of_2",
    says="A comparison is made, and nothing is done with its result.",
)
def compares_without_consequence(candidate):
    for scores in SCORES:
        np.allclose(candidate(scores), softmax(scores), rtol=0, atol=1e-5)
