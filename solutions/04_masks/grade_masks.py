"""The hidden grader of unit 04. Agreement with the reference first, then each promise of the contract by itself."""

import numpy as np
from hypothesis import assume, example, given
from hypothesis import strategies as st

from autograder.toolkit import (
    arrays,
    assert_accepts_any_layout,
    assert_agrees,
    assert_computes_integers_in_float64,
    assert_inputs_unchanged,
    assert_keeps_dtype,
    assert_no_warnings,
    assert_value_error,
    axes,
    axis_of,
    exercise,
    matrices,
    points,
    require,
    spaced,
)
from autograder.toolkit.strategies import filled

READY_MADE = ["torch.softmax", "torch.log_softmax", "scipy.special.softmax"]
ATTENTION = [*READY_MADE, "torch.nn.functional.scaled_dot_product_attention"]
INF, NAN = np.inf, np.nan
T, F = True, False

BATCH = np.array([[7, 3, 9, 4, 2], [5, 0, 0, 0, 0], [8, 6, 0, 0, 0]])
PADDED_ANYWHERE = np.array([[0, 0, 5, 3], [0, 4, 0, 6], [0, 0, 0, 0], [2, 1, 1, 3]])
OTHER_PADS = (  # tokens in which 0 is a word, and what is padding
    (np.array([[3, 0, 9, 9], [0, 0, 1, 9], [9, 9, 9, 9]]), 9),
    (np.array([[0, 2, -1], [4, -2, -1]]), -1),
    (np.array([[1, 0, 2, 1, 1]]), 1),
    (np.array([[128_000, 7, 128_001]]), 128_001),  # neighbours, though close
    (np.array([[5, 2**32, 2**32 + 5, 0]]), 0),  # only the upper 32 bits tell these apart
    (np.array([[2**24 + 1, 2**24, 5]]), 2**24),  # the first two are one number in float32
)

SCORES = np.array([[0.5, -1.5, 2.0, 1.0], [3.0, 1.0, -2.0, 0.0], [-0.5, 0.5, 2.5, -3.0]])
MASK = np.array([[T, T, F, T], [F, T, T, F], [T, F, T, T]])
WITH_HIDDEN_ROWS = np.array([[F, F, F, F], [T, F, T, T], [F, F, F, F]])
SMALL_NUMBERS = np.array([[100, -100, 101, 0], [5, 3, 4, 5], [-128, 127, 0, 1]])

token_arrays = matrices(1, 4, st.integers(1, 6), magnitude=2).map(lambda x: np.abs(x).astype(np.int64))
ids = matrices(1, 4, st.integers(1, 5), magnitude=9).map(lambda x: np.abs(x).astype(np.int64))
lengths_of_sentences = arrays(min_dims=1, max_dims=1, max_side=6, magnitude=5).map(lambda x: np.abs(x).astype(np.int64))
masks = arrays(min_dims=1, max_dims=1, min_side=2, max_side=9).map(lambda x: x > -2)
queries = matrices(1, 4, st.integers(1, 5), magnitude=3)
keys = matrices(1, 5, st.integers(1, 5), magnitude=3)
values = matrices(1, 5, st.integers(1, 3), magnitude=4)


def sentences(numbers, lengths):
    """The rows of `numbers`, cut to `lengths` by turns."""
    assume(lengths.size > 0)
    return [row[: lengths[index % lengths.size]].tolist() for index, row in enumerate(numbers)]


def over(scores, mask):
    """A mask of the shape of the scores with the entries of `mask`, as often as it takes."""
    assume(scores.size > 0 and mask.size > 0)
    return np.resize(mask, scores.shape)


def fitting(q, k, v):
    """The three, cut to the same d_k and the same number of keys."""
    d_k, n_keys = min(q.shape[-1], k.shape[-1]), min(k.shape[-2], v.shape[-2])
    q, k, v = q[:, :d_k], k[:n_keys, :d_k], v[:n_keys]
    assume(min(q.size, k.size, v.size) > 0)
    return q, k, v


def attention_inputs(*batch, n_queries=3, n_keys=5, d_k=4, d_v=2, seed=2, magnitude=1.5):
    q = filled((*batch, n_queries, d_k), seed, magnitude)
    k = filled((*batch, n_keys, d_k), seed + 3, magnitude)
    return q, k, filled((*batch, n_keys, d_v), seed + 6, magnitude)


