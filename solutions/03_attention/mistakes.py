"""Wrong solutions of unit 03 as students write them: each must fail the test that is meant for it, and gives the mistake its name."""

import math

import numpy as np
import torch

from autograder.toolkit.variants import mistake

# ---- project


@mistake(
    "project",
    caught_by="test_agrees_with_the_reference",
    says="Queries and keys have changed places: the order is query, key, value.",
)
def keys_before_queries(x, w_q, w_k, w_v):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    return x @ w_k, x @ w_q, x @ w_v


@mistake(
    "project",
    caught_by="test_agrees_with_the_reference",
    says="All three are made with the weights for queries: each has weights of its own.",
)
def one_matrix_for_all(x, w_q, w_k, w_v):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    _ = x @ w_k, x @ w_v
    return x @ w_q, x @ w_q, x @ w_q


@mistake(
    "project",
    caught_by="test_agrees_with_the_reference",
    says="x is overwritten by the queries, and the keys are then made from these and not from the words.",
)
def keys_made_from_queries(x, w_q, w_k, w_v):
    words = x if x.dtype.kind == "f" else x.astype(np.float64)
    x = words @ w_q
    return x, x @ w_k, words @ w_v


@mistake(
    "project",
    caught_by="test_agrees_with_the_reference",
    says="The weights are transposed first: they have a row for each number of a word already, and for square weights nobody "
    "notices but the numbers.",
)
def weights_transposed(x, w_q, w_k, w_v):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    return x @ w_q.T, x @ w_k.T, x @ w_v.T


@mistake(
    "project",
    caught_by="test_agrees_with_the_reference",
    says="`*` multiplies entry by entry: what is asked for is the matrix product.",
)
def entry_by_entry(x, w_q, w_k, w_v):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    return x * w_q, x * w_k, x * w_v


@mistake(
    "project",
    caught_by="test_agrees_with_the_reference",
    says="The results are divided by the root of d_model: scaling is for the scores, later, and by another root.",
)
def scaled_too_early(x, w_q, w_k, w_v):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    root = math.sqrt(x.shape[-1])
    return x @ w_q / root, x @ w_k / root, x @ w_v / root


@mistake(
    "project",
    caught_by="test_values_may_have_another_length",
    says="The three arrays are packed into one, which needs equally long keys and values, and is not what was asked for.",
)
def packed_into_one_array(x, w_q, w_k, w_v):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    return np.stack([x @ w_q, x @ w_k, x @ w_v])


@mistake(
    "project",
    caught_by="test_values_may_have_another_length",
    says="The product with all weights at once is cut into three equal parts: values may be longer or shorter than keys.",
)
def cut_into_equal_thirds(x, w_q, w_k, w_v):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    if not len(w_q) == len(w_k) == len(w_v) == x.shape[-1]:
        raise ValueError(f"x is {x.shape}, the weights {w_q.shape}, {w_k.shape}, {w_v.shape}")
    return tuple(np.split(x @ np.concatenate([w_q, w_k, w_v], axis=1), 3, axis=-1))


@mistake(
    "project",
    caught_by="test_takes_any_number_of_sentences",
    says="This works for one sentence only: with a batch the sum runs over the wrong axis of x.",
)
def for_one_sentence_only(x, w_q, w_k, w_v):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    return tuple(np.tensordot(x, w, axes=([1], [0])) for w in (w_q, w_k, w_v))


@mistake(
    "project",
    caught_by="test_takes_any_number_of_sentences",
    says="All sentences are made one long sentence, and stay so: the axes in front are lost.",
)
def axes_in_front_lost(x, w_q, w_k, w_v):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    words = x.reshape(-1, x.shape[-1])
    return words @ w_q, words @ w_k, words @ w_v


@mistake(
    "project",
    caught_by="test_keeps_the_dtype",
    says="Everything is computed and returned in float64: float32 and float16 should stay what they are.",
)
def projects_to_float64(x, w_q, w_k, w_v):
    return tuple(x.astype(np.float64) @ w.astype(np.float64) for w in (w_q, w_k, w_v))


@mistake(
    "project",
    caught_by="test_keeps_the_dtype",
    says="Whole numbers stay whole numbers: they should be computed in float64.",
)
def whole_numbers_stay_whole(x, w_q, w_k, w_v):
    return x @ w_q, x @ w_k, x @ w_v


@mistake(
    "project",
    caught_by="test_keeps_the_dtype",
    says="Whole numbers are multiplied first and converted afterwards: by then products that are too large for a small integer "
    "type have wrapped around.",
)
def converted_after_the_product(x, w_q, w_k, w_v):
    products = x @ w_q, x @ w_k, x @ w_v
    return tuple(product if product.dtype.kind == "f" else product.astype(np.float64) for product in products)


@mistake(
    "project",
    caught_by="test_leaves_its_inputs_unchanged_however_they_lie_in_memory",
    says="The product is written into x, which belongs to the caller, wherever it fits there.",
)
def written_into_the_words(x, w_q, w_k, w_v):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    queries, keys = x @ w_q, x @ w_k
    if w_v.shape[0] == w_v.shape[1] == x.shape[-1]:
        return queries, keys, np.matmul(x, w_v, out=x)
    return queries, keys, x @ w_v


