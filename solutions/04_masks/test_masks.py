"""Visible checks of unit 04: the lesson's worked numbers, and properties that you can think through."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograder.toolkit import arrays, assert_agrees, assert_inputs_unchanged, assert_value_error, exercise, require

READY_MADE = ["torch.softmax", "torch.log_softmax", "scipy.special.softmax"]
ATTENTION = [*READY_MADE, "torch.nn.functional.scaled_dot_product_attention"]
LN3, LN4 = math.log(3), math.log(4)

sentences = st.lists(st.lists(st.integers(1, 9), max_size=5), min_size=1, max_size=4)
token_arrays = arrays(min_dims=2, max_dims=2, magnitude=2).map(lambda x: np.abs(x).astype(np.int64))


@exercise("pad_sequences")
class TestPadSequences:
    def test_pads_to_the_longest_sentence(self, student):
        """The sentences of the lesson: the longest has four ids, and the others get zeros on the right."""
        expected = np.array([[7, 3, 9, 4], [5, 0, 0, 0], [8, 6, 0, 0]])
        assert_agrees(student.pad_sequences([[7, 3, 9, 4], [5], [8, 6]]), expected)

    def test_length_makes_every_row_that_long(self, student):
        """Too long: the left part is kept, the rest dropped. Too short: padded, also if no sentence is that long."""
        assert_agrees(student.pad_sequences([[7, 3, 9, 4], [5]], length=3), np.array([[7, 3, 9], [5, 0, 0]]))
        assert_agrees(student.pad_sequences([[7, 3], [5]], length=3), np.array([[7, 3, 0], [5, 0, 0]]))

    def test_pads_with_what_pad_says(self, student):
        """The padding may be any number."""
        assert_agrees(student.pad_sequences([[7, 3], [5]], pad=-1), np.array([[7, 3], [5, -1]]))

    def test_an_empty_sentence_is_a_row_of_padding(self, student):
        """It has nothing to put into its row."""
        assert_agrees(student.pad_sequences([[], [4, 2]]), np.array([[0, 0], [4, 2]]))

    def test_an_empty_batch_has_no_rows(self, student):
        """No sentence, no longest sentence: shape (0, 0), or (0, length). Still int64."""
        assert_agrees(student.pad_sequences([]), np.zeros((0, 0), np.int64))
        assert_agrees(student.pad_sequences([], length=3), np.zeros((0, 3), np.int64))

    @given(sequences=sentences)
    def test_every_sentence_can_be_read_off_again(self, student, sequences):
        """Each row begins with its sentence, and after it comes nothing but padding."""
        batch = student.pad_sequences(sequences)
        require(
            batch.shape == (len(sequences), max(map(len, sequences))),
            "there should be one row for each sentence, as long as the longest",
            batch,
        )
        for row, sequence in zip(batch.tolist(), sequences, strict=True):
            require(row[: len(sequence)] == sequence, f"the row of {sequence} should begin with it", batch)
            require(not any(row[len(sequence) :]), f"after {sequence} there should be only padding", batch)

    def test_leaves_the_sentences_as_they_were(self, student):
        """The lists belong to the caller: pad something new."""
        assert_inputs_unchanged(student.pad_sequences, [[7, 3, 9], [5], []])


@exercise("padding_mask")
class TestPaddingMask:
    def test_hides_the_padding(self, student):
        """The batch of the lesson. Two axes of length 1 stand for all heads and all queries."""
        mask = student.padding_mask(np.array([[7, 3, 9, 4], [5, 0, 0, 0], [8, 6, 0, 0]]))
        rows = np.array([[True, True, True, True], [True, False, False, False], [True, True, False, False]])
        assert_agrees(mask, rows.reshape(3, 1, 1, 4))

    def test_pad_says_what_is_padding(self, student):
        """With pad=9 the 9 is padding, and 0 and -1 are words."""
        mask = student.padding_mask(np.array([[0, -1, 9, 9, 9]]), pad=9)
        assert_agrees(mask, np.array([True, True, False, False, False]).reshape(1, 1, 1, 5))

    @given(tokens=token_arrays)
    def test_shows_as_many_keys_as_there_are_words(self, student, tokens):
        """Count the ids that are not 0, and the entries that are True."""
        mask = student.padding_mask(tokens)
        require(mask.shape == (tokens.shape[0], 1, 1, tokens.shape[1]), "the shape should be (batch, 1, 1, n)", mask)
        assert_agrees(mask.sum(axis=-1).reshape(-1), np.count_nonzero(tokens, axis=-1))

    def test_leaves_the_tokens_as_they_were(self, student):
        """The caller still needs its tokens: make something new."""
        assert_inputs_unchanged(student.padding_mask, np.array([[7, 3, 0]]))


@exercise("causal_mask")
class TestCausalMask:
    def test_shows_the_past_and_the_present(self, student):
        """Three positions. Query 0 sees itself only, query 2 sees all."""
        expected = np.array([[True, False, False], [True, True, False], [True, True, True]])
        assert_agrees(student.causal_mask(3), expected)

    def test_a_single_position_sees_itself(self, student):
        """The diagonal is visible."""
        assert_agrees(student.causal_mask(1), np.array([[True]]))

    @given(n=st.integers(1, 12))
    def test_each_query_sees_one_key_more_than_the_one_before(self, student, n):
        """Row by row 1, 2, 3, … keys are visible, and column by column n, …, 3, 2, 1 queries look."""
        mask = student.causal_mask(n)
        require(mask.shape == (n, n), "the shape should be (n, n)", mask)
        assert_agrees(mask.sum(axis=1), np.arange(1, n + 1))
        assert_agrees(mask.sum(axis=0), np.arange(n, 0, -1))


@exercise("decoder_mask")
class TestDecoderMask:
    def test_hides_the_padding_and_the_future(self, student):
        """The sentence of the lesson: the padding is hidden from every query, the future from the earlier ones."""
        expected = np.array([[True, False, False], [True, True, False], [True, True, False]])
        assert_agrees(student.decoder_mask(np.array([[5, 8, 0]])), expected.reshape(1, 1, 3, 3))

    def test_each_sentence_has_its_own_mask(self, student):
        """The second sentence has one word: every query sees that word, and no other key."""
        mask = student.decoder_mask(np.array([[5, 8], [5, 0]]))
        expected = np.array([[[True, False], [True, True]], [[True, False], [True, False]]])
        assert_agrees(mask, expected.reshape(2, 1, 2, 2))

    def test_pad_says_what_is_padding(self, student):
        """With pad=7 the 0 is a word like any other."""
        assert_agrees(student.decoder_mask(np.array([[0, 7]]), pad=7), np.array([[[[True, False], [True, False]]]]))

    @given(tokens=token_arrays)
    def test_the_last_query_sees_every_word(self, student, tokens):
        """Nothing comes after the last position, so only the padding is hidden from it."""
        mask = student.decoder_mask(tokens)
        batch, n = tokens.shape
        require(mask.shape == (batch, 1, n, n), "the shape should be (batch, 1, n, n)", mask)
        assert_agrees(mask[:, 0, -1], tokens != 0)

    def test_leaves_the_tokens_as_they_were(self, student):
        """The caller still needs its tokens: make something new."""
        assert_inputs_unchanged(student.decoder_mask, np.array([[7, 3, 0]]))


@exercise("masked_softmax", forbidden=READY_MADE)
class TestMaskedSoftmax:
    def test_gives_the_weights_worked_out_by_hand(self, student):
        """The scores 0, ln 3 and ln 4, the last one hidden: 1/4 and 3/4 for those that are left."""
        weights = student.masked_softmax(np.array([0.0, LN3, LN4]), np.array([True, True, False]))
        assert_agrees(weights, np.array([0.25, 0.75, 0.0]))

    def test_with_nothing_hidden_it_is_plain_softmax(self, student):
        """All three scores take part: 1/8, 3/8 and 4/8."""
        weights = student.masked_softmax(np.array([0.0, LN3, LN4]), np.array([True, True, True]))
        assert_agrees(weights, np.array([0.125, 0.375, 0.5]))

    def test_one_mask_serves_many_queries(self, student):
        """The mask has the shape (n_keys,), the scores (n_queries, n_keys): NumPy can repeat the mask."""
        weights = student.masked_softmax(np.array([[0.0, 5.0, LN3], [1.0, 2.0, 1.0]]), np.array([True, False, True]))
        assert_agrees(weights, np.array([[0.25, 0.0, 0.75], [0.5, 0.0, 0.5]]))

    def test_axis_says_where_the_weights_add_up_to_1(self, student):
        """With axis=0 each column is a slice: in the first the second score is hidden."""
        mask = np.array([[True, True], [False, True]])
        weights = student.masked_softmax(np.array([[0.0, 0.0], [1.0, LN3]]), mask, axis=0)
        assert_agrees(weights, np.array([[1.0, 0.25], [0.0, 0.75]]))

    def test_a_slice_that_is_hidden_altogether_gets_zeros(self, student):
        """Nobody gets anything: neither NaN nor equal weights."""
        mask = np.array([[False, False], [True, True]])
        weights = student.masked_softmax(np.array([[1.0, 2.0], [0.0, LN3]]), mask)
        assert_agrees(weights, np.array([[0.0, 0.0], [0.25, 0.75]]))

    def test_low_scores_that_are_visible_count(self, student):
        """A visible score of -10¹⁰ is still a score, and a hidden one is still hidden."""
        weights = student.masked_softmax(np.array([-1e10, -1e10, 0.0]), np.array([True, True, False]))
        assert_agrees(weights, np.array([0.5, 0.5, 0.0]))

    @given(scores=arrays(min_dims=1, max_dims=1, min_side=2), hidden=st.sampled_from([-1e6, -50.0, 0.0, 50.0, 1e6]))
    def test_a_hidden_score_has_no_influence(self, student, scores, hidden):
        """Whatever the hidden score is, the weights are the same: it must not reach a sum or a maximum."""
        mask = np.arange(scores.size) > 0
        other = np.where(mask, scores, hidden)
        expected = student.masked_softmax(scores, mask)
        assert_agrees(student.masked_softmax(other, mask), expected)

    def test_leaves_scores_and_mask_as_they_were(self, student):
        """The caller still needs both: compute with a new array."""
        mask = np.array([[True, False, True], [False, False, False]])
        assert_inputs_unchanged(student.masked_softmax, np.array([[1.0, 2.0, 4.0], [0.0, 1.0, 2.0]]), mask)


@exercise("masked_attention", forbidden=ATTENTION)
class TestMaskedAttention:
    def test_gives_the_means_worked_out_by_hand(self, student):
        """All scores are 0: under the causal mask each output is the mean of the values so far, 2, 3 and 5."""
        zeros, v = np.zeros((3, 4)), np.array([[2.0], [4.0], [9.0]])
        output, weights = student.masked_attention(zeros, zeros, v, mask=np.tri(3, dtype=bool))
        assert_agrees(weights, np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [1.0 / 3, 1.0 / 3, 1.0 / 3]]))
        assert_agrees(output, np.array([[2.0], [3.0], [5.0]]))

    def test_without_a_mask_everything_is_visible(self, student):
        """The products are 0 and 2·ln 3, and the square root of d_k = 4 is 2: the weights are 1/4 and 3/4."""
        q, k = np.array([[2.0, 0.0, 0.0, 0.0]]), np.array([[0.0, 1.0, 1.0, 1.0], [LN3, 0.0, 0.0, 0.0]])
        output, weights = student.masked_attention(q, k, np.array([[4.0, 0.0, 8.0], [0.0, 4.0, 8.0]]))
        assert_agrees(weights, np.array([[0.25, 0.75]]))
        assert_agrees(output, np.array([[1.0, 3.0, 8.0]]))

    def test_a_query_that_sees_nothing_gets_nothing(self, student):
        """Its weights and its output are 0."""
        q, v = np.zeros((2, 3)), np.array([[1.0, 5.0], [3.0, 7.0]])
        output, weights = student.masked_attention(q, q, v, mask=np.array([[False, False], [True, True]]))
        assert_agrees(weights, np.array([[0.0, 0.0], [0.5, 0.5]]))
        assert_agrees(output, np.array([[0.0, 0.0], [2.0, 6.0]]))

    def test_nan_that_nobody_sees_stays_where_it_is(self, student):
        """0 times NaN is NaN: the value of a key that is hidden from all queries must not even be multiplied."""
        q, v = np.zeros((3, 2)), np.array([[2.0], [4.0], [np.nan]])
        output, weights = student.masked_attention(q, q, v, mask=np.array([True, True, False]))
        assert_agrees(weights, np.tile([0.5, 0.5, 0.0], (3, 1)))
        assert_agrees(output, np.array([[3.0], [3.0], [3.0]]))

    def test_each_sentence_of_a_batch_has_its_own_padding(self, student):
        """Two sentences with one head, and a mask of shape (batch, 1, 1, n) as `padding_mask` makes it."""
        zeros, v = np.zeros((2, 1, 3, 4)), np.array([[3.0], [6.0], [9.0]]) * np.ones((2, 1, 1, 1))
        mask = np.array([[True, True, True], [True, False, False]]).reshape(2, 1, 1, 3)
        output, _ = student.masked_attention(zeros, zeros, v, mask=mask)
        assert_agrees(output, np.array([6.0, 3.0]).reshape(2, 1, 1, 1) * np.ones((2, 1, 3, 1)))

    @given(q=arrays(min_dims=2, max_dims=2, min_side=2))
    def test_the_future_has_no_influence_on_the_past(self, student, q):
        """Under the causal mask, change the last position: only the last output may change."""
        mask = np.tri(len(q), dtype=bool)
        changed = q.copy()
        changed[-1] += 3.0
        before, _ = student.masked_attention(q, q, q, mask=mask)
        after, _ = student.masked_attention(changed, changed, changed, mask=mask)
        assert_agrees(after[:-1], before[:-1])

    def test_shapes_that_do_not_fit_raise_a_value_error(self, student):
        """Queries of length 4 and keys of length 6 have no dot product. NumPy's own message names both."""
        assert_value_error(
            student.masked_attention, np.zeros((3, 4)), np.zeros((5, 6)), np.zeros((5, 2)), names=["4", "6"]
        )

    def test_leaves_its_inputs_as_they_were(self, student):
        """The caller still needs them, mask included."""
        q, v = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[1.0], [np.nan]])
        assert_inputs_unchanged(student.masked_attention, q, q, v, mask=np.array([True, False]))
