"""Right solutions of unit 02, as differently written as students write them. Every test must accept them all."""

import math

import numpy as np

from autograder.toolkit.variants import alternative

# ---- softmax


@alternative("softmax")
def with_where(x, axis=-1):
    x = np.asarray(x, dtype=np.float64 if np.issubdtype(x.dtype, np.integer) else x.dtype)
    m = np.amax(x, axis=axis, keepdims=True)
    m = np.where(np.isfinite(m), m, 0)
    e = np.exp(x - m)
    s = np.sum(e, axis=axis, keepdims=True)
    return e / np.where(s == 0, 1, s)


@alternative("softmax")
def with_warnings_off_and_zeros_at_the_end(x, axis=-1):
    """Lets NaN happen in the slices of -inf and mends it."""
    if x.dtype.kind in "iu":
        x = x.astype(float)
    with np.errstate(invalid="ignore"):
        e = np.exp(x - np.max(x, axis=axis, keepdims=True))
        out = e / np.sum(e, axis=axis, keepdims=True)
    out[np.isnan(out)] = 0
    return out


@alternative("softmax")
def in_float64_and_back(x, axis=-1):
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype("float64")
    scores = np.moveaxis(x.astype("float64"), axis, -1)
    top = scores.max(-1)[..., np.newaxis]
    top[top == -np.inf] = 0.0
    scores = scores - top
    np.exp(scores, out=scores)
    total = np.einsum("...i->...", scores)[..., np.newaxis]
    total[total == 0] = 1.0
    return np.moveaxis(scores / total, -1, axis).astype(dtype)


@alternative("softmax")
def through_the_logarithm_of_the_sum(x, axis=-1):
    """exp(x - logsumexp(x)), with a helper, and a division that mends its rounding."""

    def logsumexp(a):
        top = a.max(axis=axis, keepdims=True)
        top = np.where(top == -np.inf, 0, top).astype(a.dtype)
        total = np.exp(a - top).sum(axis=axis, keepdims=True)
        return top + np.log(np.where(total == 0, 1, total))

    x = x if x.dtype.kind == "f" else x + 0.0 * x.astype(np.float64)
    shares = np.exp(x - logsumexp(x))
    # Beside large scores the logarithm of the sum is rounded away: equal scores would all get the share 1.
    total = shares.sum(axis=axis, keepdims=True)
    return shares / np.where(total == 0, 1, total)


@alternative("softmax")
def keeps_axes_by_hand(x, axis=-1):
    """expand_dims instead of keepdims; the maximum moved to the largest finite score, so that no NaN can arise."""
    x = x * np.float16(1) if x.dtype.kind == "f" else x.astype(np.float64)
    lowest = np.finfo(x.dtype).min
    largest = np.expand_dims(np.maximum.reduce(x, axis=axis), axis)
    weights = np.exp(x - np.maximum(largest, lowest))
    total = np.expand_dims(np.add.reduce(weights, axis=axis), axis)
    return weights * np.reciprocal(np.maximum(total, np.finfo(x.dtype).tiny))


@alternative("softmax")
def shifted_by_something_else(x, axis=-1):
    """Any number that is near the maximum will do: here the maximum rounded up."""
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    upper = np.ceil(np.max(x, axis=axis, keepdims=True))
    upper[upper == -np.inf] = 0
    powers = np.exp(np.subtract(x, upper))
    total = powers.sum(axis=axis, keepdims=True)
    return np.true_divide(powers, total, where=total > 0, out=np.zeros(powers.shape, powers.dtype))


@alternative("softmax")
def mask_first(x, axis=-1):
    """Treats the -inf entries apart from the beginning."""
    dtype = x.dtype if np.issubdtype(x.dtype, np.floating) else np.float64
    x = x.astype(dtype)
    visible = x > -np.inf
    bottom = np.finfo(dtype).min
    peak = np.max(x, axis=axis, keepdims=True, initial=bottom, where=visible)
    weights = np.where(visible, np.exp(np.where(visible, x - peak, 0)), 0).astype(dtype)
    normaliser = weights.sum(axis=axis, keepdims=True)
    any_visible = visible.any(axis=axis, keepdims=True)
    return np.where(any_visible, weights / np.where(any_visible, normaliser, 1), 0).astype(dtype)