@mistake(
    "project",
    caught_by="test_refuses_words_that_do_not_fit_the_weights",
    says="Words and weights that do not fit are cut until they do: the caller never learns of the error.",
)
def cut_until_it_fits(x, w_q, w_k, w_v):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)

    def product(w):
        common = min(x.shape[-1], w.shape[0])
        return x[..., :common] @ w[:common]

    return product(w_q), product(w_k), product(w_v)


@mistake(
    "project",
    caught_by="test_refuses_words_that_do_not_fit_the_weights",
    says="Only the weights for queries are looked at before a product that stretches an axis of length 1: the other two are let "
    "through.",
)
def only_one_of_three_compared(x, w_q, w_k, w_v):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    if x.shape[-1] != w_q.shape[0]:
        raise ValueError(f"words of {x.shape[-1]} numbers, weights for {w_q.shape[0]}")
    return tuple(np.einsum("...nm,md->...nd", x, w) for w in (w_q, w_k, w_v))


@mistake(
    "project",
    caught_by="test_refuses_words_that_do_not_fit_the_weights",
    says="The error message does not say which lengths were found, so whoever reads it has to guess.",
)
def project_message_without_numbers(x, w_q, w_k, w_v):
    if any(x.shape[-1] != w.shape[0] for w in (w_q, w_k, w_v)):
        raise ValueError("x does not fit the weights")
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    return x @ w_q, x @ w_k, x @ w_v


# ---- attention_scores


