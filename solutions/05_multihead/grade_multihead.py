"""The hidden grader of unit 05. Agreement first, then each promise of the contract by itself.

Two random initialisations are never compared: the weights of the student's own module are read, and what it owes follows from them.
"""

import contextlib

import numpy as np
from hypothesis import assume, example, given
from hypothesis import strategies as st

from autograder.faults import StudentError
from autograder.toolkit import (
    assert_agrees,
    assert_inputs_unchanged,
    assert_no_warnings,
    assert_steady_operations,
    assert_value_error,
    counted,
    exercise,
    generator,
    points,
    require,
    spaced,
)
from autograder.toolkit.strategies import SEEDS, filled

DTYPES = (np.int64, np.float64, np.float32, np.float16, np.int8, np.uint8, np.bool_)
BEYOND_FLOAT64 = 2**60
"""One more than that is another int64, but the same float64."""
MATRICES = ("w_q", "w_k", "w_v", "w_o")

head_counts = st.sampled_from([1, 2, 4])


def numbered(*shape):
    """0, 1, 2, ... in that shape, as float64: all entries differ."""
    return np.arange(np.prod(shape), dtype=np.float64).reshape(shape)


def normal(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


@st.composite
def words(draw, min_words=1, max_words=6, magnitude=8.0):
    """(batch, n, d_model), where d_model is a multiple of all `head_counts`."""
    shape = draw(st.integers(1, 3)), draw(st.integers(min_words, max_words)), draw(st.sampled_from([4, 8, 12]))
    return filled(shape, draw(SEEDS), magnitude)


@st.composite
def heads(draw):
    """(batch, num_heads, n, d_k)"""
    return filled(tuple(draw(st.integers(1, side)) for side in (3, 4, 5, 3)), draw(SEEDS))


def assume_shared(x, num_heads):
    """Only what the contract speaks of: shrinking may leave it."""
    assume(x.ndim == 3 and x.size > 0 and num_heads > 0 and x.shape[-1] % num_heads == 0)


@exercise("split_heads", points=5)
class TestSplitHeads:
    @points(2)
    @example(x=numbered(1, 2, 4), num_heads=2)
    @example(x=numbered(2, 3, 4), num_heads=1)
    @example(x=numbered(2, 3, 4), num_heads=4)
    @example(x=numbered(2, 5, 12), num_heads=3)
    @example(x=numbered(3, 2, 12), num_heads=6)
    @given(x=words(), num_heads=head_counts)
    def test_agrees_with_the_reference(self, student, reference, x, num_heads):
        """Head h has the columns h·d_k to (h+1)·d_k - 1 of every word, and the heads come before the words. Does a word still
        have its own numbers? `reshape` alone moves none of them."""
        assume_shared(x, num_heads)
        assert_agrees(student.split_heads(x, num_heads), reference.split_heads(x, num_heads))

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """Nothing is computed, so every type comes back as it was, with all its digits: integers, float32 and booleans too."""
        for dtype in DTYPES:
            x = (numbered(2, 3, 8) % 5).astype(dtype)
            assert_agrees(student.split_heads(x, 2), reference.split_heads(x, 2))
        large = numbered(2, 3, 8).astype(np.int64) + BEYOND_FLOAT64
        assert_agrees(student.split_heads(large, 2), reference.split_heads(large, 2))

    @points(1)
    def test_refuses_columns_that_the_heads_cannot_share(self, student):
        """Where d_model is not a multiple of num_heads: a ValueError whose message names both."""
        for columns, num_heads in ((10, 4), (7, 2), (6, 4), (5, 8), (15, 2)):
            assert_value_error(
                student.split_heads, numbered(2, 3, columns), num_heads, names=[str(columns), str(num_heads)]
            )

    @points(0.5)
    def test_leaves_its_input_unchanged_however_it_lies_in_memory(self, student, reference):
        """The words belong to the caller, their shape too. And they may be every second entry of something larger, or transposed."""
        for x in (numbered(2, 3, 8), numbered(2, 3, 8).astype(np.int64)):
            assert_inputs_unchanged(student.split_heads, x, 2)
        for x in (spaced(numbered(2, 3, 8)), numbered(8, 3, 2).T, numbered(3, 2, 8).swapaxes(0, 1)):
            assert_agrees(student.split_heads(x, 4), reference.split_heads(x, 4))

    @points(1)
    def test_rearranges_all_heads_at_once(self, student):
        """A loop in Python copies head after head. Two of NumPy's operations rearrange all of them at once, whatever their number."""
        assert_steady_operations(student.split_heads, small=[numbered(2, 3, 32), 2], large=[numbered(2, 3, 32), 16])
        assert_steady_operations(student.split_heads, small=[numbered(2, 3, 32), 2], large=[numbered(24, 40, 32), 2])
        x = numbered(4, 64, 512)
        peak = counted(student.split_heads, x, 16).peak_bytes
        require(
            peak <= 2.5 * x.nbytes,
            f"for {x.nbytes >> 10} KiB of words in 16 heads, {peak >> 10} KiB were in use: is everything copied for each head?",
        )


@exercise("combine_heads", points=4)
class TestCombineHeads:
    @points(2.5)
    @example(x=numbered(1, 2, 2, 2))
    @example(x=numbered(2, 3, 5, 4))
    @example(x=numbered(3, 1, 4, 2))
    @example(x=numbered(2, 4, 1, 3))
    @example(x=numbered(2, 5, 3, 1))
    @given(x=heads())
    def test_agrees_with_the_reference(self, student, reference, x):
        """A word's columns are those of head 0, then those of head 1, and so on. Do the words come before the heads when their
        columns are joined?"""
        assume(x.ndim == 4 and x.size > 0)
        assert_agrees(student.combine_heads(x), reference.combine_heads(x))

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """Nothing is computed, so every type comes back as it was, with all its digits: integers, float32 and booleans too."""
        for dtype in DTYPES:
            x = (numbered(2, 3, 5, 4) % 7).astype(dtype)
            assert_agrees(student.combine_heads(x), reference.combine_heads(x))
        large = numbered(2, 3, 5, 4).astype(np.int64) + BEYOND_FLOAT64
        assert_agrees(student.combine_heads(large), reference.combine_heads(large))

    @points(1)
    def test_leaves_its_input_unchanged_however_it_lies_in_memory(self, student, reference):
        """The heads belong to the caller, their shape too. And they may be every second entry of something larger, or transposed."""
        moved = numbered(2, 5, 3, 4).swapaxes(1, 2)
        for x in (numbered(2, 3, 5, 4), numbered(2, 1, 5, 4), numbered(2, 3, 1, 4), moved):
            assert_inputs_unchanged(student.combine_heads, x)
        # The last one lies column by column before and after the words are moved.
        for x in (spaced(numbered(2, 3, 5, 4)), moved, numbered(4, 5, 3, 2).T, numbered(4, 1, 3, 2).T):
            assert_agrees(student.combine_heads(x), reference.combine_heads(x))


def module(student, d_model, num_heads, seed=7):
    """A module with weights that are the same every time; a generator that is not taken as it should be has a test of its own."""
    try:
        attention = student.MultiHeadAttention(d_model, num_heads, rng=generator(seed))
    except StudentError:
        attention = student.MultiHeadAttention(d_model, num_heads)
    with contextlib.suppress(StudentError):
        for name in MATRICES:  # whoever looks at its answers later has to know the weights they followed from
            getattr(attention, name)
    return attention


def matrices(attention, d_model):
    """The module's weights, in the order of MATRICES."""
    found = [getattr(attention, name) for name in MATRICES]
    for name, matrix in zip(MATRICES, found, strict=True):
        require(
            type(matrix) is np.ndarray and matrix.dtype.kind == "f", f"{name} should be a NumPy array of floats", matrix
        )
        require(matrix.shape == (d_model, d_model), f"{name} should have the shape ({d_model}, {d_model})", matrix)
    return found


def shares(scores):
    """Softmax along the last axis; nothing for -inf, nor for a row of nothing else."""
    largest = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - np.where(np.isneginf(largest), 0.0, largest))
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total == 0, 1.0, total)