@exercise("pad_sequences", points=6)
class TestPadSequences:
    @points(1.5)
    @example(numbers=BATCH, lengths=np.array([4, 1, 2]))
    @example(numbers=np.array([[5]]), lengths=np.array([1]))
    @example(numbers=BATCH, lengths=np.array([1, 2, 5]))
    @given(numbers=ids, lengths=lengths_of_sentences)
    def test_pads_to_the_longest_sentence(self, student, reference, numbers, lengths):
        """One row for each sentence, in their order, each as long as the longest; ids on the left, padding on the right."""
        batch = sentences(numbers, lengths)
        assert_agrees(student.pad_sequences(batch), reference.pad_sequences(batch))

    @points(1)
    @example(numbers=BATCH, lengths=np.array([3, 1, 2]), length=5)
    @example(numbers=BATCH, lengths=np.array([1, 2]), length=0)
    @example(numbers=BATCH, lengths=np.array([2]), length=2)
    @given(numbers=ids, lengths=lengths_of_sentences, length=st.integers(0, 7))
    def test_makes_rows_of_the_length_that_was_asked_for(self, student, reference, numbers, lengths, length):
        """With `length` given the longest sentence does not matter: rows may be longer, shorter, or have length 0, which is
        a length and not the absence of one."""
        batch = sentences(numbers, lengths)
        assert_agrees(student.pad_sequences(batch, length=length), reference.pad_sequences(batch, length=length))

    @points(0.5)
    def test_keeps_the_left_part_of_what_is_too_long(self, student, reference):
        """The first ids stay, the last are dropped, and a sentence that fits is not touched."""
        batch = [[1, 2, 3, 4, 5], [6, 7], [8, 9, 1]]
        for length in (1, 2, 3, 4):
            assert_agrees(student.pad_sequences(batch, length), reference.pad_sequences(batch, length))

    @points(0.5)
    def test_pads_with_what_pad_says(self, student, reference):
        """The padding is `pad`, in every row and with every length; 0 may be the id of a word."""
        for batch in ([[1, 0, 3], [], [0]], [[2], [4, 5, 6, 7]]):
            for pad in (-1, 7, 50256):
                assert_agrees(student.pad_sequences(batch, pad=pad), reference.pad_sequences(batch, pad=pad))
                assert_agrees(student.pad_sequences(batch, 5, pad), reference.pad_sequences(batch, 5, pad))

    @points(0.5)
    def test_an_empty_sentence_is_a_row_of_padding(self, student, reference):
        """Nothing is put into its row, but the row is there, even if all sentences are empty."""
        for batch in ([[], [4, 2]], [[4, 2, 1], [], []], [[], []], [[]]):
            assert_agrees(student.pad_sequences(batch), reference.pad_sequences(batch))
            assert_agrees(student.pad_sequences(batch, length=2), reference.pad_sequences(batch, length=2))

    @points(1)
    def test_an_empty_batch_has_no_rows_but_a_length(self, student, reference):
        """Without sentences there is no longest one: the shape is (0, 0), or (0, length) if it is given."""
        assert_agrees(student.pad_sequences([]), reference.pad_sequences([]))
        for length in (0, 1, 4):
            assert_agrees(student.pad_sequences([], length=length), reference.pad_sequences([], length=length))

    @points(0.5)
    def test_gives_int64_for_numbers_of_any_size(self, student, reference):
        """Token ids are whole numbers of 64 bits: not floats, and not of fewer bits."""
        for batch in ([[2**40, 1], [3]], [[-(2**35)], [7, 2**31]], [[1], [0]], [[2**60 + 1], [5, -(2**61) - 1]]):
            assert_agrees(student.pad_sequences(batch), reference.pad_sequences(batch))
            assert_agrees(student.pad_sequences(batch, pad=2**33), reference.pad_sequences(batch, pad=2**33))

    @points(0.5)
    def test_leaves_the_sentences_as_they_were(self, student):
        """The lists belong to the caller: neither pad them nor cut them."""
        for options in ({}, {"length": 1}, {"length": 4, "pad": 9}):
            assert_inputs_unchanged(student.pad_sequences, [[7, 3, 9], [5], []], **options)