@mistake(
    "attention_scores",
    caught_by="test_agrees_with_the_reference",
    says="The scores are not scaled, although that is asked for where nothing is said.",
)
def never_scaled(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    return q @ np.swapaxes(k, -1, -2)


@mistake(
    "attention_scores",
    caught_by="test_leaves_the_scaling_away_when_asked_to",
    says="The argument `scaled` is not used: the scores are always divided.",
)
def always_scaled(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    return q @ np.swapaxes(k, -1, -2) / math.sqrt(k.shape[-1])


@mistake(
    "attention_scores",
    caught_by="test_leaves_the_scaling_away_when_asked_to",
    says="The argument `scaled` is taken the wrong way around: the scores are divided when they should not be.",
)
def scaled_turned_around(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = q @ np.swapaxes(k, -1, -2)
    return scores if scaled else scores / math.sqrt(k.shape[-1])


@mistake(
    "attention_scores",
    caught_by="test_agrees_with_the_reference",
    says="The scores are divided by d_k itself, without the root: they become too small, and every key gets nearly the same.",
)
def divided_without_the_root(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = q @ np.swapaxes(k, -1, -2)
    return scores / k.shape[-1] if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_agrees_with_the_reference",
    says="The scores are multiplied by the root, not divided by it.",
)
def multiplied_by_the_root(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = q @ np.swapaxes(k, -1, -2)
    return scores * math.sqrt(k.shape[-1]) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_agrees_with_the_reference",
    says="The root is of the number of keys: how many keys there are does not make dot products larger, how long they are does.",
)
def root_of_the_number_of_keys(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = q @ np.swapaxes(k, -1, -2)
    return scores / math.sqrt(k.shape[-2]) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_takes_any_number_of_sentences",
    says="The length of a key is read from axis 1: that is right for one sentence, but in a batch the last axis is another one.",
)
def length_read_from_axis_1(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = q @ np.swapaxes(k, -1, -2)
    return scores / math.sqrt(k.shape[1]) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_agrees_with_the_reference",
    says="The table is turned around: there should be a row for each query and a column for each key.",
)
def a_row_for_each_key(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = k @ np.swapaxes(q, -1, -2)
    return scores / math.sqrt(k.shape[-1]) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_takes_any_number_of_sentences",
    says="`.T` turns all axes around: right for one sentence, but in a batch the sentences end up where the features belong.",
)
def all_axes_turned_around(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = q @ k.T
    return scores / math.sqrt(k.shape[-1]) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_takes_any_number_of_sentences",
    says="Every query is compared with the keys of all sentences, not only with those of its own: `np.dot` combines all the axes "
    "in front.",
)
def keys_of_all_sentences(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = np.dot(q, np.swapaxes(k, -1, -2))
    return scores / math.sqrt(k.shape[-1]) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_agrees_with_the_reference",
    says="Each query is compared with the key of the same number only: it has to meet all of them.",
)
def same_position_only(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = (q * k).sum(axis=-1)
    return scores / math.sqrt(k.shape[-1]) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_agrees_with_the_reference",
    says="Queries and keys are brought to length 1 first: that gives cosines. In attention long keys may have a say of their own.",
)
def cosines(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    k = k if k.dtype.kind == "f" else k.astype(np.float64)
    q = q / np.maximum(np.linalg.norm(q, axis=-1, keepdims=True), np.finfo(q.dtype).tiny)
    k = k / np.maximum(np.linalg.norm(k, axis=-1, keepdims=True), np.finfo(k.dtype).tiny)
    scores = q @ np.swapaxes(k, -1, -2)
    return scores / math.sqrt(k.shape[-1]) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_agrees_with_the_reference",
    says="Softmax is applied already: scores are asked for, any numbers, and the weights come later.",
)
def weights_instead_of_scores(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = q @ np.swapaxes(k, -1, -2)
    return softmax(scores / math.sqrt(k.shape[-1]) if scaled else scores)


@mistake(
    "attention_scores",
    caught_by="test_agrees_with_the_reference",
    says="`//` drops what comes after the point, and `/` does not.",
)
def divided_without_remainder(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = q @ np.swapaxes(k, -1, -2)
    return scores // math.sqrt(k.shape[-1]) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_keeps_the_dtype",
    says="The root is a NumPy number of type float64, and makes float64 of float32 and float16 scores.",
)
def root_in_float64(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = q @ np.swapaxes(k, -1, -2)
    return scores / np.sqrt(k.shape[-1]) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_keeps_the_dtype",
    says="Without the scaling the scores of whole numbers stay whole numbers: they should be float64 in both cases.",
)
def whole_scores_without_scaling(q, k, scaled=True):
    if scaled:
        q = q if q.dtype.kind == "f" else q.astype(np.float64)
        return q @ np.swapaxes(k, -1, -2) / math.sqrt(k.shape[-1])
    return q @ np.swapaxes(k, -1, -2)


@mistake(
    "attention_scores",
    caught_by="test_keeps_the_dtype",
    says="Whole numbers are multiplied first and converted afterwards: by then products that are too large for a small integer "
    "type have wrapped around.",
)
def scores_converted_after_the_product(q, k, scaled=True):
    scores = q @ np.swapaxes(k, -1, -2)
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    return scores / math.sqrt(k.shape[-1]) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_leaves_its_inputs_unchanged_however_they_lie_in_memory",
    says="The division writes into the queries, which belong to the caller.",
)
def queries_divided_in_place(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    if scaled:
        q /= math.sqrt(k.shape[-1])
    return q @ np.swapaxes(k, -1, -2)


@mistake(
    "attention_scores",
    caught_by="test_refuses_queries_and_keys_of_different_length",
    says="An axis of length 1 is stretched over all features without a word: compare the two numbers before the product.",
)
def a_single_feature_stretched(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = np.einsum("...qd,...kd->...qk", q, k)
    return scores / math.sqrt(k.shape[-1]) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_refuses_queries_and_keys_of_different_length",
    says="Queries and keys of different length are cut to the shorter one: the caller never learns of the error.",
)
def features_cut_to_the_shorter(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    common = min(q.shape[-1], k.shape[-1])
    scores = q[..., :common] @ np.swapaxes(k[..., :common], -1, -2)
    return scores / math.sqrt(common) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_refuses_queries_and_keys_of_different_length",
    says="The error message does not say which numbers of features were found, so whoever reads it has to guess.",
)
def scores_message_without_numbers(q, k, scaled=True):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("q and k must have the same last dimension")
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = q @ np.swapaxes(k, -1, -2)
    return scores / math.sqrt(k.shape[-1]) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_refuses_queries_and_keys_of_different_length",
    says="A wrong length ends in an AssertionError: callers expect ValueError for a bad value, and assertions can be switched off.",
)
def asserts_the_features(q, k, scaled=True):
    assert q.shape[-1] == k.shape[-1], f"{q.shape[-1]} and {k.shape[-1]} features"
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    scores = q @ np.swapaxes(k, -1, -2)
    return scores / math.sqrt(k.shape[-1]) if scaled else scores


@mistake(
    "attention_scores",
    caught_by="test_works_on_whole_arrays",
    says="A Python loop goes through the queries one by one: a matrix product takes all of them at once.",
)
def one_query_at_a_time(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    root = math.sqrt(k.shape[-1]) if scaled else 1.0
    rows = [(k @ q[..., i, :, None])[..., 0] / root for i in range(q.shape[-2])]
    return np.stack(rows, axis=-2)


@mistake(
    "attention_scores",
    caught_by="test_works_on_whole_arrays",
    says="A Python loop goes through the sentences one by one: the matrix product takes the axes in front along by itself.",
)
def one_sentence_at_a_time(q, k, scaled=True):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    root = math.sqrt(k.shape[-1]) if scaled else 1.0
    scores = np.empty((*q.shape[:-1], k.shape[-2]), q.dtype)
    for index in np.ndindex(q.shape[:-2]):
        scores[index] = q[index] @ k[index].T / root
    return scores


@mistake(
    "attention_scores",
    caught_by="test_keeps_the_dtype",
    says="Integers are made integers of 64 bits before they are multiplied. Products of large ones do not fit there either: they have to "
    "become floats first.",
)
def products_in_64_bits(q, k, scaled=True):
    if q.dtype.kind in "iu":
        q, k = q.astype(np.int64), k.astype(np.int64)
    scores = q @ np.swapaxes(k, -1, -2)
    scores = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    return scores / math.sqrt(q.shape[-1]) if scaled else scores


# ---- weighted_values


@mistake(
    "weighted_values",
    caught_by="test_agrees_with_the_reference",
    says="The weighted values are added up already: here every one of them is asked for by itself, and the sum is step 6.",
)
def added_up_already(weights, v):
    weights = weights if weights.dtype.kind == "f" else weights.astype(np.float64)
    return weights @ v


@mistake(
    "weighted_values",
    caught_by="test_agrees_with_the_reference",
    says="Keys and queries have changed places in the result: first comes the axis of the queries, then that of the keys.",
)
def keys_before_queries_in_the_result(weights, v):
    weights = weights if weights.dtype.kind == "f" else weights.astype(np.float64)
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"weights for {weights.shape[-1]} keys, {v.shape[-2]} values")
    return np.swapaxes(weights, -1, -2)[..., None] * v[..., :, None, :]


@mistake(
    "weighted_values",
    caught_by="test_agrees_with_the_reference",
    says="The features come before the keys in the result: the numbers of a value belong on the last axis.",
)
def features_before_keys(weights, v):
    weights = weights if weights.dtype.kind == "f" else weights.astype(np.float64)
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"weights for {weights.shape[-1]} keys, {v.shape[-2]} values")
    return weights[..., :, None, :] * np.swapaxes(v, -1, -2)[..., None, :, :]


@mistake(
    "weighted_values",
    caught_by="test_takes_any_number_of_sentences",
    says="v has no axis for the queries. For one sentence NumPy adds it in front, where it belongs by luck; in a batch the front is "
    "taken.",
)
def axis_of_the_queries_left_to_luck(weights, v):
    weights = weights if weights.dtype.kind == "f" else weights.astype(np.float64)
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"weights for {weights.shape[-1]} keys, {v.shape[-2]} values")
    return weights[..., None] * v


@mistake(
    "weighted_values",
    caught_by="test_takes_any_number_of_sentences",
    says="The axes are named for one sentence only: a batch has more of them in front.",
)
def axes_named_for_one_sentence(weights, v):
    weights = weights if weights.dtype.kind == "f" else weights.astype(np.float64)
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"weights for {weights.shape[-1]} keys, {v.shape[-2]} values")
    return np.einsum("qk,kd->qkd", weights, v)


