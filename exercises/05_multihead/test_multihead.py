"""Visible checks of unit 05: the lesson's pictures, and properties that you can think through."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograder.toolkit import assert_agrees, assert_inputs_unchanged, assert_value_error, exercise, require

PICTURE = np.array([[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]])
PICTURE_IN_HEADS = np.array([[[[1.0, 2.0], [5.0, 6.0]], [[3.0, 4.0], [7.0, 8.0]]]])


def numbered(*shape):
    """1, 2, 3, ... in that shape: every number tells where it came from."""
    return np.arange(1, 1 + np.prod(shape)).reshape(shape)


@exercise("split_heads")
class TestSplitHeads:
    def test_gives_the_lessons_picture(self, student):
        """Two words, four columns, two heads: head 0 has the first two columns of both words."""
        assert_agrees(student.split_heads(PICTURE, 2), PICTURE_IN_HEADS)

    def test_one_head_keeps_all_columns(self, student):
        """With a single head nothing but the new axis is to be seen."""
        assert_agrees(student.split_heads(PICTURE, 1), PICTURE[:, np.newaxis])

    def test_as_many_heads_as_columns(self, student):
        """Each head has a single column, and there are as many heads as columns."""
        assert_agrees(
            student.split_heads(PICTURE, 4),
            np.array([[[[1.0], [5.0]], [[2.0], [6.0]], [[3.0], [7.0]], [[4.0], [8.0]]]]),
        )

    def test_heads_come_before_words(self, student):
        """All sizes differ: 2 sentences of 5 words with 12 columns and 3 heads. The axes are batch, heads, words, columns."""
        heads = student.split_heads(numbered(2, 5, 12), 3)
        require(heads.shape == (2, 3, 5, 4), f"the shape should be (2, 3, 5, 4), it is {heads.shape}")

    def test_a_head_holds_neighbouring_columns_of_one_word(self, student):
        """Look up where one number went: head 1 of 3 begins with column 4 of 12, in the same sentence, for the same word."""
        x = numbered(2, 5, 12)
        heads = student.split_heads(x, 3)
        assert_agrees(heads[1, 1, 3], x[1, 3, 4:8].copy())

    def test_keeps_whole_numbers_whole(self, student):
        """Nothing is computed here, so integers stay integers."""
        assert_agrees(student.split_heads(PICTURE.astype(np.int64), 2), PICTURE_IN_HEADS.astype(np.int64))

    def test_columns_that_cannot_be_shared_are_refused(self, student):
        """Six columns and four heads: a ValueError that names both numbers."""
        assert_value_error(student.split_heads, np.ones((1, 2, 6)), 4, names=["6", "4"])

    def test_leaves_the_words_as_they_were(self, student):
        """The caller still needs them: also their shape."""
        assert_inputs_unchanged(student.split_heads, numbered(2, 3, 4), 2)


@exercise("combine_heads")
class TestCombineHeads:
    def test_gives_the_lessons_picture(self, student):
        """Word 0 has the columns of head 0, then those of head 1."""
        assert_agrees(student.combine_heads(PICTURE_IN_HEADS), PICTURE)

    def test_heads_end_up_side_by_side(self, student):
        """All sizes differ: 2 sentences, 3 heads, 5 words, 4 columns in each head. Every word has 12 columns then."""
        combined = student.combine_heads(numbered(2, 3, 5, 4))
        require(combined.shape == (2, 5, 12), f"the shape should be (2, 5, 12), it is {combined.shape}")

    @given(batch=st.integers(1, 3), heads=st.integers(1, 4), n=st.integers(1, 5), d_k=st.integers(1, 3))
    def test_every_head_is_found_again(self, student, batch, heads, n, d_k):
        """The columns h·d_k to (h+1)·d_k - 1 of all words are what head h had."""
        x = numbered(batch, heads, n, d_k)
        combined = student.combine_heads(x)
        for head in range(heads):
            assert_agrees(combined[:, :, head * d_k : (head + 1) * d_k].copy(), x[:, head].copy())

    def test_takes_heads_in_any_layout(self, student):
        """What comes from a transposition lies in memory in another order."""
        moved = np.moveaxis(np.ascontiguousarray(np.moveaxis(PICTURE_IN_HEADS, 1, 3)), 3, 1)
        assert_agrees(student.combine_heads(moved), PICTURE)

    def test_leaves_the_heads_as_they_were(self, student):
        """The caller still needs them: also their shape."""
        assert_inputs_unchanged(student.combine_heads, numbered(2, 3, 5, 4))


def sentences(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


@exercise("MultiHeadAttention")
class TestMultiHeadAttention:
    def test_has_four_matrices(self, student):
        """w_q, w_k, w_v and w_o, each (d_model, d_model), of float64, and no two alike."""
        attention = student.MultiHeadAttention(8, 2)
        matrices = [attention.w_q, attention.w_k, attention.w_v, attention.w_o]
        for matrix in matrices:
            require(
                getattr(matrix, "shape", None) == (8, 8), "each of w_q, w_k, w_v, w_o should be an (8, 8) array", matrix
            )
            require(matrix.dtype == np.float64, "each of w_q, w_k, w_v, w_o should be of float64", matrix)
        require(
            len({matrix.tobytes() for matrix in matrices}) == 4,
            "each of the four matrices should be drawn for itself, but some are the same",
        )

    def test_the_first_weights_are_neither_large_nor_small(self, student):
        """The variance of the entries is about 1/d_model: for 64 columns 0.0156, give or take."""
        variance = np.var(student.MultiHeadAttention(64, 4).w_q)
        require(
            0.011 < variance < 0.021,
            f"the variance of w_q's entries should be about 1/64 = 0.0156, it is {variance:.4f}",
        )

    def test_shapes_of_the_demonstration(self, student):
        """Two sentences of three words with eight columns, two heads: an output like the words, weights for each head."""
        output, weights = student.MultiHeadAttention(8, 2).forward(sentences(1, 2, 3, 8))
        require(output.shape == (2, 3, 8), f"the output's shape should be (2, 3, 8), it is {output.shape}")
        require(weights.shape == (2, 2, 3, 3), f"the weights' shape should be (2, 2, 3, 3), it is {weights.shape}")

    def test_the_weights_of_every_query_add_up_to_1(self, student):
        """In every head, along the keys, which are the last axis."""
        _, weights = student.MultiHeadAttention(12, 3).forward(
            sentences(1, 2, 4, 12), sentences(2, 2, 5, 12), sentences(3, 2, 5, 12)
        )
        assert_agrees(weights.sum(axis=-1), np.ones((2, 3, 4)))

    def test_each_head_compares_its_own_columns(self, student):
        """Two weights of one query differ by the factor e^(difference of the scores): here for head 1 of 2, columns 3 to 5 of 6."""
        attention = student.MultiHeadAttention(6, 2)
        query, keys = sentences(1, 1, 1, 6), sentences(2, 1, 2, 6)
        _, weights = attention.forward(query, keys, keys)
        asked = (query[0, 0] @ attention.w_q)[3:]
        first, second = ((key @ attention.w_k)[3:] for key in keys[0])
        difference = np.dot(asked, first - second) / np.sqrt(3)
        assert_agrees(weights[0, 1, 0, 0] / weights[0, 1, 0, 1], np.exp(difference))

    def test_a_query_with_a_single_key_gets_its_value(self, student):
        """All the weight is on one key, in every head: the output is that key's value, through w_v and then w_o."""
        attention = student.MultiHeadAttention(6, 3)
        value = sentences(3, 2, 1, 6)
        output, _ = attention.forward(sentences(1, 2, 4, 6), sentences(2, 2, 1, 6), value)
        through = value @ attention.w_v @ attention.w_o
        assert_agrees(output, np.repeat(through, 4, axis=1))

    def test_equal_keys_are_averaged(self, student):
        """If all keys are the same, every head gives each the same weight: the output is the average of the values, through w_v and w_o."""
        attention = student.MultiHeadAttention(8, 2)
        value = sentences(3, 2, 5, 8)
        key = np.repeat(sentences(2, 2, 1, 8), 5, axis=1)
        output, weights = attention.forward(sentences(1, 2, 3, 8), key, value)
        assert_agrees(weights, np.full((2, 2, 3, 5), 0.2))
        average = value.mean(axis=1, keepdims=True) @ attention.w_v @ attention.w_o
        assert_agrees(output, np.repeat(average, 3, axis=1))

    def test_key_and_value_are_the_query_where_they_are_not_given(self, student):
        """Self-attention in short: forward(x) is forward(x, x, x)."""
        attention, x = student.MultiHeadAttention(8, 2), sentences(1, 2, 3, 8)
        expected = attention.forward(x, x, x)
        assert_agrees(attention.forward(x), expected)

    def test_sentences_of_a_batch_do_not_meet(self, student):
        """The first sentence alone has the same output as in its batch."""
        attention, x = student.MultiHeadAttention(8, 2), sentences(1, 3, 4, 8)
        alone, _ = attention.forward(x[:1].copy())
        together, _ = attention.forward(x)
        assert_agrees(together[:1].copy(), alone)

    def test_a_word_sees_nothing_of_the_future(self, student):
        """With a causal mask (True on and below the diagonal) the weights above the diagonal are 0, in all heads, and a change of
        the last word changes no earlier output."""
        attention, x = student.MultiHeadAttention(8, 2), sentences(1, 2, 4, 8)
        mask = np.tril(np.ones((4, 4), dtype=bool))
        output, weights = attention.forward(x, mask=mask)
        require(np.all(weights[..., ~mask] == 0), "the weights of later words should be exactly 0", weights[0, 0])
        changed = x.copy()
        changed[:, 3] = 9.0
        later, _ = attention.forward(changed, mask=mask)
        assert_agrees(later[:, :3].copy(), output[:, :3].copy())

    def test_padding_is_hidden_from_every_head_and_query(self, student):
        """A mask (batch, 1, 1, n_keys), as unit 04's padding_mask makes it: the second sentence has two words only."""
        attention, x = student.MultiHeadAttention(8, 4), sentences(1, 2, 3, 8)
        mask = np.array([[[[True, True, True]]], [[[True, True, False]]]])
        output, _ = attention.forward(x, mask=mask)
        short, _ = attention.forward(x[1:, :2].copy())
        assert_agrees(output[1:, :2].copy(), short)

    def test_a_query_that_may_see_nothing_gets_zeros(self, student):
        """Weights 0 and output 0, never NaN; the other queries as ever."""
        attention, x = student.MultiHeadAttention(8, 2), sentences(1, 1, 3, 8)
        mask = np.array([[True, True, True], [False, False, False], [True, True, True]])
        output, weights = attention.forward(x, mask=mask)
        assert_agrees(output[0, 1].copy(), np.zeros(8))
        assert_agrees(weights[0, :, 1].copy(), np.zeros((2, 3)))
        free, _ = attention.forward(x)
        assert_agrees(output[0, ::2].copy(), free[0, ::2].copy())

    def test_columns_that_cannot_be_shared_are_refused(self, student):
        """Ten columns and four heads: a ValueError that names both numbers, before there are any words."""
        assert_value_error(student.MultiHeadAttention, 10, 4, names=["10", "4"])

    def test_leaves_words_and_mask_as_they_were(self, student):
        """The caller still needs them."""
        x, mask = sentences(1, 2, 3, 8), np.array([[True, False, True], [True, True, False], [False, False, False]])
        assert_inputs_unchanged(student.MultiHeadAttention(8, 2).forward, x, x + 1, x - 1, mask)
