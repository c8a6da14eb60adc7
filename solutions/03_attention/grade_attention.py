"""The hidden grader of unit 03. Agreement with the reference first, then each promise of the contract by itself."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.toolkit import (
    assert_accepts_any_layout,
    assert_agrees,
    assert_at_most_times_the_reference,
    assert_computes_integers_in_float64,
    assert_inputs_unchanged,
    assert_keeps_dtype,
    assert_steady_operations,
    assert_value_error,
    exercise,
    points,
    require,
)
from autograder.toolkit.strategies import SEEDS, filled

READY_MADE = ["torch.nn.functional.scaled_dot_product_attention", "torch.softmax"]

# The worked example of the lesson: three words of four numbers.
X = np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 2.0, 0.0, 2.0], [1.0, 1.0, 1.0, 1.0]])
W_KEY = np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0]])
W_QUERY = np.array([[1.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
W_VALUE = np.array([[0.0, 2.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 3.0], [1.0, 1.0, 0.0]])
KEYS = np.array([[0.0, 1.0, 1.0], [4.0, 4.0, 0.0], [2.0, 3.0, 1.0]])
QUERIES = np.array([[1.0, 0.0, 2.0], [2.0, 2.0, 2.0], [2.0, 1.0, 3.0]])
VALUES = np.array([[1.0, 2.0, 3.0], [2.0, 8.0, 0.0], [2.0, 6.0, 3.0]])
WEIGHTS = np.array([[0.0634, 0.4683, 0.4683], [6.04e-6, 0.98201, 0.01799], [2.95e-4, 0.88054, 0.11917]])
ROUNDED_WEIGHTS = np.array([[0.0, 0.5, 0.5], [0.0, 1.0, 0.0], [0.0, 0.9, 0.1]])

# How long each axis is, all different, so that no two can be mistaken for each other; shared by the arrays of one draw.
LENGTHS = st.shared(
    st.permutations([1, 2, 3, 4, 5, 6, 7]).map(
        lambda lengths: dict(
            zip(("n_queries", "n_keys", "d_k", "d_v", "d_model", "heads", "batch"), lengths, strict=True)
        )
    ),
    key="lengths",
)
LEADING = st.shared(st.sampled_from([("batch",), ("batch", "heads"), ("heads",)]), key="leading")


@st.composite
def one(draw, *axes, magnitude=2):
    """An array with these axes, for one sentence. Entries are small enough for softmax to leave something to everybody."""
    lengths = draw(LENGTHS)
    return filled(tuple(lengths[axis] for axis in axes), draw(SEEDS), magnitude)


@st.composite
def many(draw, *axes, magnitude=2):
    """The same for a batch: one or two axes more, in front."""
    return draw(one(*draw(LEADING), *axes, magnitude=magnitude))


def block(*shape, largest=2):
    """Numbers within ±largest in that shape, for largest=2 quarters; neighbours and rows differ."""
    return ((np.arange(np.prod(shape)) * 7 % 17 - 8) / 8).reshape(shape) * largest


def within_the_contract(*arrays, fits):
    """Inputs are drawn as the contract has them, but a failing one is made smaller, and must not end up outside."""
    if not fits or any(array.ndim < 2 or array.size == 0 for array in arrays):
        raise ValueError("this input was never asked about")


def words_and_weights(x, w_q, w_k, w_v):
    fits = w_q.shape == w_k.shape and len(w_q) == len(w_v) == x.shape[-1]
    within_the_contract(x, w_q, w_k, w_v, fits=fits)
    return x, w_q, w_k, w_v


def queries_and_keys(q, k):
    within_the_contract(q, k, fits=q.shape[:-2] == k.shape[:-2] and q.shape[-1] == k.shape[-1])
    return q, k


def keys_and_values(by_key, v):
    """`by_key`: weights, or transposed keys."""
    within_the_contract(by_key, v, fits=by_key.shape[:-2] == v.shape[:-2] and by_key.shape[-1] == v.shape[-2])
    return by_key, v


def queries_keys_and_values(q, k, v):
    queries_and_keys(q, k)
    keys_and_values(np.swapaxes(k, -1, -2), v)
    return q, k, v


def assert_right_for_integers(function, reference, *arguments, **named):
    """Products of int8 do not fit into int8, those of uint8 not into uint8."""
    for arrays in (arguments, [np.abs(array) for array in arguments]):
        assert_computes_integers_in_float64(function, reference, *[np.rint(array) for array in arrays], **named)


def assert_unchanged_in_every_form(function, *arguments):
    """Not changed where one would be tempted to: floats, which can be scaled in place, for one sentence and for several."""
    for dtype in (np.float64, np.float32, np.int64):
        assert_inputs_unchanged(function, *[array.astype(dtype) for array in arguments])


@exercise("project", points=4)
class TestProject:
    @points(1)
    @example(x=X, w_q=W_QUERY, w_k=W_KEY, w_v=W_VALUE)
    @example(x=np.array([[1.0, 2.0]]), w_q=np.eye(2), w_k=np.array([[0.0, 1.0], [1.0, 0.0]]), w_v=2 * np.eye(2))
    @example(x=block(2, 3), w_q=block(3, 3), w_k=-block(3, 3), w_v=block(3, 3) ** 2)
    @example(x=block(3, 3), w_q=block(3, 3).T, w_k=-block(3, 3), w_v=block(3, 3) ** 2)
    @given(
        x=one("n_queries", "d_model", magnitude=8),
        w_q=one("d_model", "d_k"),
        w_k=one("d_model", "d_k"),
        w_v=one("d_model", "d_k"),
    )
    def test_agrees_with_the_reference(self, student, reference, x, w_q, w_k, w_v):
        """Each of the three is a matrix product of the words with weights of its own: first the queries, then the keys,
        then the values."""
        asked = words_and_weights(x, w_q, w_k, w_v)
        assert_agrees(student.project(*asked), reference.project(*asked))

    @points(1)
    @example(x=np.stack([X, -X]), w_q=W_QUERY, w_k=W_KEY, w_v=W_VALUE)
    @example(x=block(1, 2, 3), w_q=block(3, 4), w_k=-block(3, 4), w_v=block(3, 4) ** 2)
    @example(x=block(3, 3, 3), w_q=block(3, 3), w_k=-block(3, 3), w_v=block(3, 3) ** 2)
    @example(x=block(2, 1, 3, 2, 4), w_q=block(4, 5), w_k=-block(4, 5), w_v=block(4, 5) ** 2)
    @given(
        x=many("n_queries", "d_model", magnitude=8),
        w_q=one("d_model", "d_k"),
        w_k=one("d_model", "d_k"),
        w_v=one("d_model", "d_k"),
    )
    def test_takes_any_number_of_sentences(self, student, reference, x, w_q, w_k, w_v):
        """Further axes in front hold many sentences: the same weights serve all of them, and the axes stay where they are."""
        asked = words_and_weights(x, w_q, w_k, w_v)
        assert_agrees(student.project(*asked), reference.project(*asked))

    @points(0.5)
    def test_values_may_have_another_length(self, student, reference):
        """d_v need not be d_k: queries and keys have to be comparable, but values are something else."""
        for d_v in (1, 2, 7):
            arguments = block(3, 4), block(4, 5), -block(4, 5), block(4, d_v)
            assert_agrees(student.project(*arguments), reference.project(*arguments))

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float16, float32 and float64 come back as what they were; whole numbers, of int8 and uint8 too, are computed in
        float64: products of small integer types do not fit into them."""
        x, w_q, w_k, w_v = block(3, 4), block(4, 5), -block(4, 5), block(4, 2)
        assert_keeps_dtype(student.project, reference.project, x, w_q, w_k, w_v, scale=16.0)
        for size in (1, 2**50):
            large = [60 * size * array for array in (x, w_q, w_k, w_v)]
            assert_right_for_integers(student.project, reference.project, *large)
        beyond_single = np.array([[2.0**24 + 1]])  # what float32 cannot hold
        assert_right_for_integers(student.project, reference.project, beyond_single, *[np.ones((1, 1))] * 3)

    @points(0.5)
    def test_leaves_its_inputs_unchanged_however_they_lie_in_memory(self, student, reference):
        """Words and weights belong to the caller, values and shapes alike: make new arrays. And they may be every second
        entry of something larger, or transposed."""
        for x in (block(3, 3), block(2, 4, 3)):
            assert_unchanged_in_every_form(student.project, x, block(3, 3), -block(3, 3), block(3, 3) ** 2)
        x, weights = block(2, 4, 3), [block(3, 5), -block(3, 5), block(3, 2)]
        assert_accepts_any_layout(student.project, reference.project, x, *weights)

    @points(0.5)
    def test_refuses_words_that_do_not_fit_the_weights(self, student):
        """Words of 7 numbers and weights for 5 (or for 1) do not fit, be it for queries, keys or values: ValueError, and the
        message names both numbers."""
        x, fits = block(3, 7), block(7, 2)
        for rows in (5, 11, 1):
            wrong = block(rows, 2)
            for weights in ((wrong, fits, fits), (fits, wrong, fits), (fits, fits, wrong), (wrong, wrong, wrong)):
                assert_value_error(student.project, x, *weights, names=["7", str(rows)])