@exercise("padding_mask", points=4)
class TestPaddingMask:
    @points(1.5)
    @example(tokens=BATCH)
    @example(tokens=np.array([[5]]))
    @example(tokens=np.array([[3, 0]]))
    @given(tokens=token_arrays)
    def test_agrees_with_the_reference(self, student, reference, tokens):
        """True at words, False at padding, as booleans; the two axes in the middle have length 1."""
        assert_agrees(student.padding_mask(tokens), reference.padding_mask(tokens))

    @points(1)
    def test_pad_says_what_is_padding(self, student, reference):
        """What is padding is a matter of being equal to `pad`: other ids, smaller or larger ones and 0 too, are words."""
        for tokens, pad in OTHER_PADS:
            assert_agrees(student.padding_mask(tokens, pad=pad), reference.padding_mask(tokens, pad=pad))

    @points(0.5)
    def test_finds_padding_wherever_it_stands(self, student, reference):
        """It may stand on the left, between words, or be all there is."""
        assert_agrees(student.padding_mask(PADDED_ANYWHERE), reference.padding_mask(PADDED_ANYWHERE))

    @points(0.5)
    def test_keeps_its_four_axes_when_there_are_no_tokens(self, student, reference):
        """An empty batch, or one of empty sentences, has a mask without entries."""
        for shape in ((0, 0), (0, 4), (2, 0)):
            tokens = np.zeros(shape, np.int64)
            assert_agrees(student.padding_mask(tokens), reference.padding_mask(tokens))

    @points(0.5)
    def test_leaves_its_input_unchanged_however_it_lies_in_memory(self, student, reference):
        """The tokens belong to the caller. They may be of any integer type, every second entry of something larger, or
        transposed."""
        assert_inputs_unchanged(student.padding_mask, BATCH)
        for tokens in (spaced(BATCH), BATCH.T, BATCH.astype(np.int32), BATCH.astype(np.uint8)):
            assert_agrees(student.padding_mask(tokens), reference.padding_mask(tokens))


@exercise("causal_mask", points=4)
class TestCausalMask:
    @points(2.5)
    @example(n=2)
    @example(n=5)
    @given(n=st.integers(1, 12))
    def test_agrees_with_the_reference(self, student, reference, n):
        """Rows are queries, columns are keys: a query sees itself and what came before it, and the entries are booleans."""
        assert_agrees(student.causal_mask(n), reference.causal_mask(n))

    @points(1)
    def test_works_for_a_single_position_and_for_none(self, student, reference):
        """One position sees itself; without positions the mask has the shape (0, 0)."""
        for n in (1, 0):
            assert_agrees(student.causal_mask(n), reference.causal_mask(n))

    @points(0.5)
    def test_sees_the_whole_past_however_long(self, student, reference):
        """The first key is visible for the last query, at any distance: there is no longest text."""
        for n in (300, 2100):
            assert_agrees(student.causal_mask(n), reference.causal_mask(n))


@exercise("decoder_mask", points=5)
class TestDecoderMask:
    @points(2)
    @example(tokens=np.array([[5, 8, 0]]))
    @example(tokens=BATCH)
    @given(tokens=token_arrays)
    def test_agrees_with_the_reference(self, student, reference, tokens):
        """A key is visible if it is a word and does not come after the query: both, for every query, those that are padding
        too."""
        assert_agrees(student.decoder_mask(tokens), reference.decoder_mask(tokens))

    @points(1)
    def test_pad_says_what_is_padding(self, student, reference):
        """Is `pad` handed on? 0 may be the id of a word."""
        for tokens, pad in OTHER_PADS:
            assert_agrees(student.decoder_mask(tokens, pad=pad), reference.decoder_mask(tokens, pad=pad))

    @points(0.5)
    def test_each_sentence_has_its_own_mask(self, student, reference):
        """Sentences of a batch differ in their padding: each is hidden from its own queries and from no others."""
        for tokens in (BATCH[::-1].copy(), np.array([[1, 0, 0, 0], [1, 1, 1, 1]]), np.eye(3, dtype=np.int64)):
            assert_agrees(student.decoder_mask(tokens), reference.decoder_mask(tokens))

    @points(0.5)
    def test_finds_padding_wherever_it_stands(self, student, reference):
        """With padding on the left the first queries see nothing at all, and that is right."""
        assert_agrees(student.decoder_mask(PADDED_ANYWHERE), reference.decoder_mask(PADDED_ANYWHERE))

    @points(0.5)
    def test_works_for_a_single_token_and_for_none(self, student, reference):
        """One word sees itself, one padding nothing; without tokens the four axes are still there."""
        for tokens in (np.array([[4]]), np.array([[0], [3]]), np.zeros((0, 3), np.int64), np.zeros((2, 0), np.int64)):
            assert_agrees(student.decoder_mask(tokens), reference.decoder_mask(tokens))

    @points(0.5)
    def test_leaves_its_input_unchanged_however_it_lies_in_memory(self, student, reference):
        """The tokens belong to the caller. They may be of any integer type, every second entry of something larger, or
        transposed."""
        assert_inputs_unchanged(student.decoder_mask, BATCH)
        for tokens in (spaced(BATCH), BATCH.T, BATCH.astype(np.int32), BATCH.astype(np.uint8)):
            assert_agrees(student.decoder_mask(tokens), reference.decoder_mask(tokens))