def owed(attention, num_heads, query, key, value, mask=None):
    """Output and weights that follow from the module's own matrices, head by head as the paper writes them."""
    d_model = query.shape[-1]
    d_k = d_model // num_heads
    w_q, w_k, w_v, w_o = matrices(attention, d_model)
    mask = np.broadcast_to(True if mask is None else mask, (len(query), num_heads, query.shape[1], key.shape[1]))
    all_weights, output = [], np.zeros(query.shape)
    for head in range(num_heads):
        own = slice(head * d_k, (head + 1) * d_k)
        scores = np.einsum("bqi,bki->bqk", query @ w_q[:, own], key @ w_k[:, own]) / d_k**0.5
        weights = shares(np.where(mask[:, head], scores, -np.inf))
        output += weights @ (value @ w_v[:, own]) @ w_o[own]
        all_weights.append(weights)
    return output, np.stack(all_weights, axis=1)


def pair_from(value):
    """Output and weights, where `forward` gave two arrays."""
    is_pair = isinstance(value, (tuple, list)) and len(value) == 2 and all(type(part) is np.ndarray for part in value)
    require(is_pair, "forward should give two arrays, (output, weights)", value)
    return value


def shaped(value, num_heads, query, key):
    """Output and weights, where they have the shapes that belong to these arguments."""
    shapes = query.shape, (len(query), num_heads, query.shape[1], key.shape[1])
    for name, part, shape in zip(("output", "weights"), pair_from(value), shapes, strict=True):
        require(part.shape == shape, f"the shape of the {name} should be {shape}, it is {part.shape}", part)
    return value