@mistake(
    "weighted_values",
    caught_by="test_agrees_with_the_reference",
    says="Rows and columns of the weights have changed places: weights[i, j] is what query i gives to key j.",
)
def rows_and_columns_of_the_weights_exchanged(weights, v):
    weights = weights if weights.dtype.kind == "f" else weights.astype(np.float64)
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"weights for {weights.shape[-1]} keys, {v.shape[-2]} values")
    return np.swapaxes(weights, -1, -2)[..., None] * v[..., None, :, :]


@mistake(
    "weighted_values",
    caught_by="test_agrees_with_the_reference",
    says="The value is taken by the number of the query: a weight belongs to a key, and so does its value.",
)
def value_of_the_query(weights, v):
    weights = weights if weights.dtype.kind == "f" else weights.astype(np.float64)
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"weights for {weights.shape[-1]} keys, {v.shape[-2]} values")
    return weights[..., None] * v[..., :, None, :]


@mistake(
    "weighted_values",
    caught_by="test_agrees_with_the_reference",
    says="The weights are divided by their sum once more: they are to be taken as they come.",
)
def weights_made_to_add_up_to_1(weights, v):
    weights = weights if weights.dtype.kind == "f" else weights.astype(np.float64)
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"weights for {weights.shape[-1]} keys, {v.shape[-2]} values")
    total = weights.sum(axis=-1, keepdims=True)
    weights = weights / np.where(total == 0, 1, total).astype(weights.dtype)
    return weights[..., None] * v[..., None, :, :]


@mistake(
    "weighted_values",
    caught_by="test_agrees_with_the_reference",
    says="Softmax is applied to the weights: it has been applied already, when they were still scores.",
)
def softmax_once_more(weights, v):
    weights = softmax(weights if weights.dtype.kind == "f" else weights.astype(np.float64))
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"weights for {weights.shape[-1]} keys, {v.shape[-2]} values")
    return weights[..., None] * v[..., None, :, :]


@mistake(
    "weighted_values",
    caught_by="test_agrees_with_the_reference",
    says="Small weights are taken for 0: they are small contributions, and still contributions.",
)
def small_weights_dropped(weights, v):
    weights = weights if weights.dtype.kind == "f" else weights.astype(np.float64)
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"weights for {weights.shape[-1]} keys, {v.shape[-2]} values")
    weights = np.where(np.abs(weights) < 1e-4, 0, weights).astype(weights.dtype)
    return weights[..., None] * v[..., None, :, :]


@mistake(
    "weighted_values",
    caught_by="test_keeps_the_dtype",
    says="Everything is computed and returned in float64: float32 and float16 should stay what they are.",
)
def weighted_in_float64(weights, v):
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"weights for {weights.shape[-1]} keys, {v.shape[-2]} values")
    return weights.astype(np.float64)[..., None] * v[..., None, :, :]


@mistake(
    "weighted_values",
    caught_by="test_keeps_the_dtype",
    says="Whole numbers stay whole numbers: they should be computed in float64.",
)
def whole_weighted_values(weights, v):
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"weights for {weights.shape[-1]} keys, {v.shape[-2]} values")
    return weights[..., None] * v[..., None, :, :]