@exercise("masked_softmax", points=10, forbidden=READY_MADE)
class TestMaskedSoftmax:
    @points(2)
    @example(scores=np.array([0.0, 0.0]), mask=np.array([T, T]))
    @example(scores=np.array([1.0, 2.0, 3.0]), mask=np.array([T, T, F]))
    @example(scores=SCORES, mask=MASK.reshape(-1))
    @given(scores=arrays(min_dims=1, max_dims=3), mask=masks)
    def test_agrees_with_the_reference(self, student, reference, scores, mask):
        """The weights of a slice are what softmax gives for its visible scores alone, and 0 where the mask is False."""
        mask = over(scores, mask)
        assert_agrees(student.masked_softmax(scores, mask), reference.masked_softmax(scores, mask))

    @points(1)
    @example(scores=SCORES, mask=np.array([T, F, T, T]), kept=0b10, vector=0)
    @example(scores=SCORES, mask=np.array([T, F, T]), kept=0b01, vector=0)
    @example(scores=SCORES, mask=np.array([T, F, T, F]), kept=0b10, vector=1)
    @example(scores=filled((2, 3, 4), 5), mask=np.array([T, T, F, F, T, F, T]), kept=0b101, vector=0)
    @given(scores=arrays(min_dims=2, max_dims=4), mask=masks, kept=st.integers(0, 15), vector=st.integers(0, 1))
    def test_repeats_a_mask_with_fewer_entries(self, student, reference, scores, mask, kept, vector):
        """One mask may serve many slices: where it has the length 1, or no axis at all, it holds for everything there."""
        shape = tuple(length if kept >> axis & 1 else 1 for axis, length in enumerate(scores.shape))
        assume(scores.size > 0 and mask.size > 0)
        mask = np.resize(mask, scores.shape[-1:] if vector else shape)
        assert_agrees(student.masked_softmax(scores, mask), reference.masked_softmax(scores, mask))

    @points(1)
    @example(scores=SCORES, mask=MASK.reshape(-1), axis=0)
    @example(scores=filled((2, 3, 4), 5), mask=np.array([T, F, T, T, F]), axis=1)
    @example(scores=filled((2, 3, 4), 5), mask=np.array([T, F, T, T, F]), axis=-3)
    @given(scores=arrays(min_dims=1, max_dims=4), mask=masks, axis=axes)
    def test_works_along_any_axis(self, student, reference, scores, mask, axis):
        """The weights add up to 1 along the axis that was asked for; the mask lies over the scores as ever."""
        mask, axis = over(scores, mask), axis_of(scores, axis)
        got = student.masked_softmax(scores, mask, axis=axis)
        assert_agrees(got, reference.masked_softmax(scores, mask, axis=axis))

    @points(1.5)
    def test_gives_zeros_where_everything_is_hidden(self, student, reference):
        """A slice without visible keys has the weight 0 everywhere, neither NaN nor equal shares and without a warning, and the
        slices beside it are as ever."""
        cases = [(WITH_HIDDEN_ROWS, -1), (WITH_HIDDEN_ROWS, 0), (np.zeros((3, 4), bool), -1)]
        cases += [(np.array([[F], [T], [F]]), -1), (np.array([[F], [T], [F]]), 0), (np.array([T, F, F, T]), 0)]
        for mask, axis in cases:
            for scores in (SCORES, SCORES * 1000, np.zeros((3, 4)), SCORES.astype(np.float32)):
                got = student.masked_softmax(scores, mask, axis=axis)
                assert_agrees(got, reference.masked_softmax(scores, mask, axis=axis))
        assert_no_warnings(student.masked_softmax, SCORES, WITH_HIDDEN_ROWS)

    @points(1)
    @example(scores=np.array([1.0, 2.0, 4.0]), hidden=1e6, mask=np.array([T, T, F]))
    @example(scores=np.array([-1e4, -1e4, 0.0]), hidden=1e4, mask=np.array([T, T, F]))
    @example(scores=SCORES, hidden=1e100, mask=MASK.reshape(-1))
    @given(scores=arrays(min_dims=1, max_dims=2), hidden=st.sampled_from([40.0, 800.0, 1e6, -1e6]), mask=masks)
    def test_a_hidden_score_has_no_influence(self, student, reference, scores, hidden, mask):
        """A hidden score may be larger than all others by thousands: it must not reach the sum, nor the maximum that is
        subtracted."""
        mask = over(scores, mask)
        scores = np.where(mask, scores, hidden)
        assert_agrees(student.masked_softmax(scores, mask), reference.masked_softmax(scores, mask))

    @points(1)
    @example(scores=np.array([-1e10, -1e10, 5.0]), mask=np.array([T, T, F]))
    @example(scores=np.array([[-2e4, -20001.0, 3.0], [-1e9, -1e9, -1e9]]), mask=np.array([T, T, F]))
    @example(scores=np.array([-1e100, -1e100, 0.0]), mask=np.array([T, T, F]))
    @example(scores=np.array([1e4, 9999.0, -1e4]), mask=np.array([T, T, T]))
    @example(scores=np.array([0.0, -1e10, -1e10]), mask=np.array([F, F, T]))
    @given(scores=arrays(min_dims=1, max_dims=2, magnitude=10000), mask=masks)
    def test_visible_scores_of_any_size_take_part(self, student, reference, scores, mask):
        """Scores of ±10⁴ or -10¹⁰ are scores like any others: they neither overflow nor count as hidden."""
        mask = over(scores, mask)
        assert_agrees(student.masked_softmax(scores, mask), reference.masked_softmax(scores, mask))

    @points(0.5)
    def test_hidden_weights_are_exactly_zero_and_small_ones_are_not(self, student, reference):
        """Nearly nothing is not nothing: a weight of 10⁻¹³ still lets the hidden word through, and a visible key keeps even a
        weight of 10⁻²⁰."""
        generous = np.array([[-60.0, -40.0, 0.0, 0.0], [50.0, 0.0, 60.0, -20.0], [-700.0, 0.0, -720.0, -701.0]])
        for scores in (SCORES, generous, np.full((3, 4), -1e4), generous.astype(np.float32)):
            weights = student.masked_softmax(scores, MASK)
            require(
                getattr(weights, "shape", None) == scores.shape,
                "the weights should have the shape of the scores",
                weights,
            )
            require(np.all(weights[~MASK] == 0), "the weight of every hidden entry should be exactly 0", weights)
            assert_agrees(weights.astype(np.float64).sum(axis=-1).astype(np.float32), np.ones(3, np.float32))
        scores, mask = np.array([0.0, -45.0, 3.0, -100.0, -230.0]), np.array([T, T, F, T, T])
        expected = reference.masked_softmax(scores, mask)
        assert_agrees(student.masked_softmax(scores, mask), expected, scale=expected)

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float16, float32 and float64 come back as what they were, whatever is hidden; whole numbers give float64."""
        for mask in (MASK, WITH_HIDDEN_ROWS, np.array([T, F, T, T])):
            assert_keeps_dtype(student.masked_softmax, reference.masked_softmax, SCORES, mask=mask, scale=4.0)
        half = np.array([[30.0, 29.0, -30.0, 30.0], [-40.0, -41.0, -40.0, -40.0], [16.0, 0.0, 60.0, 15.0]], np.float16)
        expected = reference.masked_softmax(half.astype(np.float64), MASK).astype(np.float16)
        assert_agrees(student.masked_softmax(half, MASK), expected, scale=10.0)
        low = np.array([[-30000.0, 5.0, -30000.0, 60000.0]])  # -10⁴ hides nothing from these, nor -10⁹ in float32
        lowest = np.array([[-65504.0, 5.0, -65504.0, 60000.0]])  # nor does the lowest number that float16 has
        for scores in (low.astype(np.float16), (low * 2.0**20).astype(np.float32), lowest.astype(np.float16)):
            got = student.masked_softmax(scores, np.array([T, F, T, F]))
            assert_agrees(got, np.array([[0.5, 0.0, 0.5, 0.0]], scores.dtype))

    @points(0.5)
    def test_computes_integers_in_float64(self, student, reference):
        """Integers have no room for differences: 5 - 100 is 161 in uint8, and NumPy's exp makes float16 of int8. Convert first."""
        unsigned = np.array([[200, 0, 199, 1], [5, 3, 4, 5], [250, 255, 0, 251]])
        long = np.array([[3, -3, 0, 1], [-3, 2, 0, 3], [-1, 0, 3, 1]]) * 2.0**61  # differences do not fit into 64 bits
        for scores in (SMALL_NUMBERS, unsigned, long):
            assert_computes_integers_in_float64(student.masked_softmax, reference.masked_softmax, scores, MASK)

    @points(0.5)
    def test_leaves_its_inputs_unchanged_however_they_lie_in_memory(self, student, reference):
        """Scores and mask belong to the caller: work on copies. And they may be every second entry of something larger, or
        transposed."""
        for mask in (MASK, WITH_HIDDEN_ROWS, np.array([T, F, T, T])):
            assert_inputs_unchanged(student.masked_softmax, SCORES, mask)
            assert_inputs_unchanged(student.masked_softmax, SCORES.astype(np.float32), mask)
            assert_inputs_unchanged(student.masked_softmax, SCORES.astype(np.float16), mask)
        assert_inputs_unchanged(student.masked_softmax, SMALL_NUMBERS, MASK)
        assert_accepts_any_layout(student.masked_softmax, reference.masked_softmax, SCORES, MASK)
        assert_accepts_any_layout(student.masked_softmax, reference.masked_softmax, SCORES, MASK, axis=0)

    @points(0.5)
    def test_refuses_a_mask_that_does_not_fit(self, student):
        """A mask for 5 keys does not go with scores for 4: ValueError, with both sizes in the message."""
        assert_value_error(student.masked_softmax, SCORES, np.array([T, F, T, T, F]), names=["4", "5"])
        assert_value_error(student.masked_softmax, SCORES, np.ones((2, 4), bool), names=["3", "2"])