def telling(value):
    """An answer to several words that another one can be measured against: one number everywhere agrees with too much."""
    for name, part in zip(("output", "weights"), pair_from(value), strict=True):
        differs = part.size > 1 and np.isfinite(part).all() and np.any(part != part.flat[0])
        require(differs, f"the {name} of different words should be finite and not all the same", part)
    return value


MASK_SHAPES = (
    lambda batch, num_heads, n_queries, n_keys: (n_keys,),
    lambda batch, num_heads, n_queries, n_keys: (n_queries, n_keys),
    lambda batch, num_heads, n_queries, n_keys: (batch, 1, 1, n_keys),
    lambda batch, num_heads, n_queries, n_keys: (1, 1, n_queries, n_keys),
    lambda batch, num_heads, n_queries, n_keys: (batch, 1, n_queries, n_keys),
    lambda batch, num_heads, n_queries, n_keys: (num_heads, 1, n_keys),
    lambda batch, num_heads, n_queries, n_keys: (1, num_heads, n_queries, n_keys),
    lambda batch, num_heads, n_queries, n_keys: (batch, num_heads, n_queries, n_keys),
)


def open_mask(seed, shape):
    """A mask that leaves every query a key."""
    mask = np.random.default_rng(seed).random(shape) < 0.6
    mask[..., 0] |= ~mask.any(axis=-1)
    return mask