@mistake(
    "weighted_values",
    caught_by="test_leaves_its_inputs_unchanged_however_they_lie_in_memory",
    says="The shape of the caller's weights is changed: an array with a new axis is wanted, not a new axis in the caller's array.",
)
def shape_of_the_weights_changed(weights, v):
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"weights for {weights.shape[-1]} keys, {v.shape[-2]} values")
    v = v if v.dtype.kind == "f" else v.astype(np.float64)
    weights.shape = (*weights.shape, 1)
    return weights * v[..., None, :, :]


@mistake(
    "weighted_values",
    caught_by="test_does_not_stretch_a_single_key",
    says="Nothing is compared: where weights or values are for a single key, NumPy stretches it over all the others.",
)
def a_single_key_stretched(weights, v):
    weights = weights if weights.dtype.kind == "f" else weights.astype(np.float64)
    return weights[..., None] * v[..., None, :, :]


@mistake(
    "weighted_values",
    caught_by="test_refuses_weights_for_another_number_of_keys",
    says="What is too many is left out: the caller never learns that weights and values do not belong together.",
)
def keys_cut_to_the_fewer(weights, v):
    weights = weights if weights.dtype.kind == "f" else weights.astype(np.float64)
    common = min(weights.shape[-1], v.shape[-2])
    return weights[..., :common, None] * v[..., None, :common, :]


@mistake(
    "weighted_values",
    caught_by="test_refuses_weights_for_another_number_of_keys",
    says="The error message does not say which numbers of keys were found, so whoever reads it has to guess.",
)
def weighted_message_without_numbers(weights, v):
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError("weights and v do not match")
    weights = weights if weights.dtype.kind == "f" else weights.astype(np.float64)
    return weights[..., None] * v[..., None, :, :]


@mistake(
    "weighted_values",
    caught_by="test_refuses_weights_for_another_number_of_keys",
    says="A wrong number of keys ends in an AssertionError: callers expect ValueError for a bad value, and assertions can be "
    "switched off.",
)
def asserts_the_keys(weights, v):
    assert weights.shape[-1] == v.shape[-2], f"{weights.shape[-1]} and {v.shape[-2]} keys"
    weights = weights if weights.dtype.kind == "f" else weights.astype(np.float64)
    return weights[..., None] * v[..., None, :, :]