@exercise("masked_attention", points=12, forbidden=ATTENTION)
class TestMaskedAttention:
    @points(1.5)
    @example(q=np.array([[1.0, 0.0]]), k=np.array([[1.0, 0.0], [0.0, 1.0]]), v=np.array([[1.0], [2.0]]))
    @example(q=filled((3, 4), 2, 1.5), k=filled((5, 4), 5, 1.5), v=filled((5, 2), 8, 1.5))
    @given(q=queries, k=keys, v=values)
    def test_agrees_with_the_reference_without_a_mask(self, student, reference, q, k, v):
        """Without a mask it is the attention of unit 03: the scores divided by the square root of d_k, their softmax along the
        keys, and the weighted sum of the values."""
        q, k, v = fitting(q, k, v)
        assert_agrees(student.masked_attention(q, k, v), reference.masked_attention(q, k, v))

    @points(2)
    @example(q=np.zeros((2, 1)), k=np.zeros((2, 1)), v=np.array([[2.0], [4.0]]), mask=np.array([T, F, T, T]))
    @example(q=filled((3, 4), 2, 1.5), k=filled((5, 4), 5, 1.5), v=filled((5, 2), 8, 1.5), mask=np.array([T, F, T, T]))
    @given(q=queries, k=keys, v=values, mask=masks)
    def test_agrees_with_the_reference_with_a_mask(self, student, reference, q, k, v, mask):
        """Each query has its own row in the mask: its weights go to the keys that are True there, and add up to 1."""
        q, k, v = fitting(q, k, v)
        mask = np.resize(mask, (len(q), len(k)))
        assert_agrees(student.masked_attention(q, k, v, mask=mask), reference.masked_attention(q, k, v, mask=mask))

    @points(1.5)
    def test_works_on_batches_and_repeats_the_mask(self, student, reference):
        """There may be any number of axes before the queries, and the mask may have fewer, or length 1: it holds for
        everything there."""
        bits = np.array([T, F, T, T, F, T, T])
        cases = [((), (5,)), ((), (3, 1)), ((), (1, 5)), ((2,), (3, 5)), ((2,), (2, 1, 5)), ((2,), (5,))]
        cases += [((2, 4), (2, 1, 1, 5)), ((2, 4), (2, 1, 3, 5)), ((2, 4), (3, 5)), ((2, 4), (1, 4, 3, 1))]
        cases += [((2, 4), (2, 4, 3, 5)), ((2, 4), (4, 3, 5)), ((1,), (1, 3, 5)), ((2, 1, 3), (1, 1, 3, 1, 5))]
        for batch, shape in cases:
            q, k, v = attention_inputs(*batch)
            mask = np.resize(bits, shape)
            assert_agrees(student.masked_attention(q, k, v, mask=mask), reference.masked_attention(q, k, v, mask=mask))
        for batch in (
            (4,),
            (2, 4),
            (2, 1, 3),
        ):  # first with a mask: without one nothing is hidden, whatever was asked before
            q, k, v = attention_inputs(*batch)
            for options in ({"mask": np.resize(bits, (*batch, 3, 5))}, {}):
                assert_agrees(
                    student.masked_attention(q, k, v, **options), reference.masked_attention(q, k, v, **options)
                )

    @points(1)
    def test_a_query_that_sees_nothing_gets_nothing(self, student, reference):
        """Its weights are 0 and its output is 0, never NaN, never a mean and never a warning; the other queries are as ever."""
        one, none = np.array([[T, F, T, T, F], [F] * 5, [T] * 5]), np.zeros((3, 5), bool)
        for mask in (one, none, np.array([[F], [T], [F]]), np.zeros(5, bool)):
            q, k, v = attention_inputs()
            assert_agrees(student.masked_attention(q, k, v, mask=mask), reference.masked_attention(q, k, v, mask=mask))
        assert_no_warnings(student.masked_attention, q, k, v, mask=one)
        q, k, v = attention_inputs(2)
        mask = np.array([[[F] * 5], [[T, T, F, F, F]]])
        assert_agrees(student.masked_attention(q, k, v, mask=mask), reference.masked_attention(q, k, v, mask=mask))

    @points(2)
    def test_values_that_nobody_sees_do_not_reach_the_output(self, student, reference):
        """0 times NaN is NaN, and 0 times infinity too: what no query of its sentence and head may see must not even be
        multiplied. The outputs are as if it were not there."""
        one_sentence = [((), np.array([T, F, T, F, T])), ((), np.tri(3, 5, dtype=bool)), ((), np.zeros((3, 5), bool))]
        one_sentence += [((), np.zeros((3, 1), bool)), ((), np.array([[F, T, F, F, F], [F, F, F, F, T], [F] * 5]))]
        a_batch = [((2,), np.array([[[T, T, F, F, F]], [[F, T, T, T, F]]]))]
        a_batch += [((2, 2), np.array([T, T, T, F, F, T, F, F, F, F]).reshape(2, 1, 1, 5))]
        a_batch += [((2, 2), np.array([T, T, F, T, F, F, F, T, F, F]).reshape(1, 2, 1, 5))]
        a_batch += [((2,), np.tri(3, 5, dtype=bool)), ((2,), np.array([[[T]], [[F]]]))]
        for batch, mask in one_sentence + a_batch:
            q, k, v = attention_inputs(*batch)
            nobody = ~np.broadcast_to(mask, (*batch, 3, 5)).any(axis=-2)
            expected = reference.masked_attention(q, k, np.where(nobody[..., None], 0.0, v), mask=mask)
            for value in (NAN, INF, -INF):
                spoiled = np.where(nobody[..., None], value, v)
                assert_agrees(student.masked_attention(q, k, spoiled, mask=mask), expected)

    @points(1)
    def test_a_key_that_is_hidden_from_some_counts_for_the_others(self, student, reference):
        """Under the causal mask nearly every key is hidden from some query, and in a batch from some sentence: its value
        still belongs to the outputs of those that see it."""
        for batch, mask in (
            ((), np.tri(4, dtype=bool)),
            ((2,), np.tri(4, dtype=bool)),
            ((), np.eye(4, dtype=bool)[::-1]),
        ):
            q, k, v = attention_inputs(*batch, n_queries=4, n_keys=4)
            assert_agrees(student.masked_attention(q, k, v, mask=mask), reference.masked_attention(q, k, v, mask=mask))
        q, k, v = attention_inputs(2)
        mask = np.array([[[T, F, F, T, F]], [[F, T, T, T, F]]])
        assert_agrees(student.masked_attention(q, k, v, mask=mask), reference.masked_attention(q, k, v, mask=mask))

    @points(0.5)
    def test_a_hidden_key_has_no_influence(self, student, reference):
        """However large the score of a hidden key, and however low the visible ones: hidden is hidden."""
        q, k, v = attention_inputs()
        mask = np.array([T, F, T, T, F])
        for size in (1e3, -1e3, 1e8):
            far = np.where(mask[:, None], k, size)
            assert_agrees(
                student.masked_attention(q, far, v, mask=mask), reference.masked_attention(q, k, v, mask=mask)
            )
        q, k, mask = np.full((1, 4), -1e6), np.array([[1e6] * 4, [1e6] * 4, [0.0] * 4]), np.array([T, T, F])
        v = np.array([[1.0], [3.0], [50.0]])
        assert_agrees(student.masked_attention(q, k, v, mask=mask), (np.array([[2.0]]), np.array([[0.5, 0.5, 0.0]])))

    @points(0.5)
    def test_keeps_the_dtype(self, student, reference):
        """float16, float32 and float64 come back as what they were, output and weights; whole numbers give float64."""
        q, k, v = attention_inputs(magnitude=1)
        for mask in (None, np.array([[T, F, T, T, F], [F] * 5, [T] * 5]), np.array([T, F, T, T, F])):
            assert_keeps_dtype(student.masked_attention, reference.masked_attention, q, k, v, mask=mask, scale=4.0)

    @points(0.5)
    def test_computes_small_integer_types_in_float64(self, student, reference):
        """A product of whole numbers of 8 bits soon has no room: make them float64 before they are multiplied."""
        q, k = np.array([[100, 100]]), np.array([[1, 1], [1, -1], [2, 0], [0, 1]])
        v = np.array([[3, 100], [2, 120], [-5, 100], [7, 1]])
        for mask in (None, np.array([F, T, T, F]), np.array([F, T, F, T])):
            attention, right = student.masked_attention, reference.masked_attention
            assert_computes_integers_in_float64(attention, right, q, k, v, mask=mask)

    @points(0.5)
    def test_leaves_its_inputs_unchanged_however_they_lie_in_memory(self, student, reference):
        """All four belong to the caller: work on copies. And they may be every second entry of something larger, or
        transposed."""
        mask = np.array([[T, F, T, T, F], [F] * 5, [T, T, F, F, F]])
        q, k, v = attention_inputs()
        v[4] = NAN
        for inputs in ((q, k, v), [x.astype(np.float32) for x in (q, k, v)]):
            assert_inputs_unchanged(student.masked_attention, *inputs, mask=mask)
        assert_accepts_any_layout(student.masked_attention, reference.masked_attention, *attention_inputs(), mask=mask)

    @points(1)
    def test_refuses_shapes_that_do_not_fit(self, student):
        """Queries and keys of different length, values for other keys, and a mask for other keys or queries raise ValueError,
        and the message names both sizes."""
        q, k, v = np.ones((3, 4)), np.ones((5, 4)), np.ones((5, 2))
        assert_value_error(student.masked_attention, q, np.ones((5, 6)), v, names=["4", "6"])
        assert_value_error(student.masked_attention, q, k, np.ones((7, 2)), names=["5", "7"])
        assert_value_error(student.masked_attention, q, k, v, mask=np.ones((3, 6), bool), names=["5", "6"])
        assert_value_error(student.masked_attention, q, k, v, mask=np.ones((2, 5), bool), names=["3", "2"])