# ---- log_softmax


@alternative("log_softmax")
def shifted_then_log(x, axis=-1):
    """NaN for a slice of nothing but -inf: the contract leaves that open."""
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    with np.errstate(invalid="ignore"):
        z = x - x.max(axis=axis, keepdims=True)
        return z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))


@alternative("log_softmax")
def score_minus_the_whole_logarithm(x, axis=-1):
    """The maximum goes back into the logarithm of the sum: rounding grows with the scores, which is allowed."""
    x = np.array(x, dtype=np.float64 if x.dtype.kind in "iu" else x.dtype)
    top = np.max(x, axis=axis, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        logarithm = top + np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True))
        return x - logarithm


@alternative("log_softmax")
def folded_with_logaddexp(x, axis=-1):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return x - np.logaddexp.reduce(x, axis=axis, keepdims=True)


@alternative("log_softmax")
def log_in_float64_and_back(x, axis=-1):
    dtype = x.dtype if x.dtype.kind == "f" else np.float64
    scores = np.swapaxes(x.astype(np.float64), axis, -1)
    top = scores.max(axis=-1, keepdims=True)
    top[np.isinf(top)] = 0
    exps = np.exp(scores - top)
    with np.errstate(divide="ignore", invalid="ignore"):
        result = scores - top - np.log(exps.sum(axis=-1, keepdims=True))
    return np.swapaxes(result, axis, -1).astype(dtype)


@alternative("log_softmax")
def with_log1p(x, axis=-1):
    """The largest term of the sum is 1: the others go through log1p, which is more exact still."""
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    moved = np.moveaxis(x, axis, -1)
    best = np.argmax(moved, axis=-1)[..., None]
    top = np.take_along_axis(moved, best, -1)
    shifted = moved - np.where(np.isneginf(top), 0, top)
    rest = np.exp(shifted)
    np.put_along_axis(rest, best, 0, -1)
    return np.moveaxis(shifted - np.log1p(rest.sum(-1, keepdims=True)), -1, axis)


@alternative("log_softmax")
def small_slices_of_minus_infinity_as_zeros(x, axis=-1):
    """Where everything is -inf it answers 0, another reading of what is left open."""
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    hidden = np.isneginf(x).all(axis=axis, keepdims=True)
    x = np.where(hidden, 0, x).astype(x.dtype)
    z = x - np.max(x, axis=axis, keepdims=True)
    result = z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
    return np.where(hidden, 0, result).astype(x.dtype)


# ---- softmax_with_temperature


@alternative("softmax_with_temperature")
def by_way_of_softmax(x, temperature, axis=-1):
    if temperature <= 0:
        raise ValueError("temperature must be positive, got " + str(temperature))
    return softmax(np.divide(x, temperature), axis)


@alternative("softmax_with_temperature")
def all_by_itself(x, temperature, axis=-1):
    """Does not use softmax: subtracts first, then divides."""
    if not temperature > 0:
        raise ValueError(f"expected a temperature above zero and found {temperature!r}")
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    largest = np.max(x, axis=axis, keepdims=True)
    largest = np.where(np.isneginf(largest), 0, largest).astype(x.dtype)
    e = np.exp((x - largest) / temperature)
    total = e.sum(axis=axis, keepdims=True)
    return e / np.where(total == 0, 1, total).astype(x.dtype)


@alternative("softmax_with_temperature")
def multiplies_by_the_inverse(x, temperature, axis=-1):
    if temperature <= 0.0:
        raise ValueError(f"temperature: got {temperature:.6g}, want > 0")
    coldness = 1.0 / float(temperature)
    return softmax(x * coldness, axis=axis)