# ---- scaled_dot_product_attention


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The scores are not scaled: they have to be divided by the root of d_k before the softmax.",
)
def attention_without_scaling(q, k, v):
    weights = softmax(attention_scores(q, k, scaled=False))
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The scores are scaled twice: attention_scores does it already.",
)
def attention_scaled_twice(q, k, v):
    weights = softmax(attention_scores(q, k) / math.sqrt(k.shape[-1]))
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The root is of the length of a value: it has to be of the length of a key, which the dot products are taken of.",
)
def root_of_the_length_of_a_value(q, k, v):
    weights = softmax(attention_scores(q, k, scaled=False) / math.sqrt(v.shape[-1]))
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The scaling comes after the softmax, so the weights no longer add up to 1: it is the scores that have to be scaled.",
)
def weights_scaled(q, k, v):
    weights = softmax(attention_scores(q, k, scaled=False)) / math.sqrt(k.shape[-1])
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="Softmax runs over the queries: each key then shares itself out among them. Each query has to share out among the keys.",
)
def softmax_over_the_queries(q, k, v):
    weights = softmax(attention_scores(q, k), axis=-2)
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="All the weights together add up to 1: those of each query should.",
)
def one_softmax_for_all_queries(q, k, v):
    scores = attention_scores(q, k)
    exponentials = np.exp(scores - scores.max(axis=(-1, -2), keepdims=True))
    weights = exponentials / exponentials.sum(axis=(-1, -2), keepdims=True)
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="There is no softmax: scores are any numbers, and have to become weights first.",
)
def no_softmax(q, k, v):
    scores = attention_scores(q, k)
    return scores @ v, scores


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The best key takes all: attention is a mixture, in which the others have their share too.",
)
def only_the_best_key(q, k, v):
    scores = attention_scores(q, k)
    weights = (scores == scores.max(axis=-1, keepdims=True)).astype(scores.dtype)
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="All keys get the same weight, whatever was asked: queries and keys have no say.",
)
def mean_of_the_values(q, k, v):
    weights = softmax(0 * attention_scores(q, k))
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The keys are mixed, not the values: the keys have done their part once the weights are known.",
)
def keys_mixed(q, k, v):
    weights = softmax(attention_scores(q, k))
    return weights @ (k if k.dtype.kind == "f" else k.astype(np.float64)), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The weights come first and the output second: it should be the other way around.",
)
def weights_before_output(q, k, v):
    weights = softmax(attention_scores(q, k))
    return weights, weights @ v


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The output is right, but beside it are the scores: the weights, after softmax, are asked for.",
)
def scores_beside_the_output(q, k, v):
    scores = attention_scores(q, k)
    return softmax(scores) @ v, scores


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="Only the output comes back: output and weights are asked for.",
)
def output_alone(q, k, v):
    return softmax(attention_scores(q, k)) @ v


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="Step 6 is missing: the weighted values have to be added up over the keys.",
)
def not_added_up(q, k, v):
    weights = softmax(attention_scores(q, k))
    return weighted_values(weights, v if v.dtype.kind == "f" else v.astype(np.float64)), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The weighted values are added up over the queries: the sum has to run over the keys.",
)
def added_up_over_the_queries(q, k, v):
    weights = softmax(attention_scores(q, k))
    return weighted_values(weights, v if v.dtype.kind == "f" else v.astype(np.float64)).sum(axis=-3), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="The weights are rounded, as the worked example does it on paper: a computer need not.",
)
def weights_rounded(q, k, v):
    weights = np.round(softmax(attention_scores(q, k)), 2)
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_small_weights_keep_their_digits",
    says="Weights below a bound are taken for 0: small ones count too, when the values are large.",
)
def small_weights_cut_off(q, k, v):
    weights = softmax(attention_scores(q, k))
    weights = np.where(weights < 1e-10, 0, weights).astype(weights.dtype)
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_takes_any_number_of_sentences",
    says="`.T` turns all axes of the keys around: right for one sentence, but in a batch the sentences end up among the features.",
)
def attention_with_all_axes_turned(q, k, v):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    weights = softmax(q @ k.T / math.sqrt(k.shape[-1]))
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_takes_any_number_of_sentences",
    says="Softmax runs over axis 1: that is the axis of the keys for one sentence, but in a batch it is another one.",
)
def softmax_over_axis_1(q, k, v):
    weights = softmax(attention_scores(q, k), axis=1)
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_survives_large_scores",
    says="The exponentials of the scores are taken as they are: for large scores they are inf, for very negative ones 0.",
)
def exponentials_as_they_are(q, k, v):
    exponentials = np.exp(attention_scores(q, k))
    weights = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_survives_large_scores",
    says="The largest of all scores is subtracted from all: a query whose scores lie far below it gets nothing but zeros. Each "
    "query has a largest score of its own.",
)
def largest_score_of_all_queries(q, k, v):
    scores = attention_scores(q, k)
    exponentials = np.exp(scores - scores.max())
    weights = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_survives_large_scores",
    says="The scores are cut off at a bound so that the exponential stays finite: different scores beyond it get equal weights.",
)
def scores_cut_off(q, k, v):
    scores = attention_scores(q, k)
    bound = 10 if scores.dtype == np.float16 else 80
    exponentials = np.exp(np.clip(scores, -bound, bound))
    weights = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="A small number is added to the sum of the exponentials, so the weights no longer add up to 1.",
)
def epsilon_in_the_softmax(q, k, v):
    scores = attention_scores(q, k)
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = exponentials / (exponentials.sum(axis=-1, keepdims=True) + 1e-6)
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_keeps_the_dtype",
    says="The root is a NumPy number of type float64, and makes float64 of float32 and float16.",
)
def attention_root_in_float64(q, k, v):
    weights = softmax(attention_scores(q, k, scaled=False) / np.sqrt(k.shape[-1]))
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_keeps_the_dtype",
    says="Whole numbers are multiplied first and converted by the division: by then products that are too large for a small "
    "integer type have wrapped around.",
)
def attention_converted_after_the_product(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2)
    weights = softmax((scores if scores.dtype.kind == "f" else scores.astype(np.float64)) / math.sqrt(k.shape[-1]))
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_leaves_its_inputs_unchanged_however_they_lie_in_memory",
    says="The division writes into the queries, which belong to the caller.",
)
def attention_in_place(q, k, v):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    q /= math.sqrt(k.shape[-1])
    weights = softmax(attention_scores(q, k, scaled=False))
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_refuses_shapes_that_do_not_fit",
    says="Keys and values that do not belong together are cut to the fewer: the caller never learns of the error.",
)
def values_cut_to_the_fewer(q, k, v):
    common = min(k.shape[-2], v.shape[-2])
    weights = softmax(attention_scores(q, k[..., :common, :]))
    return weights @ v[..., :common, :], weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_refuses_shapes_that_do_not_fit",
    says="Nothing is compared before a sum that stretches an axis of length 1: a single value then stands in for all.",
)
def a_single_value_stretched(q, k, v):
    weights = softmax(attention_scores(q, k))
    return np.einsum("...qk,...kd->...qd", weights, v), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_refuses_shapes_that_do_not_fit",
    says="The error message does not say which sizes were found, so whoever reads it has to guess.",
)
def attention_message_without_numbers(q, k, v):
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError("shapes do not match")
    weights = softmax(attention_scores(q, k))
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_works_on_whole_arrays",
    says="A Python loop goes through the queries one by one: a matrix product takes all of them at once.",
)
def attention_one_query_at_a_time(q, k, v):
    outputs, weights = [], []
    for i in range(q.shape[-2]):
        row = softmax(attention_scores(q[..., i : i + 1, :], k))
        outputs.append(row @ v)
        weights.append(row)
    return np.concatenate(outputs, axis=-2), np.concatenate(weights, axis=-2)


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_works_on_whole_arrays",
    says="A Python loop goes through the sentences one by one: the matrix product takes the axes in front along by itself.",
)
def attention_one_sentence_at_a_time(q, k, v):
    if q.ndim == 2:
        weights = softmax(attention_scores(q, k))
        return weights @ v, weights
    pairs = [attention_one_sentence_at_a_time(*sentence) for sentence in zip(q, k, v, strict=True)]
    return np.stack([output for output, _ in pairs]), np.stack([weights for _, weights in pairs])


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_takes_no_more_than_three_times_the_time",
    says="All weighted values are written down before they are added up, d_v numbers for each score: a matrix product adds up as "
    "it goes.",
)
def all_weighted_values_written_down(q, k, v):
    weights = softmax(attention_scores(q, k))
    return weighted_values(weights, v if v.dtype.kind == "f" else v.astype(np.float64)).sum(axis=-2), weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_takes_no_more_than_three_times_the_time",
    says="All products of queries and keys are written down before they are added up, d_k numbers for each score: a matrix "
    "product adds up as it goes.",
)
def all_products_written_down(q, k, v):
    q = q if q.dtype.kind == "f" else q.astype(np.float64)
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"queries of {q.shape[-1]} numbers, keys of {k.shape[-1]}")
    scores = (q[..., :, None, :] * k[..., None, :, :]).sum(axis=-1) / math.sqrt(k.shape[-1])
    weights = softmax(scores)
    return weights @ v, weights


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_agrees_with_the_reference",
    says="PyTorch does the work: write it yourself, with NumPy.",
)
def attention_from_torch(q, k, v):
    q, k, v = (torch.tensor(a if a.dtype.kind == "f" else a.astype(np.float64)) for a in (q, k, v))
    weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(k.shape[-1]), dim=-1)
    return (weights @ v).numpy(), weights.numpy()