# Each test below has one promise for its subject. What is no part of it is measured against the student's own answers: who divides
# the scores by the wrong number is not told that the mask is wrong as well.
@exercise("MultiHeadAttention", points=15)
class TestMultiHeadAttention:
    @points(1)
    def test_has_four_square_matrices(self, student):
        """w_q, w_k, w_v and w_o are float64 arrays of shape (d_model, d_model), each drawn for itself, and every module has its own."""
        for d_model, num_heads in ((8, 2), (6, 3), (5, 1)):
            attention = module(student, d_model, num_heads)
            found = matrices(attention, d_model)
            for name, matrix in zip(MATRICES, found, strict=True):
                require(matrix.dtype == np.float64, f"{name} should be of float64, it is of {matrix.dtype}")
            require(
                len({matrix.tobytes() for matrix in found}) == 4,
                "no two of the four matrices should be the same",
                found[0],
            )
            module(student, d_model, num_heads, seed=8)
            assert_agrees(matrices(attention, d_model), found)

    @points(1)
    def test_draws_its_weights_with_a_variance_of_one_over_d_model(self, student):
        """The entries lie around 0 with the variance 1/d_model. A variance is the square of a standard deviation; and a uniform
        distribution from -a to a has the variance a²/3."""
        for d_model, num_heads in ((64, 4), (320, 2)):
            chance = 16 / d_model  # eleven times what the variance of so many numbers differs by, if they are normal
            for name, matrix in zip(MATRICES, matrices(module(student, d_model, num_heads), d_model), strict=True):
                variance, mean = float(np.var(matrix)), float(np.mean(matrix))
                require(
                    abs(variance * d_model - 1) < chance,
                    f"the variance of {name} should be about 1/{d_model} = {1 / d_model:.5f}, it is {variance:.5f}",
                )
                require(abs(mean) < 0.15 * d_model**-0.5, f"the mean of {name} should be about 0, it is {mean:.5f}")

    @points(1)
    def test_draws_its_weights_from_the_generator_it_is_given(self, student):
        """Equal generators give equal weights, and others give others; without one, every module draws anew: what np.random.seed was
        given before makes no difference."""
        made = (student.MultiHeadAttention(8, 2, rng=generator(seed)) for seed in (3, 3, 4))
        first, again, other = (matrices(attention, 8) for attention in made)
        require(
            np.array_equal(first, again), "two generators with the same seed should give the same weights", first[0]
        )
        require(
            not np.array_equal(first, other), "generators with different seeds should give different weights", first[0]
        )
        one, two = (matrices(student.MultiHeadAttention.seeded(5, 8, 2, **named), 8) for named in ({}, {"rng": None}))
        require(
            not np.array_equal(one, two),
            "two modules without a generator should have different weights, also after the same np.random.seed",
            one[0],
        )

    @points(2)
    @example(x=normal(1, 1, 2, 4), num_heads=1)
    @example(x=normal(1, 1, 2, 4), num_heads=2)
    @example(x=normal(2, 2, 5, 12), num_heads=3)
    @example(x=normal(3, 2, 3, 8), num_heads=8)
    @given(x=words(magnitude=2), num_heads=head_counts)
    def test_every_head_has_the_weights_of_its_own_columns(self, student, x, num_heads):
        """Each head compares its own columns of the queries with its own columns of the keys, divides by the root of *their* number
        and takes the softmax over the keys."""
        assume_shared(x, num_heads)
        attention = module(student, x.shape[-1], num_heads)
        _, weights = pair_from(attention.forward(x, x, x))
        assert_agrees(weights, owed(attention, num_heads, x, x, x)[1])

    @points(2)
    @example(x=normal(1, 1, 2, 4), num_heads=1)
    @example(x=normal(1, 1, 2, 4), num_heads=2)
    @example(x=normal(2, 2, 5, 12), num_heads=3)
    @example(x=normal(3, 2, 3, 8), num_heads=8)
    @given(x=words(magnitude=2), num_heads=head_counts)
    def test_the_output_is_that_of_all_heads_through_w_o(self, student, x, num_heads):
        """Every head weighs its own columns of the values; side by side they go through w_o. Are the values projected by w_v, are
        the heads combined in the right order, is the last product there?"""
        assume_shared(x, num_heads)
        attention = module(student, x.shape[-1], num_heads)
        output, _ = pair_from(attention.forward(x, x, x))
        assert_agrees(output, owed(attention, num_heads, x, x, x)[0])

    @points(1)
    @example(x=normal(2, 2, 7, 12), n_queries=3, num_heads=3)
    @given(x=words(min_words=2, magnitude=2), n_queries=st.integers(1, 3), num_heads=head_counts)
    def test_keeps_queries_keys_and_values_apart(self, student, x, n_queries, num_heads):
        """The queries may be more or fewer than the keys, and the values are other words than the keys: each of the three has its own
        argument and its own matrix. The arguments may be given by name, in any order."""
        assume_shared(x, num_heads)
        assume(0 < n_queries < x.shape[1])
        query, key = x[:, :n_queries].copy(), x[:, n_queries:].copy()
        value = 1 - 2 * key[:, ::-1, ::-1]
        attention = module(student, x.shape[-1], num_heads)
        expected = owed(attention, num_heads, query, key, value)
        assert_agrees(attention.forward(query, key, value), expected)
        assert_agrees(attention.forward(value=value, query=query, key=key), expected)

    @points(0.5)
    def test_key_and_value_default_to_the_query(self, student):
        """`forward(x)` is self-attention: queries, keys and values come from the same words, whatever was asked before, and of
        whichever module."""
        attention, x, others = module(student, 12, 3), normal(5, 2, 4, 12), normal(6, 2, 4, 12)
        expected = telling(attention.forward(x, x, x))
        assert_agrees(attention.forward(x), expected)
        mask = np.tril(np.ones((4, 4), bool))
        masked = telling(attention.forward(x, x, x, mask))
        assert_agrees(attention.forward(x, mask=mask), masked)
        attention.forward(x, others, others, mask)
        module(student, 12, 2)
        assert_agrees(attention.forward(x), expected)

    @points(1)
    @example(seed=0, num_heads=2, shape=4)
    @example(seed=1, num_heads=2, shape=7)
    @example(seed=2, num_heads=4, shape=5)
    @given(seed=st.integers(0, 999), num_heads=head_counts, shape=st.integers(0, len(MASK_SHAPES) - 1))
    def test_hides_what_the_mask_hides(self, student, seed, num_heads, shape):
        """True means that the key may be seen. Hidden keys have the weight 0, exactly, and the others share as if those were not
        there. Does a mask of any shape that broadcasts to (batch, num_heads, n_queries, n_keys) do its work?"""
        assume(num_heads > 0 and 8 % num_heads == 0)
        attention = module(student, 8, num_heads)
        query, key, value = normal(seed, 2, 3, 8), normal(seed + 1, 2, 5, 8), normal(seed + 2, 2, 5, 8)
        mask = open_mask(seed, MASK_SHAPES[shape](2, num_heads, 3, 5))
        _, free = shaped(attention.forward(query, key, value), num_heads, query, key)
        _, weights = shaped(attention.forward(query, key, value, mask), num_heads, query, key)
        hidden = ~np.broadcast_to(mask, weights.shape)
        require(np.all(weights[hidden] == 0), "the weight of a hidden key should be exactly 0", weights)
        left = np.where(hidden, 0.0, free)
        with np.errstate(all="ignore"):
            expected = left / left.sum(axis=-1, keepdims=True)
        require(np.isfinite(expected).all(), "every key should have some weight where nothing is hidden", free)
        assert_agrees(weights, expected)

    @points(0.5)
    def test_the_output_knows_nothing_of_hidden_keys(self, student):
        """With a mask the output of a query is what it would be if the hidden keys and values did not exist."""
        attention = module(student, 8, 2)
        query, key, value = normal(1, 2, 3, 8), normal(2, 2, 5, 8), normal(3, 2, 5, 8)
        mask = open_mask(4, (2, 1, 3, 5))
        expected = np.zeros_like(query)
        for sentence, number in np.ndindex(2, 3):
            one, seen = slice(sentence, sentence + 1), mask[sentence, 0, number]
            alone = query[one, number : number + 1].copy(), key[one][:, seen].copy(), value[one][:, seen].copy()
            expected[one, number : number + 1] = shaped(attention.forward(*alone), 2, *alone[:2])[0]
        output, _ = telling(shaped(attention.forward(query, key, value, mask), 2, query, key))
        assert_agrees(output, expected)

    @points(1)
    def test_a_query_that_may_see_nothing_gets_zeros(self, student):
        """All its weights and its output are 0, without NaN and without a warning, and the other queries are as ever."""
        query, key, value = normal(1, 2, 3, 8), normal(2, 2, 4, 8), normal(3, 2, 4, 8)
        rows = np.ones((2, 1, 3, 4), bool)
        rows[0, 0, 1], rows[1, 0, 2, :3] = False, False
        sentence = np.array([[[[False] * 4]], [[[True, False, True, True]]]])
        head = np.ones((1, 2, 3, 4), bool)
        head[0, 1] = False
        attention = module(student, 8, 2)
        for mask in (rows, sentence, head, np.zeros((3, 4), bool)):
            opened = mask | ~mask.any(axis=-1, keepdims=True)
            seeing, normally = telling(shaped(attention.forward(query, key, value, opened), 2, query, key))
            output, weights = shaped(attention.forward(query, key, value, mask), 2, query, key)
            blind = ~np.broadcast_to(mask, weights.shape).any(axis=-1)
            assert_agrees(weights, np.where(blind[..., None], 0.0, normally))
            require(np.all(weights[blind] == 0), "the weights of a query that may see nothing should be 0", weights)
            require(
                np.all(output[blind.all(axis=1)] == 0),
                "the output of a query that no head lets see anything should be 0",
                output,
            )
            assert_agrees(output[~blind.any(axis=1)], seeing[~blind.any(axis=1)])
        assert_no_warnings(attention.forward, query, key, value, rows)

    @points(0.5)
    def test_hidden_keys_stay_hidden_beside_the_lowest_scores(self, student):
        """A hidden score is no ordinary low number: where the visible keys have scores of -50000 or less, they still share among
        themselves."""
        attention = module(student, 4, 1)
        query, direction = key_direction(attention)
        for score in (-5e4, -1e12, -1e25, -1e100):
            low = direction * score
            key, value = np.stack([low, 3 * low, 0 * low])[np.newaxis], normal(2, 1, 3, 4)
            first_alone, _ = pair_from(attention.forward(query, key[:, :1].copy(), value[:, :1].copy()))
            output, weights = pair_from(attention.forward(query, key, value, np.array([True, True, False])))
            assert_agrees(weights, np.array([[[[1.0, 0.0, 0.0]]]]))
            assert_agrees(output, first_alone)

    @points(0.5)
    def test_survives_large_scores(self, student):
        """e¹⁰⁰⁰ is too large for a computer, and e⁻¹⁰⁰⁰ too small: the softmax of unit 02 knew what to do, for each query by itself."""
        attention = module(student, 4, 1)
        query, direction = key_direction(attention)
        high, low = (np.stack([size * direction] * 2 + [rest * direction]) for size, rest in ((9e3, 0), (-9e3, -2e4)))
        for signs in ((high, low), (low, high)):
            output, weights = pair_from(
                attention.forward(np.repeat(query, 2, axis=0), np.stack(signs), normal(2, 2, 3, 4))
            )
            require(np.isfinite(output).all(), "the output should be finite", output)
            assert_agrees(weights, np.full((2, 1, 1, 3), [0.5, 0.5, 0.0]))

    @points(0.5)
    def test_refuses_columns_that_the_heads_cannot_share(self, student):
        """A module whose d_model is not a multiple of num_heads is not made: a ValueError whose message names both."""
        for d_model, num_heads in ((10, 4), (7, 2), (6, 4), (5, 8)):
            assert_value_error(student.MultiHeadAttention, d_model, num_heads, names=[str(d_model), str(num_heads)])

    @points(0.5)
    def test_refuses_sizes_that_do_not_fit(self, student):
        """Words of another size than d_model, and values of another number than the keys: a ValueError whose message names both sizes,
        also where one is 1, which `np.einsum` and `*` would stretch. A mask that does not broadcast: a ValueError too."""
        attention = module(student, 8, 2)
        right = normal(1, 2, 3, 8)
        for wrong, size in ((normal(2, 2, 3, columns), str(columns)) for columns in (5, 16, 1)):
            for arguments in (
                (wrong, wrong, wrong),
                (wrong, right, right),
                (right, wrong, right),
                (right, right, wrong),
            ):
                assert_value_error(attention.forward, *arguments, names=[size, "8"])
        for n_keys, n_values in ((4, 6), (3, 1), (1, 3)):
            key, value = normal(3, 2, n_keys, 8), normal(4, 2, n_values, 8)
            assert_value_error(attention.forward, right, key, value, names=[str(n_keys), str(n_values)])
        for shape in ((3, 5), (5, 3), (5, 1, 3, 3)):
            assert_value_error(attention.forward, right, right, right, np.ones(shape, bool))

    @points(0.5)
    def test_leaves_arguments_and_weights_unchanged_however_they_lie_in_memory(self, student):
        """Words and mask belong to the caller, and the weights change by learning only. The words may be every second entry of
        something larger, or transposed, and one array may be all three arguments."""
        attention = module(student, 8, 2)
        before = matrices(attention, 8)
        query, key, value = normal(1, 2, 3, 8), normal(2, 2, 4, 8), normal(3, 2, 4, 8)
        mask = np.array([[True, False, True, True], [False, False, True, False], [True, True, True, False]])
        assert_inputs_unchanged(attention.forward, query, key, value, mask)
        assert_inputs_unchanged(attention.forward, query, query, query)
        require(np.array_equal(matrices(attention, 8), before), "the weights are others after a call")
        expected = telling(attention.forward(query, key, value, mask))
        assert_agrees(attention.forward(spaced(query), spaced(key), spaced(value), spaced(mask)), expected)
        turned = query.T.copy().T, key.swapaxes(0, 1).copy().swapaxes(0, 1), value, mask.T.copy().T
        assert_agrees(attention.forward(*turned), expected)

    @points(0.5)
    def test_computes_with_whole_numbers(self, student):
        """Integers of any width give float64, and nothing is rounded; float32 words are welcome too, and the weights stay as exact as
        they were."""
        attention = module(student, 8, 2)
        before = matrices(attention, 8)
        for dtype in (np.int64, np.int8, np.uint8):
            x = (np.abs(normal(1, 2, 3, 8)) * 3).astype(dtype)
            exact = x.astype(np.float64)
            expected = telling(attention.forward(exact, exact, exact))
            assert_agrees(attention.forward(x, x, x), expected)
        single = normal(1, 2, 3, 8).astype(np.float32)
        double = single.astype(np.float64)
        expected = telling(attention.forward(double, double, double))
        for got, right in zip(pair_from(attention.forward(single, single, single)), expected, strict=True):
            require(
                got.shape == right.shape and got.dtype in (np.float32, np.float64),
                "float32 words should give floats of the usual shape",
                got,
            )
            require(
                np.abs(got - right).max() < 1e-4,
                "float32 words should give what float64 words give, to about 6 digits",
                got,
            )
        require(
            np.array_equal(matrices(attention, 8), before), "the weights are others after a call with float32 words"
        )

    @points(1)
    def test_works_on_the_whole_batch_and_all_heads_at_once(self, student):
        """A loop in Python issues work for every head or every sentence. NumPy's products take all leading axes at once."""
        few, many = module(student, 32, 2), module(student, 32, 16)
        x, large = normal(1, 2, 3, 32), normal(2, 24, 3, 32)
        telling(many.forward(x, x, x))
        steps = [counted(attention.forward, x, x, x).steps for attention in (few, many)]
        require(
            steps[1] <= steps[0] + 2,
            f"the work issued from Python grows with the heads: {steps[0]} steps for 2 heads, then {steps[1]} for 16.",
        )
        assert_steady_operations(few.forward, small=[x, x, x], large=[large, large, large])
        masks = (np.ones((batch, 1, 3, 3), bool) & np.tril(np.ones((3, 3), bool)) for batch in (2, 24))
        small_mask, large_mask = masks
        assert_steady_operations(few.forward, small=[x, x, x, small_mask], large=[large, large, large, large_mask])


def key_direction(attention):
    """For a module (4, 1): a query (1, 1, 4), and what a key is to be that has the score 1 with it."""
    w_q, w_k, _, _ = matrices(attention, 4)
    query = normal(1, 1, 1, 4)
    direction = query[0, 0] @ w_q @ w_k.T
    return query, direction * (2 / (direction @ direction))  # the root of d_k is 2