@alternative("softmax_with_temperature")
def through_log_softmax(x, temperature, axis=-1):
    """The logarithms of the shares are scores too."""
    if temperature <= 0 or math.isnan(temperature):
        raise ValueError(", ".join(["temperature out of range", repr(temperature), "> 0 expected"]))
    scores = log_softmax(x, axis=axis)
    return softmax(scores / temperature, axis=axis)


@alternative("softmax_with_temperature")
def one_slice_at_a_time(x, temperature, axis=-1):
    """A loop: slower, but nothing was asked about that here."""
    if not 0 < temperature:
        raise ValueError(f"{temperature} is not above 0")
    moved = np.moveaxis(x, axis, -1)
    shape = moved.shape
    rows = [softmax(row / temperature) for row in moved.reshape(-1, shape[-1])]
    return np.moveaxis(np.stack(rows).reshape(shape), -1, axis)


# ---- softmax_backward


@alternative("softmax_backward")
def multiplied_out(y, dy, axis=-1):
    y, dy = (a if a.dtype.kind == "f" else a.astype(np.float64) for a in (y, dy))
    weighted = y * dy
    return weighted - y * weighted.sum(axis=axis, keepdims=True)


@alternative("softmax_backward")
def with_einsum(y, dy, axis=-1):
    dtype = y.dtype if y.dtype.kind == "f" else np.float64
    p, g = np.moveaxis(y, axis, -1).astype(dtype), np.moveaxis(dy, axis, -1).astype(dtype)
    inner = np.einsum("...i,...i->...", p, g)
    return np.moveaxis(p * (g - inner[..., None]), -1, axis)


@alternative("softmax_backward")
def slice_by_slice(y, dy, axis=-1):
    """A loop over the slices: only the memory is asked about."""
    dtype = np.float64 if y.dtype.kind in "iu" else y.dtype
    out = np.zeros(y.shape, dtype)
    p, g, r = (np.moveaxis(a, axis, -1) for a in (y, dy, out))
    for index in np.ndindex(*p.shape[:-1]):
        share, wanted = p[index].astype(dtype), g[index].astype(dtype)
        r[index] = share * (wanted - np.dot(share, wanted))
    return out


@alternative("softmax_backward")
def with_a_weighted_average(y, dy, axis=-1):
    """The subtracted sum is the average of dy by the shares; a slice without shares has none."""
    if not np.issubdtype(y.dtype, np.floating):
        y = y.astype(float)
    total = y.sum(axis=axis, keepdims=True)
    average = (y * dy).sum(axis=axis, keepdims=True) / np.where(total > 0, total, 1)
    return (dy - average).astype(y.dtype) * y


@alternative("softmax_backward")
def with_matmul_of_a_row_and_a_column(y, dy, axis=-1):
    dtype = y.dtype if y.dtype.kind == "f" else np.float64
    a = np.swapaxes(y, axis, -1).astype(dtype)
    b = np.swapaxes(dy, axis, -1).astype(dtype)
    dots = (a[..., None, :] @ b[..., :, None])[..., 0]
    return np.swapaxes(a * (b - dots), -1, axis)


@alternative("softmax_backward")
def in_float64_from_the_largest(y, dy, axis=-1):
    """dy may be shifted by anything that is the same in a slice: shares of 0 or 1 in sum see to the rest."""
    dtype = y.dtype if y.dtype.kind == "f" else np.float64
    p, g = y.astype(np.float64), dy.astype(np.float64)
    g = g - g.max(axis=axis, keepdims=True)
    return (p * g - p * np.sum(p * g, axis=axis, keepdims=True)).astype(dtype)


# ---- check_softmax


@alternative("check_softmax")
def compares_with_ones_own(candidate):
    """With the student's own softmax, for every kind of scores."""
    for scores in (
        np.array([[2.0, 4.0, 4.0], [4.0, 16.0, 12.0]]),
        np.array([[2.0, 4.0, 4.0], [4.0, 16.0, 12.0]], dtype=np.float32),
        np.array([[-1000.0, -1002.0], [1000.0, 1001.0]]),
        np.array([[-np.inf, -np.inf], [0.0, -np.inf]]),
        np.array([[127, -128], [0, 3]], dtype=np.int8),
    ):
        for arguments in ((), (0,), (1,), (-1,), (-2,)):
            mine, theirs = softmax(scores, *arguments), candidate(scores, *arguments)
            assert mine.dtype == theirs.dtype, arguments
            assert mine.shape == theirs.shape, arguments
            assert np.allclose(mine, theirs), arguments