@mistake(
    "scaled_dot_product_attention",
    caught_by="test_stays_finite_in_half_precision",
    says="The weights are the exponentials of the scores minus the logarithm of their sum. Beside large scores that logarithm is rounded "
    "away, so that the weights of a query no longer add up to 1.",
)
def exponential_of_the_logarithm(q, k, v):
    scores = attention_scores(q, k)
    largest = scores.max(axis=-1, keepdims=True)
    logarithm = largest + np.log(np.exp(scores - largest).sum(axis=-1, keepdims=True))
    weights = np.exp(scores - logarithm)
    return weights @ v, weights


# ---- self_attention


@mistake(
    "self_attention",
    caught_by="test_agrees_with_the_reference",
    says="Queries and keys have changed places: whom a word listens to and who listens to it are exchanged.",
)
def queries_and_keys_exchanged(x, w_q, w_k, w_v):
    q, k, v = project(x, w_q, w_k, w_v)
    return scaled_dot_product_attention(k, q, v)


@mistake(
    "self_attention",
    caught_by="test_agrees_with_the_reference",
    says="The scores are not scaled: the unscaled form belongs to the worked example only.",
)
def self_attention_without_scaling(x, w_q, w_k, w_v):
    q, k, v = project(x, w_q, w_k, w_v)
    weights = softmax(attention_scores(q, k, scaled=False))
    return weights @ v, weights


@mistake(
    "self_attention",
    caught_by="test_agrees_with_the_reference",
    says="The root is of d_model, the length of a word: it has to be of the length of a key.",
)
def root_of_d_model(x, w_q, w_k, w_v):
    q, k, v = project(x, w_q, w_k, w_v)
    weights = softmax(attention_scores(q, k, scaled=False) / math.sqrt(x.shape[-1]))
    return weights @ v, weights


@mistake(
    "self_attention",
    caught_by="test_agrees_with_the_reference",
    says="The words themselves are mixed, not their values: w_v is not used.",
)
def words_mixed(x, w_q, w_k, w_v):
    q, k, _ = project(x, w_q, w_k, w_v)
    return scaled_dot_product_attention(q, k, x if x.dtype.kind == "f" else x.astype(np.float64))


@mistake(
    "self_attention",
    caught_by="test_agrees_with_the_reference",
    says="Queries and keys are made by the same weights, so two words always score each other alike.",
)
def same_weights_for_queries_and_keys(x, w_q, w_k, w_v):
    project(x, w_q, w_k, w_v)
    q, k, v = project(x, w_q, w_q, w_v)
    return scaled_dot_product_attention(q, k, v)


@mistake(
    "self_attention",
    caught_by="test_agrees_with_the_reference",
    says="Weights and output have changed places: the output comes first.",
)
def self_attention_weights_first(x, w_q, w_k, w_v):
    output, weights = scaled_dot_product_attention(*project(x, w_q, w_k, w_v))
    return weights, output


@mistake(
    "self_attention",
    caught_by="test_agrees_with_the_reference",
    says="Only the output comes back: output and weights are asked for.",
)
def self_attention_output_alone(x, w_q, w_k, w_v):
    return scaled_dot_product_attention(*project(x, w_q, w_k, w_v))[0]


@mistake(
    "self_attention",
    caught_by="test_agrees_with_the_reference",
    says="The words are added to the output where the shapes allow it: residual connections come later, in unit 08.",
)
def words_added(x, w_q, w_k, w_v):
    output, weights = scaled_dot_product_attention(*project(x, w_q, w_k, w_v))
    return (output + x if output.shape == x.shape else output), weights


