"""Visible checks of unit 03: the numbers of the worked example, step by step, and properties that you can think through."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograder.toolkit import assert_agrees, assert_inputs_unchanged, assert_value_error, exercise, require
from autograder.toolkit.strategies import SEEDS, filled

READY_MADE = ["torch.nn.functional.scaled_dot_product_attention", "torch.softmax"]
LN3 = math.log(3)

# The worked example: three words of four numbers.
X = np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 2.0, 0.0, 2.0], [1.0, 1.0, 1.0, 1.0]])
W_KEY = np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0]])
W_QUERY = np.array([[1.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
W_VALUE = np.array([[0.0, 2.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 3.0], [1.0, 1.0, 0.0]])
KEYS = np.array([[0.0, 1.0, 1.0], [4.0, 4.0, 0.0], [2.0, 3.0, 1.0]])
QUERIES = np.array([[1.0, 0.0, 2.0], [2.0, 2.0, 2.0], [2.0, 1.0, 3.0]])
VALUES = np.array([[1.0, 2.0, 3.0], [2.0, 8.0, 0.0], [2.0, 6.0, 3.0]])
SCORES = np.array([[2.0, 4.0, 4.0], [4.0, 16.0, 12.0], [4.0, 12.0, 10.0]])
ROUNDED_WEIGHTS = np.array([[0.0, 0.5, 0.5], [0.0, 1.0, 0.0], [0.0, 0.9, 0.1]])

# The example worked out in the lesson of exercise 4: the weights are 1/4 and 3/4.
ONE_QUERY = np.array([[2.0, 0.0, 0.0, 0.0]])
TWO_KEYS = np.array([[0.0, 5.0, 5.0, 5.0], [LN3, 5.0, 0.0, 0.0]])
TWO_VALUES = np.array([[4.0, 0.0, 8.0], [0.0, 8.0, 8.0]])


@exercise("project")
class TestProject:
    def test_gives_the_queries_keys_and_values_of_the_example(self, student):
        """Each is a matrix product of the words with its own weights; they come back in the order query, key, value."""
        q, k, v = triple(student.project(X, W_QUERY, W_KEY, W_VALUE))
        assert_agrees(q, QUERIES)
        assert_agrees(k, KEYS)
        assert_agrees(v, VALUES)

    def test_values_may_be_longer_than_keys(self, student):
        """Two words of one number each: keys of two numbers, values of three."""
        x, w_q, w_k = np.array([[1.0], [2.0]]), np.array([[3.0, 4.0]]), np.array([[5.0, 6.0]])
        q, k, v = triple(student.project(x, w_q, w_k, np.array([[7.0, 8.0, 9.0]])))
        assert_agrees(q, np.array([[3.0, 4.0], [6.0, 8.0]]))
        assert_agrees(k, np.array([[5.0, 6.0], [10.0, 12.0]]))
        assert_agrees(v, np.array([[7.0, 8.0, 9.0], [14.0, 16.0, 18.0]]))

    def test_the_same_weights_serve_every_sentence(self, student):
        """Two sentences, the second twice the first: so are its queries, keys and values."""
        projected = triple(student.project(np.stack([X, 2 * X]), W_QUERY, W_KEY, W_VALUE))
        for got, expected in zip(projected, (QUERIES, KEYS, VALUES), strict=True):
            assert_agrees(got, np.stack([expected, 2 * expected]))

    def test_whole_numbers_and_float32_are_welcome(self, student):
        """Integers give float64, float32 stays float32."""
        for dtype, expected in ((np.int64, np.float64), (np.float32, np.float32)):
            weights = (w.astype(dtype) for w in (W_QUERY, W_KEY, W_VALUE))
            assert_agrees(triple(student.project(X.astype(dtype), *weights))[0], QUERIES.astype(expected))

    def test_refuses_words_that_do_not_fit_the_weights(self, student):
        """Words of 4 numbers and weights for 3: a ValueError that names both."""
        assert_value_error(student.project, X, W_QUERY[:3], W_KEY[:3], W_VALUE[:3], names=["4", "3"])


@exercise("attention_scores")
class TestAttentionScores:
    def test_gives_the_dot_products_of_the_example(self, student):
        """Without scaling: each query with each key, a row for each query."""
        assert_agrees(student.attention_scores(QUERIES, KEYS, scaled=False), SCORES)

    def test_divides_by_the_root_of_the_number_of_features(self, student):
        """Four features, so the root is 2: the dot product 1·2 + 1·4 + 1·6 + 1·8 = 20 becomes 10."""
        q, k = np.array([[1.0, 1.0, 1.0, 1.0]]), np.array([[2.0, 4.0, 6.0, 8.0]])
        assert_agrees(student.attention_scores(q, k), np.array([[10.0]]))

    def test_a_row_for_each_query_and_a_column_for_each_key(self, student):
        """One query and three keys of one feature each (whose root is 1): one row of three scores."""
        scores = student.attention_scores(np.array([[2.0]]), np.array([[1.0], [-3.0], [0.5]]))
        assert_agrees(scores, np.array([[2.0, -6.0, 1.0]]))

    def test_sentences_do_not_see_each_other(self, student):
        """Two sentences: a table of scores for each, of its own queries with its own keys."""
        scores = student.attention_scores(np.stack([QUERIES, 2 * QUERIES]), np.stack([KEYS, 5 * KEYS]), scaled=False)
        assert_agrees(scores, np.stack([SCORES, 10 * SCORES]))

    def test_float32_stays_float32(self, student):
        """The number you divide by must not make float64 of the scores."""
        q, k = np.array([[1.0, 1.0, 1.0, 1.0]], np.float32), np.array([[2.0, 4.0, 6.0, 8.0]], np.float32)
        assert_agrees(student.attention_scores(q, k), np.array([[10.0]], np.float32))

    def test_refuses_queries_and_keys_of_different_length(self, student):
        """Queries of 3 numbers and keys of 2 have no dot product: a ValueError that names both."""
        assert_value_error(student.attention_scores, QUERIES, KEYS[:, :2], names=["3", "2"])

    def test_leaves_queries_and_keys_as_they_were(self, student):
        """The caller still needs them: compute with new arrays."""
        assert_inputs_unchanged(student.attention_scores, QUERIES, KEYS)


@exercise("weighted_values")
class TestWeightedValues:
    def test_gives_the_weighted_values_of_the_example(self, student):
        """For each of the three queries, each of the three values times its weight, as in the table."""
        expected = np.array(
            [
                [[0.0, 0.0, 0.0], [1.0, 4.0, 0.0], [1.0, 3.0, 1.5]],
                [[0.0, 0.0, 0.0], [2.0, 8.0, 0.0], [0.0, 0.0, 0.0]],
                [[0.0, 0.0, 0.0], [1.8, 7.2, 0.0], [0.2, 0.6, 0.3]],
            ]
        )
        assert_agrees(student.weighted_values(ROUNDED_WEIGHTS, VALUES), expected)

    def test_adding_up_over_the_keys_gives_the_outputs_of_the_example(self, student):
        """Step 6, the sum over the keys: they have to be on the last axis but one."""
        parts = student.weighted_values(ROUNDED_WEIGHTS, VALUES)
        require(
            isinstance(parts, np.ndarray) and parts.ndim == 3,
            "the result should have three axes: queries, keys, numbers of a value",
            parts,
        )
        assert_agrees(parts.sum(axis=-2), np.array([[2.0, 7.0, 1.5], [2.0, 8.0, 0.0], [2.0, 7.8, 0.3]]))

    def test_one_query_and_two_keys_with_values_of_three_numbers(self, student):
        """The shapes (1, 2) and (2, 3) give (1, 2, 3)."""
        parts = student.weighted_values(np.array([[0.25, 0.75]]), TWO_VALUES)
        assert_agrees(parts, np.array([[[1.0, 0.0, 2.0], [0.0, 6.0, 6.0]]]))

    def test_sentences_do_not_see_each_other(self, student):
        """Two sentences with weights and values of their own."""
        weights = np.array([[[0.25, 0.75]], [[0.5, 0.5]]])
        parts = student.weighted_values(weights, np.stack([TWO_VALUES, 2 * TWO_VALUES]))
        expected = np.array([[[[1.0, 0.0, 2.0], [0.0, 6.0, 6.0]]], [[[4.0, 0.0, 8.0], [0.0, 8.0, 8.0]]]])
        assert_agrees(parts, expected)

    def test_refuses_weights_for_another_number_of_keys(self, student):
        """Weights for 2 or for a single key, and values for 3: a ValueError that names both numbers."""
        assert_value_error(student.weighted_values, ROUNDED_WEIGHTS[:, :2], VALUES, names=["2", "3"])
        assert_value_error(student.weighted_values, ROUNDED_WEIGHTS[:, :1], VALUES, names=["1", "3"])

    def test_leaves_weights_and_values_as_they_were(self, student):
        """The caller still needs them: compute with new arrays."""
        assert_inputs_unchanged(student.weighted_values, ROUNDED_WEIGHTS, VALUES)


@exercise("scaled_dot_product_attention", forbidden=READY_MADE)
class TestScaledDotProductAttention:
    def test_gives_the_output_worked_out_in_the_lesson(self, student):
        """The scores 0 and ln 3 have the weights 1/4 and 3/4, and the output is [1, 6, 8]."""
        output, weights = pair(student.scaled_dot_product_attention(ONE_QUERY, TWO_KEYS, TWO_VALUES))
        assert_agrees(weights, np.array([[0.25, 0.75]]))
        assert_agrees(output, np.array([[1.0, 6.0, 8.0]]))

    def test_equal_keys_get_equal_weights(self, student):
        """When all keys are equal nobody is preferred, and the output is the mean of the values: [2, 4, 8]."""
        keys = np.stack([TWO_KEYS[0], TWO_KEYS[0]])
        output, weights = pair(student.scaled_dot_product_attention(ONE_QUERY, keys, TWO_VALUES))
        assert_agrees(weights, np.array([[0.5, 0.5]]))
        assert_agrees(output, np.array([[2.0, 4.0, 8.0]]))

    @given(lengths=st.sampled_from([(1, 1), (1, 3), (3, 1), (2, 3), (4, 2), (4, 4)]), seed=SEEDS)
    def test_the_weights_of_each_query_add_up_to_1(self, student, lengths, seed):
        """Each query shares out one whole among the keys: every row of the weights adds up to 1."""
        n_queries, n_keys = lengths
        q, k, v = (filled((n, 3), seed + i, 2) for i, n in enumerate((n_queries, n_keys, n_keys)))
        _, weights = pair(student.scaled_dot_product_attention(q, k, v))
        require(
            weights.shape == (n_queries, n_keys), f"the weights should have the shape {(n_queries, n_keys)}", weights
        )
        require((weights >= 0).all(), "weights should never be negative", weights)
        assert_agrees(weights.sum(axis=-1), np.ones(n_queries))

    @given(seed=SEEDS, order=st.permutations(range(4)))
    def test_the_order_of_keys_and_values_does_not_matter(self, student, seed, order):
        """Shuffle keys and values together: the same weights in another order, and the same output."""
        q, k, v = filled((2, 3), seed, 2), filled((4, 3), seed + 1, 2), filled((4, 5), seed + 2, 2)
        output, weights = pair(student.scaled_dot_product_attention(q, k, v))
        shuffled_output, shuffled_weights = pair(student.scaled_dot_product_attention(q, k[order], v[order]))
        assert_agrees(shuffled_output, output)
        assert_agrees(shuffled_weights, weights[:, order])

    def test_sentences_do_not_see_each_other(self, student):
        """Two sentences, the second with the keys in the other order: weights of 1/4 and 3/4 there, too."""
        q, k = np.stack([ONE_QUERY, ONE_QUERY]), np.stack([TWO_KEYS, TWO_KEYS[::-1]])
        output, weights = pair(student.scaled_dot_product_attention(q, k, np.stack([TWO_VALUES, TWO_VALUES])))
        assert_agrees(weights, np.array([[[0.25, 0.75]], [[0.75, 0.25]]]))
        assert_agrees(output, np.array([[[1.0, 6.0, 8.0]], [[3.0, 2.0, 8.0]]]))

    def test_large_scores_give_no_nan(self, student):
        """Scores of 3000 and -3000: the first key gets everything."""
        q, k = np.array([[3000.0]]), np.array([[1.0], [-1.0]])
        output, weights = pair(student.scaled_dot_product_attention(q, k, TWO_VALUES))
        assert_agrees(weights, np.array([[1.0, 0.0]]))
        assert_agrees(output, TWO_VALUES[:1])

    def test_leaves_its_inputs_as_they_were(self, student):
        """The caller still needs them: compute with new arrays."""
        assert_inputs_unchanged(student.scaled_dot_product_attention, ONE_QUERY, TWO_KEYS, TWO_VALUES)


@exercise("self_attention", forbidden=READY_MADE)
class TestSelfAttention:
    def test_gives_the_weights_of_the_table(self, student):
        """The scores of the example divided by √3, and the softmax of each row."""
        _, weights = pair(student.self_attention(X, W_QUERY, W_KEY, W_VALUE))
        assert_agrees(weights, np.array([shares_of(row / math.sqrt(3)) for row in SCORES]))

    def test_gives_the_mixtures_of_the_values(self, student):
        """Every word becomes the sum of the values [1, 2, 3], [2, 8, 0] and [2, 6, 3] times its weights."""
        output, _ = pair(student.self_attention(X, W_QUERY, W_KEY, W_VALUE))
        for word, row in enumerate(SCORES):
            a, b, c = shares_of(row / math.sqrt(3))
            expected = [a * 1 + b * 2 + c * 2, a * 2 + b * 8 + c * 6, a * 3 + b * 0 + c * 3]
            assert_agrees(output[word], np.array(expected))

    def test_sentences_do_not_see_each_other(self, student):
        """In a batch each sentence gets the result that it gets alone."""
        sentences = np.stack([X, X[::-1], 0.5 * X])
        output, weights = pair(student.self_attention(sentences, W_QUERY, W_KEY, W_VALUE))
        for number, sentence in enumerate(sentences):
            alone, weights_alone = pair(student.self_attention(sentence, W_QUERY, W_KEY, W_VALUE))
            assert_agrees(output[number], alone)
            assert_agrees(weights[number], weights_alone)

    def test_words_in_another_order_give_the_same_vectors_in_that_order(self, student):
        """Attention does not know about word order: exchange words, and their outputs change places, nothing else."""
        output, _ = pair(student.self_attention(X, W_QUERY, W_KEY, W_VALUE))
        exchanged, _ = pair(student.self_attention(X[[2, 0, 1]], W_QUERY, W_KEY, W_VALUE))
        assert_agrees(exchanged, output[[2, 0, 1]])

    def test_refuses_words_that_do_not_fit_the_weights(self, student):
        """Words of 4 numbers and weights for 3: a ValueError that names both."""
        assert_value_error(student.self_attention, X, W_QUERY[:3], W_KEY[:3], W_VALUE[:3], names=["4", "3"])


def pair(returned):
    """The two arrays that a function was asked for."""
    return arrays_of(returned, ("output", "weights"))


def triple(returned):
    """The three arrays that a function was asked for."""
    return arrays_of(returned, ("q", "k", "v"))


def arrays_of(returned, names):
    tells = f"{len(names)} arrays come back: {', '.join(names)}"
    require(isinstance(returned, (tuple, list)) and len(returned) == len(names), tells, returned)
    require(all(isinstance(value, np.ndarray) for value in returned), tells, returned)
    return returned


def shares_of(scores):
    """Softmax as its formula stands: good enough for a few small scores."""
    exponentials = [math.exp(score) for score in scores]
    return [exponential / sum(exponentials) for exponential in exponentials]