@alternative("check_softmax")
def compares_with_torch(candidate):
    """With PyTorch's, which gives NaN where everything is hidden."""
    import torch

    generator = np.random.default_rng(7)
    scores = generator.normal(size=(4, 3, 5)) * np.array([1.0, 10.0, 1e3, 1e4])[:, None, None]
    for x in (scores, scores - 3e4, scores.astype(np.float32), np.where(scores > 0, scores, -np.inf)):
        for axis in (None, 0, 1, 2, -2):
            named = {} if axis is None else {"axis": axis}
            right = torch.nan_to_num(
                torch.softmax(torch.from_numpy(x.astype(np.float64)), axis if axis is not None else -1)
            )
            shares = candidate(x, **named)
            assert str(shares.dtype) == str(x.dtype)
            np.testing.assert_allclose(shares, right.numpy(), atol=1e-5)
    assert np.isclose(candidate(np.array([-128, 127], dtype=np.int8))[1], 1)
    assert not candidate(np.array([-np.inf])).any()


@alternative("check_softmax")
def returns_false(candidate):
    """True and False instead of exceptions, and worked numbers instead of another softmax."""
    ln3 = math.log(3)
    quarters = np.array([0.25, 0.75])
    known = [
        (np.array([0.0, ln3]), {}, quarters),
        (np.array([[0.0, 0.0], [ln3, -np.inf]]), {"axis": 0}, np.array([[0.25, 1.0], [0.75, 0.0]])),
        (np.array([[0.0, ln3], [-np.inf, -np.inf]]), {}, np.array([quarters, [0.0, 0.0]])),
        (np.array([1000.0, 1000.0 + ln3]), {"axis": -1}, quarters),
        (np.array([-1000.0, -1000.0 + ln3]), {}, quarters),
        (np.array([[5000.0, 5000.0 + ln3], [0.0, ln3]]), {}, np.array([quarters, quarters])),
        (np.array([-128, 127, 127], np.int8), {}, np.array([0.0, 0.5, 0.5])),
        (np.array([0.0, ln3], np.float32), {}, quarters.astype(np.float32)),
    ]
    answers = [(candidate(x, **named), expected) for x, named, expected in known]
    return all(a.dtype == b.dtype and a.shape == b.shape and np.allclose(a, b, atol=1e-6) for a, b in answers)


@alternative("check_softmax")
def by_properties_and_one_number(candidate):
    """Shifts change nothing, slices do not know of each other, and one ratio pins the base."""

    class Refused(AssertionError):
        pass

    def expect(condition):
        if not condition:
            raise Refused

    x = np.array([[0.0, 1.0, 3.0], [0.5, 2.0, -4.0]])
    plain = candidate(x)
    expect(np.allclose(plain.sum(-1), 1))
    expect(math.isclose(plain[0, 1] / plain[0, 0], math.e, rel_tol=1e-6))
    for shift in (-2000.0, 2000.0):
        expect(np.allclose(candidate(x + shift), plain))
        apart = candidate(x + np.array([[0.0], [shift]]))
        expect(np.allclose(apart, plain))
    for axis in (0, -2):
        expect(np.allclose(candidate(x.T.copy(), axis=axis), plain.T))
    for dtype in (np.float32, np.float64):
        expect(candidate(x.astype(dtype)).dtype == dtype)
    expect(candidate(np.full((2, 2), -np.inf)).tolist() == [[0.0, 0.0], [0.0, 0.0]])
    small = candidate(np.array([-100, 100], np.int8))
    expect(small.dtype == np.float64 and small[1] > 0.99)