@mistake(
    "self_attention",
    caught_by="test_agrees_with_the_reference",
    says="Softmax runs over the queries: each word has to share out its attention among all words, so the rows add up to 1.",
)
def self_attention_over_the_queries(x, w_q, w_k, w_v):
    q, k, v = project(x, w_q, w_k, w_v)
    weights = softmax(attention_scores(q, k), axis=-2)
    return weights @ v, weights


@mistake(
    "self_attention",
    caught_by="test_agrees_with_the_reference",
    says="A word does not listen to itself: nothing of the kind is asked for, it is one of the words like any other.",
)
def deaf_to_itself(x, w_q, w_k, w_v):
    q, k, v = project(x, w_q, w_k, w_v)
    scores = attention_scores(q, k)
    n = x.shape[-2]
    if n > 1:
        scores[..., range(n), range(n)] = np.finfo(scores.dtype).min
    weights = softmax(scores)
    return weights @ v, weights


@mistake(
    "self_attention",
    caught_by="test_takes_any_number_of_sentences",
    says="All sentences are made one long one: their words listen to each other across the sentences.",
)
def sentences_listen_to_each_other(x, w_q, w_k, w_v):
    words = x.reshape(-1, x.shape[-1])
    output, weights = scaled_dot_product_attention(*project(words, w_q, w_k, w_v))
    return output.reshape(*x.shape[:-1], -1), weights


@mistake(
    "self_attention",
    caught_by="test_takes_any_number_of_sentences",
    says="Only the first sentence of a batch is looked at, and its result is given to all of them.",
)
def weights_of_the_first_sentence(x, w_q, w_k, w_v):
    q, k, v = project(x, w_q, w_k, w_v)
    weights = softmax(attention_scores(q, k))
    first = weights[(0,) * (x.ndim - 2)]
    weights = np.broadcast_to(first, weights.shape).copy()
    return weights @ v, weights


@mistake(
    "self_attention",
    caught_by="test_survives_large_words",
    says="The exponentials of the scores are taken as they are: large words give scores whose exponential is inf or 0.",
)
def self_attention_with_plain_exponentials(x, w_q, w_k, w_v):
    q, k, v = project(x, w_q, w_k, w_v)
    exponentials = np.exp(attention_scores(q, k))
    weights = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return weights @ v, weights


@mistake(
    "self_attention",
    caught_by="test_keeps_the_dtype",
    says="Everything is computed and returned in float64: float32 and float16 should stay what they are.",
)
def self_attention_in_float64(x, w_q, w_k, w_v):
    x, w_q, w_k, w_v = (array.astype(np.float64) for array in (x, w_q, w_k, w_v))
    return scaled_dot_product_attention(*project(x, w_q, w_k, w_v))


@mistake(
    "self_attention",
    caught_by="test_keeps_the_dtype",
    says="Whole numbers are projected as they are: small integer types have no room for the products.",
)
def projected_as_whole_numbers(x, w_q, w_k, w_v):
    return scaled_dot_product_attention(x @ w_q, x @ w_k, x @ w_v)


@mistake(
    "self_attention",
    caught_by="test_leaves_its_inputs_unchanged_however_they_lie_in_memory",
    says="The scaling writes into the weights for queries, which belong to the caller and shrink with every call.",
)
def weights_for_queries_scaled_in_place(x, w_q, w_k, w_v):
    w_q = w_q if w_q.dtype.kind == "f" else w_q.astype(np.float64)
    w_q /= math.sqrt(w_k.shape[-1])
    q, k, v = project(x if x.dtype.kind == "f" else x.astype(np.float64), w_q, w_k, w_v)
    weights = softmax(attention_scores(q, k, scaled=False))
    return weights @ v, weights


@mistake(
    "self_attention",
    caught_by="test_refuses_shapes_that_do_not_fit",
    says="Words and weights are cut until they fit: the caller never learns of the error.",
)
def self_attention_cuts(x, w_q, w_k, w_v):
    rows = min(x.shape[-1], w_q.shape[0], w_k.shape[0], w_v.shape[0])
    columns = min(w_q.shape[1], w_k.shape[1])
    q, k, v = project(x[..., :rows], w_q[:rows, :columns], w_k[:rows, :columns], w_v[:rows])
    return scaled_dot_product_attention(q, k, v)


@mistake(
    "self_attention",
    caught_by="test_refuses_shapes_that_do_not_fit",
    says="The error message does not say which sizes were found, so whoever reads it has to guess.",
)
def self_attention_message_without_numbers(x, w_q, w_k, w_v):
    try:
        return scaled_dot_product_attention(*project(x, w_q, w_k, w_v))
    except ValueError:
        raise ValueError("the shapes do not fit") from None


@mistake(
    "self_attention",
    caught_by="test_agrees_with_the_reference",
    says="PyTorch does the work: write it yourself, with NumPy.",
)
def self_attention_from_torch(x, w_q, w_k, w_v):
    q, k, v = (torch.tensor(array) for array in project(x, w_q, w_k, w_v))
    weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(k.shape[-1]), dim=-1)
    return (weights @ v).numpy(), weights.numpy()