@exercise("attention_scores", points=6)
class TestAttentionScores:
    @points(1.5)
    @example(q=np.array([[1.0, 1.0, 1.0, 1.0]]), k=np.array([[1.0, 2.0, 3.0, 4.0]]))
    @example(q=QUERIES, k=KEYS)
    @example(q=np.array([[1.0, 2.0]]), k=np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    @given(q=one("n_queries", "d_k", magnitude=8), k=one("n_keys", "d_k", magnitude=8))
    def test_agrees_with_the_reference(self, student, reference, q, k):
        """The dot product of each query with each key, divided by the square root of how many numbers a key has: a row for
        each query, a column for each key."""
        asked = queries_and_keys(q, k)
        assert_agrees(student.attention_scores(*asked), reference.attention_scores(*asked))

    @points(1)
    @example(q=QUERIES, k=KEYS)
    @given(q=one("n_queries", "d_k", magnitude=8), k=one("n_keys", "d_k", magnitude=8))
    def test_leaves_the_scaling_away_when_asked_to(self, student, reference, q, k):
        """scaled=False gives the dot products as they are, scaled=True the same as saying nothing."""
        asked = queries_and_keys(q, k)
        plain = reference.attention_scores(*asked, scaled=False)
        assert_agrees(student.attention_scores(*asked, scaled=False), plain)
        assert_agrees(student.attention_scores(*asked, False), plain)
        assert_agrees(student.attention_scores(*asked, scaled=True), reference.attention_scores(*asked))

    @points(1)
    @example(q=np.stack([QUERIES, -QUERIES]), k=np.stack([KEYS, 2 * KEYS]))
    @example(q=block(1, 2, 3), k=block(1, 4, 3))
    @example(q=block(3, 3, 3), k=-block(3, 3, 3))
    @example(q=block(2, 2, 3, 3), k=-block(2, 2, 3, 3))
    @example(q=block(2, 1, 3, 2, 4), k=block(2, 1, 3, 5, 4))
    @given(q=many("n_queries", "d_k", magnitude=8), k=many("n_keys", "d_k", magnitude=8))
    def test_takes_any_number_of_sentences(self, student, reference, q, k):
        """Further axes in front hold many sentences: each has a table of its own, of its own queries and keys."""
        asked = queries_and_keys(q, k)
        assert_agrees(student.attention_scores(*asked), reference.attention_scores(*asked))

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float16, float32 and float64 come back as what they were, whatever they are divided by. Whole numbers, of int8 and
        uint8 too, are computed in float64, scaled or not."""
        q, k = block(3, 5), -block(4, 5)
        for scaled in (True, False):
            assert_keeps_dtype(student.attention_scores, reference.attention_scores, q, k, scale=20.0, scaled=scaled)
            for size in (60, 60 * 2**50):
                large = size * q, size * k
                assert_right_for_integers(student.attention_scores, reference.attention_scores, *large, scaled=scaled)

    @points(0.5)
    def test_leaves_its_inputs_unchanged_however_they_lie_in_memory(self, student, reference):
        """Queries and keys belong to the caller, values and shapes alike: make new arrays. And they may be every second entry
        of something larger, or transposed."""
        for q, k in ((block(3, 5), -block(4, 5)), (block(2, 3, 5), -block(2, 4, 5))):
            assert_unchanged_in_every_form(student.attention_scores, q, k)
            assert_accepts_any_layout(student.attention_scores, reference.attention_scores, q, k)

    @points(0.5)
    def test_refuses_queries_and_keys_of_different_length(self, student):
        """Queries of 7 numbers and keys of 5 have no dot product, nor have those of 7 and 1: ValueError, and the message names
        both numbers."""
        for q_features, k_features in ((7, 5), (5, 7), (7, 1), (1, 7), (4, 3)):
            q, k, names = block(2, q_features), block(6, k_features), [str(q_features), str(k_features)]
            assert_value_error(student.attention_scores, q, k, names=names)
            assert_value_error(student.attention_scores, np.stack([q, q]), np.stack([k, k]), names=names)

    @points(1)
    def test_works_on_whole_arrays(self, student):
        """A loop in Python issues work for every query, key or sentence: one matrix product takes all of them at once."""
        steady = assert_steady_operations
        steady(student.attention_scores, small=[block(4, 3), block(5, 3)], large=[block(48, 3), block(60, 3)])
        steady(student.attention_scores, small=[block(4, 3), block(5, 3)], large=[block(4, 36), block(5, 36)])
        few, more = (2, 3), (8, 9)
        steady(
            student.attention_scores,
            small=[block(*few, 4, 3), block(*few, 5, 3)],
            large=[block(*more, 4, 3), block(*more, 5, 3)],
        )


@exercise("weighted_values", points=5)
class TestWeightedValues:
    @points(2)
    @example(weights=np.array([[0.25, 0.75]]), v=np.array([[4.0, 0.0, 8.0], [0.0, 8.0, 8.0]]))
    @example(weights=ROUNDED_WEIGHTS, v=VALUES)
    @example(weights=WEIGHTS, v=VALUES)
    @example(weights=np.array([[1.0, 2.0], [0.0, 0.0], [-1.0, 0.5]]), v=np.array([[1.0], [2.0]]))
    @example(weights=np.array([[1e-13, 1e-100]]), v=np.array([[2e13], [3e100]]))
    @given(weights=one("n_queries", "n_keys"), v=one("n_keys", "d_v", magnitude=8))
    def test_agrees_with_the_reference(self, student, reference, weights, v):
        """For every query and every key, the value of that key times the weight that the query gives it, whatever the weights
        are: a tiny one counts too. Nothing is added up yet."""
        asked = keys_and_values(weights, v)
        assert_agrees(student.weighted_values(*asked), reference.weighted_values(*asked))

    @points(1)
    @example(weights=np.stack([ROUNDED_WEIGHTS, WEIGHTS]), v=np.stack([VALUES, -VALUES]))
    @example(weights=block(1, 2, 3), v=block(1, 3, 4))
    @example(weights=block(3, 3, 3), v=-block(3, 3, 3))
    @example(weights=block(2, 1, 3, 2, 4), v=block(2, 1, 3, 4, 5))
    @given(weights=many("n_queries", "n_keys"), v=many("n_keys", "d_v", magnitude=8))
    def test_takes_any_number_of_sentences(self, student, reference, weights, v):
        """Further axes in front hold many sentences, each with weights and values of its own: an axis that is missing has to be
        put in where it belongs, not left to NumPy, which adds it in front."""
        asked = keys_and_values(weights, v)
        assert_agrees(student.weighted_values(*asked), reference.weighted_values(*asked))

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float16, float32 and float64 come back as what they were; whole numbers, of int8 and uint8 too, are computed in
        float64."""
        weights, v = block(3, 5), -block(5, 4)
        assert_keeps_dtype(student.weighted_values, reference.weighted_values, weights, v, scale=4.0)
        for size in (60, 60 * 2**50):
            large = size * weights, size * v
            assert_right_for_integers(student.weighted_values, reference.weighted_values, *large)

    @points(0.5)
    def test_leaves_its_inputs_unchanged_however_they_lie_in_memory(self, student, reference):
        """Weights and values belong to the caller, numbers and shapes alike: make new arrays. And they may be every second
        entry of something larger, or transposed."""
        for weights, v in ((block(3, 5), -block(5, 4)), (block(2, 3, 5), -block(2, 5, 4))):
            assert_unchanged_in_every_form(student.weighted_values, weights, v)
            assert_accepts_any_layout(student.weighted_values, reference.weighted_values, weights, v)

    @points(0.5)
    def test_refuses_weights_for_another_number_of_keys(self, student):
        """Weights for 7 keys and 5 values belong to different sentences: ValueError, and the message names both numbers."""
        for n_weights, n_values in ((7, 5), (5, 7), (4, 3)):
            weights, v, names = block(2, n_weights), block(n_values, 6), [str(n_weights), str(n_values)]
            assert_value_error(student.weighted_values, weights, v, names=names)
            assert_value_error(student.weighted_values, np.stack([weights, weights]), np.stack([v, v]), names=names)

    @points(0.5)
    def test_does_not_stretch_a_single_key(self, student):
        """Weights for 1 key and 5 values, or the other way around: NumPy stretches the 1 without a word, so the two numbers have
        to be compared. ValueError, and the message names both."""
        assert_value_error(student.weighted_values, block(2, 1), block(5, 6), names=["1", "5"])
        assert_value_error(student.weighted_values, block(2, 5), block(1, 6), names=["5", "1"])
        assert_value_error(student.weighted_values, block(3, 2, 1), block(3, 5, 6), names=["1", "5"])


@exercise("scaled_dot_product_attention", points=9, forbidden=READY_MADE)
class TestScaledDotProductAttention:
    @points(2.5)
    @example(q=np.array([[2.0, 0.0, 0.0, 0.0]]), k=np.array([[0.0] * 4, [1.0, 0.0, 0.0, 0.0]]), v=np.eye(2))
    @example(q=QUERIES, k=KEYS, v=VALUES)
    @example(q=QUERIES / 2, k=KEYS / 4, v=VALUES)
    @example(q=block(2, 3), k=-block(4, 3), v=block(4, 3))
    @example(q=block(3, 3), k=block(3, 3).T, v=block(3, 3) ** 2)
    @given(q=one("n_queries", "d_k"), k=one("n_keys", "d_k"), v=one("n_keys", "d_v", magnitude=8))
    def test_agrees_with_the_reference(self, student, reference, q, k, v):
        """The weights are the softmax of the scaled scores, for each query over all keys; its output is the sum of the values
        times their weights. Output first, then weights."""
        asked = queries_keys_and_values(q, k, v)
        got = student.scaled_dot_product_attention(*asked)
        assert_agrees(got, reference.scaled_dot_product_attention(*asked))

    @points(1)
    @example(q=np.stack([QUERIES, -QUERIES]) / 2, k=np.stack([KEYS, KEYS]) / 4, v=np.stack([VALUES, -VALUES]))
    @example(q=block(1, 2, 3), k=block(1, 4, 3), v=block(1, 4, 5))
    @example(q=block(3, 3, 3), k=-block(3, 3, 3), v=block(3, 3, 3) ** 2)
    @example(q=block(2, 1, 3, 2, 4), k=block(2, 1, 3, 5, 4), v=block(2, 1, 3, 5, 6))
    @given(q=many("n_queries", "d_k"), k=many("n_keys", "d_k"), v=many("n_keys", "d_v", magnitude=8))
    def test_takes_any_number_of_sentences(self, student, reference, q, k, v):
        """Further axes in front hold many sentences: each has weights and outputs of its own."""
        asked = queries_keys_and_values(q, k, v)
        got = student.scaled_dot_product_attention(*asked)
        assert_agrees(got, reference.scaled_dot_product_attention(*asked))

    @points(1)
    def test_survives_large_scores(self, student, reference):
        """For scores of thousands, above or below 0, the exponential is inf or 0; and one query may have scores of thousands
        where another has none. Softmax has to take care of each query by itself."""
        v = np.array([[1.0, 5.0, 0.0], [-2.0, 0.0, 3.0], [0.5, 4.0, 8.0]])
        nearby_keys = np.array([[1.0, 0.5], [1.0, -0.25], [1.0, 1.0]])
        for q, k in (
            (np.array([[3000.0, 1.0], [-3000.0, 1.0], [0.0, 2.0], [1e5, -1.0]]), nearby_keys),
            (np.array([[800.0, 1.0], [0.0, 1.0]]), nearby_keys),
            (np.array([[-1100.0, 0.0], [0.0, 1100.0]]), nearby_keys),
            (np.array([[60.0, -70.0], [40.0, 0.0]]), 3 * nearby_keys),
            (np.array([[1e50, 1.0], [-1e50, 2.0]]), np.array([[1e20, 0.0], [-1e20, 3.0], [2e20, 1.0]])),
        ):
            got = student.scaled_dot_product_attention(q, k, v)
            assert_agrees(got, reference.scaled_dot_product_attention(q, k, v))

    @points(0.5)
    def test_small_weights_keep_their_digits(self, student, reference):
        """A weight of 10⁻¹² is a number like any other: nothing may be added to it, cut off or rounded away. Times a large value
        it counts."""
        q, k = np.array([[2.0, 0.0, 0.0, 0.0]]), np.array([[0.0], [-20.0], [-28.0], [-50.0]]) * np.ones(4)
        v = np.diag([1.0, 1e9, 1e12, 1e20])
        output, weights = two(student.scaled_dot_product_attention(q, k, v))
        for got, right in zip((output, weights), reference.scaled_dot_product_attention(q, k, v), strict=True):
            assert_agrees(got, right, scale=right)

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float16, float32 and float64 come back as what they were, output and weights, whatever the scores are divided by; whole
        numbers, of int8 and uint8 too, are computed in float64."""
        q, k, v = block(3, 5), -block(4, 5), block(4, 6)
        attention, right = student.scaled_dot_product_attention, reference.scaled_dot_product_attention
        assert_keeps_dtype(attention, right, q, k, v, scale=2 * (1 + 20 / 5**0.5))
        assert_right_for_integers(attention, right, 8 * q, 8 * k, 60 * v)

    @points(0.5)
    def test_stays_finite_in_half_precision(self, student):
        """float16 ends at 65504, so its exponential is inf from 12 on: large scores come sooner there. And the weights of a query add up
        to 1 there, too."""
        k = np.array([[30.0, 0.0, 0.0, 0.0], [0.0, -30.0, 0.0, 0.0], [-30.0, 0.0, 4.0, 0.0]], np.float16)
        q = np.array([[30.0, 0.0, 0.0, 0.0], [-30.0, 60.0, 0.0, 4.0]], np.float16)
        v = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], np.float16)
        expected = (
            np.array([[1.0, 2.0], [5.0, 6.0]], np.float16),
            np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], np.float16),
        )
        assert_agrees(student.scaled_dot_product_attention(q, k, v), expected, scale=1.0)
        # Beside scores of 5000 nothing is left of the logarithm of a sum: two that are equal still share.
        q, k = (
            (100 * np.eye(1, 4)).astype(np.float16),
            np.array([[100], [100], [-100]], np.float16) * np.ones((1, 4), np.float16),
        )
        expected = np.array([[2.0, 3.0]], np.float16), np.array([[0.5, 0.5, 0.0]], np.float16)
        assert_agrees(student.scaled_dot_product_attention(q, k, v), expected, scale=1.0)

    @points(0.5)
    def test_leaves_its_inputs_unchanged_however_they_lie_in_memory(self, student, reference):
        """Queries, keys and values belong to the caller, numbers and shapes alike: make new arrays. And they may be every second
        entry of something larger, or transposed."""
        for q, k, v in (
            (block(3, 5), -block(4, 5), block(4, 6)),
            (block(2, 3, 5), -block(2, 4, 5), block(2, 4, 6)),
        ):
            assert_unchanged_in_every_form(student.scaled_dot_product_attention, q, k, v)
            attention, right = student.scaled_dot_product_attention, reference.scaled_dot_product_attention
            assert_accepts_any_layout(attention, right, q, k, v)

    @points(0.5)
    def test_refuses_shapes_that_do_not_fit(self, student):
        """Queries of 7 numbers and keys of 5, or 5 keys and 7 values (or 1), do not belong together: ValueError, and the message
        names both numbers."""
        for one_number, other in ((7, 5), (5, 7), (7, 1), (1, 7)):
            names = [str(one_number), str(other)]
            features = block(2, one_number), block(6, other), block(6, 3)
            keys = block(2, 3), block(one_number, 3), block(other, 4)
            for arguments in (features, keys, [np.stack([a, a]) for a in features], [np.stack([a, a]) for a in keys]):
                assert_value_error(student.scaled_dot_product_attention, *arguments, names=names)

    @points(1)
    def test_works_on_whole_arrays(self, student):
        """A loop in Python issues work for every query, key or sentence: NumPy's operations take all of them at once."""
        few, more = (2, 3), (8, 9)
        for small, large in (
            (((4, 3), (5, 3), (5, 2)), ((48, 3), (5, 3), (5, 2))),
            (((4, 3), (5, 3), (5, 2)), ((4, 3), (60, 3), (60, 2))),
            (((*few, 4, 3), (*few, 5, 3), (*few, 5, 2)), ((*more, 4, 3), (*more, 5, 3), (*more, 5, 2))),
        ):
            small, large = ([block(*shape) for shape in shapes] for shapes in (small, large))
            assert_steady_operations(student.scaled_dot_product_attention, small=small, large=large)

    @points(1)
    def test_takes_no_more_than_three_times_the_time(self, student, reference):
        """For 384 queries and 400 keys and values of 128 numbers. Is there an array of all products, with 128 numbers for each
        score, before they are added up?"""
        # Here np.einsum takes twice the reference's time, and a sum over all products between four and six times.
        arguments = [block(384, 128), block(400, 128), block(400, 128)]
        assert_at_most_times_the_reference(3, student, reference, "scaled_dot_product_attention", arguments)


@exercise("self_attention", points=6, forbidden=READY_MADE)
class TestSelfAttention:
    @points(2.5)
    @example(x=np.array([[1.0, 0.0], [0.0, 1.0]]), w_q=np.eye(2), w_k=2 * np.eye(2), w_v=np.array([[1.0], [3.0]]))
    @example(x=X, w_q=W_QUERY, w_k=W_KEY, w_v=W_VALUE)
    @example(x=X / 2, w_q=W_QUERY, w_k=W_KEY, w_v=W_VALUE)
    @example(x=block(2, 3), w_q=block(3, 3), w_k=block(3, 3) ** 2, w_v=-block(3, 3))
    @example(x=block(3, 3), w_q=block(3, 3).T, w_k=block(3, 3) ** 2, w_v=-block(3, 3))
    @given(
        x=one("n_queries", "d_model"),
        w_q=one("d_model", "d_k", magnitude=1),
        w_k=one("d_model", "d_k", magnitude=1),
        w_v=one("d_model", "d_v"),
    )
    def test_agrees_with_the_reference(self, student, reference, x, w_q, w_k, w_v):
        """Queries, keys and values of the words, each by its own weights, and then scaled attention of these queries to these
        keys and values. Output first, then weights."""
        asked = words_and_weights(x, w_q, w_k, w_v)
        assert_agrees(student.self_attention(*asked), reference.self_attention(*asked))

    @points(1)
    @example(x=np.stack([X, -X]) / 2, w_q=W_QUERY, w_k=W_KEY, w_v=W_VALUE)
    @example(x=block(1, 2, 3), w_q=block(3, 4), w_k=-block(3, 4), w_v=block(3, 5))
    @example(x=block(3, 3, 3), w_q=block(3, 3), w_k=block(3, 3) ** 2, w_v=-block(3, 3))
    @example(x=block(2, 1, 3, 2, 4), w_q=block(4, 5), w_k=-block(4, 5), w_v=block(4, 6))
    @given(
        x=many("n_queries", "d_model"),
        w_q=one("d_model", "d_k", magnitude=1),
        w_k=one("d_model", "d_k", magnitude=1),
        w_v=one("d_model", "d_v"),
    )
    def test_takes_any_number_of_sentences(self, student, reference, x, w_q, w_k, w_v):
        """Further axes in front hold many sentences: the words of one never listen to those of another."""
        asked = words_and_weights(x, w_q, w_k, w_v)
        assert_agrees(student.self_attention(*asked), reference.self_attention(*asked))

    @points(0.5)
    def test_survives_large_words(self, student, reference):
        """Everything that attention promises holds here too: words of thousands give scores of millions, above and below 0."""
        x = np.array([[3000.0, 1.0], [-2000.0, 0.5], [2500.0, -1.0]])
        w_q, w_k, w_v = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 0.5], [2.0, 0.0]]), block(2, 4)
        for words in (x, 5 * x, -x):
            assert_agrees(student.self_attention(words, w_q, w_k, w_v), reference.self_attention(words, w_q, w_k, w_v))

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float16, float32 and float64 come back as what they were, output and weights; whole numbers, of int8 and uint8 too, are
        computed in float64."""
        x, w_v = block(4, 3, largest=1), block(3, 6, largest=1)
        w_q, w_k = block(3, 5, largest=0.5), -block(3, 5, largest=0.5)
        assert_keeps_dtype(student.self_attention, reference.self_attention, x, w_q, w_k, w_v, scale=6.0)
        assert_right_for_integers(student.self_attention, reference.self_attention, 16 * x, 4 * w_q, 4 * w_k, 120 * w_v)
        large = 2**40 * x, 0 * w_q, 0 * w_k, 2**40 * w_v  # products that no integer type can hold
        assert_right_for_integers(student.self_attention, reference.self_attention, *large)

    @points(0.5)
    def test_leaves_its_inputs_unchanged_however_they_lie_in_memory(self, student, reference):
        """Words and weights belong to the caller, numbers and shapes alike: make new arrays. And they may be every second entry
        of something larger, or transposed."""
        for x in (block(3, 3), block(2, 4, 3)):
            assert_unchanged_in_every_form(student.self_attention, x, block(3, 3), -block(3, 3), block(3, 3) ** 2)
        x, weights = block(2, 4, 3), [block(3, 5), -block(3, 5), block(3, 2)]
        assert_accepts_any_layout(student.self_attention, reference.self_attention, x, *weights)

    @points(1)
    def test_refuses_shapes_that_do_not_fit(self, student):
        """Words of 7 numbers and weights for 5 (or 1), or queries and keys of different length: ValueError, and the message names
        both numbers."""
        x, fits = block(3, 7), block(7, 2)
        for rows in (5, 11, 1):
            wrong = block(rows, 2)
            for weights in ((wrong, fits, fits), (fits, wrong, fits), (fits, fits, wrong), (wrong, wrong, wrong)):
                assert_value_error(student.self_attention, x, *weights, names=["7", str(rows)])
        for d_q, d_k in ((5, 6), (6, 5), (6, 1), (1, 6)):
            arguments = x, block(7, d_q), block(7, d_k), fits
            assert_value_error(student.self_attention, *arguments, names=[str(d_q), str(d_k)])


def two(returned):
    """Output and weights of one query."""
    right = isinstance(returned, (tuple, list)) and len(returned) == 2
    right = right and all(isinstance(value, np.ndarray) and value.ndim == 2 for value in returned)
    require(right, "two arrays should come back: output, weights", returned)
    return returned
