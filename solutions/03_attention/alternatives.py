"""Right solutions of unit 03, as differently written as students write them. Every test must accept them all."""

import functools
import math

import numpy as np

from autograder.toolkit.variants import alternative

# ---- project


@alternative("project")
def with_matmul_and_a_dtype(x, w_q, w_k, w_v):
    dtype = np.float64 if np.issubdtype(x.dtype, np.integer) else x.dtype
    return tuple(np.matmul(x, w, dtype=dtype) for w in (w_q, w_k, w_v))


@alternative("project")
def with_dot_in_a_list(x, w_q, w_k, w_v):
    """np.dot takes the last axis of x and the first of w: here that is the same as a matrix product. A list is fine, too."""
    if x.dtype.kind in "iu":
        x, w_q, w_k, w_v = (array.astype(float) for array in (x, w_q, w_k, w_v))
    return [np.dot(x, w_q), np.dot(x, w_k), np.dot(x, w_v)]


@alternative("project")
def with_einsum_and_a_check(x, w_q, w_k, w_v):
    def times(w):
        if x.shape[-1] != w.shape[0]:
            raise ValueError(f"expected weights with {x.shape[-1]} rows, got {w.shape[0]}")
        return np.einsum("...m,md->...d", words, w)

    words = x if x.dtype.kind == "f" else x.astype(np.float64)
    return times(w_q), times(w_k), times(w_v)


@alternative("project")
def all_weights_side_by_side(x, w_q, w_k, w_v):
    """One product for all three, cut where each begins."""
    widths = [w.shape[1] for w in (w_q, w_k, w_v)]
    for name, w in zip("qkv", (w_q, w_k, w_v), strict=True):
        if len(w) != x.shape[-1]:
            raise ValueError(f"w_{name} has {len(w)} rows, but d_model is {x.shape[-1]}")
    x = x.astype(np.float64) if not np.issubdtype(x.dtype, np.inexact) else x
    everything = x @ np.hstack([w_q, w_k, w_v])
    return tuple(np.split(everything, np.cumsum(widths)[:-1], axis=-1))


@alternative("project")
def one_long_sentence_and_back(x, w_q, w_k, w_v):
    """All words below each other, one product, and the axes in front put back."""
    front = x.shape[:-1]
    words = x.reshape(-1, x.shape[-1])
    if words.dtype.kind != "f":
        words = words.astype("float64")
    return tuple((words @ w).reshape(front + w.shape[1:]) for w in (w_q, w_k, w_v))


@alternative("project")
def sentence_by_sentence(x, w_q, w_k, w_v):
    """Loops, in float64 and back: nothing was asked about the speed here."""
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype(np.float64)

    def one(w):
        out = np.empty((*x.shape[:-1], w.shape[1]), dtype)
        for index in np.ndindex(*x.shape[:-1]):
            out[index] = w.T.astype(np.float64) @ x[index].astype(np.float64)
        return out

    return one(w_q), one(w_k), one(w_v)


# ---- attention_scores


@alternative("attention_scores")
def query_scaled_first(q, k, scaled=True):
    q, k = (array if array.dtype.kind == "f" else array.astype(np.float64) for array in (q, k))
    if scaled:
        q = q * k.shape[-1] ** -0.5
    return np.matmul(q, np.moveaxis(k, -1, -2))


@alternative("attention_scores")
def scores_with_einsum(q, k, scaled=True):
    d_q, d_k = q.shape[-1], k.shape[-1]
    if d_q != d_k:
        raise ValueError(f"q has {d_q} features and k has {d_k}")
    dtype = np.result_type(q, k) if np.issubdtype(q.dtype, np.floating) else np.float64
    scores = np.einsum("...id,...jd->...ij", q.astype(dtype), k.astype(dtype))
    if not scaled:
        return scores
    scores /= np.sqrt(d_k).astype(dtype)
    return scores


@alternative("attention_scores")
def both_scaled_by_the_fourth_root(q, k, scaled=True):
    """Half of the scaling for each side keeps half precision away from its end."""
    q, k = (array if array.dtype.kind == "f" else np.float64(array) for array in (q, k))
    factor = q.shape[-1] ** -0.25 if scaled else 1.0
    return (q * factor) @ (k * factor).swapaxes(-2, -1)


@alternative("attention_scores")
def with_a_transpose_by_name(q, k, scaled=True):
    axes = [*range(k.ndim - 2), k.ndim - 1, k.ndim - 2]
    q = q.astype(np.float64) if q.dtype.kind in "iu" else q
    products = q @ k.transpose(axes)
    return products / (float(np.sqrt(k.shape[-1])) if scaled else 1.0)


@alternative("attention_scores")
def all_products_and_a_sum(q, k, scaled=True):
    """No matrix product: every product first, then the sum. It takes memory, but nothing was asked about that here."""
    if q.shape[-1] != k.shape[-1]:
        raise ValueError("d_k differs: " + " != ".join(map(str, (q.shape[-1], k.shape[-1]))))
    q = q if np.issubdtype(q.dtype, np.floating) else q.astype(np.float64)
    scores = np.sum(q[..., :, np.newaxis, :] * k[..., np.newaxis, :, :], axis=-1)
    return scores if not scaled else scores * (1 / math.sqrt(q.shape[-1]))


@alternative("attention_scores")
def in_float64_and_back(q, k, scaled=True):
    dtype = q.dtype if q.dtype.kind == "f" else np.dtype("f8")
    scores = np.matmul(q.astype("f8"), np.swapaxes(k.astype("f8"), -2, -1))
    if scaled:
        scores = scores / np.sqrt(k.shape[-1])
    return scores.astype(dtype)


# ---- weighted_values


@alternative("weighted_values")
def weighted_with_einsum(weights, v):
    n_weights, n_values = weights.shape[-1], v.shape[-2]
    if n_weights != n_values:
        raise ValueError(f"expected {n_weights} values, found {n_values}")
    dtype = weights.dtype if weights.dtype.kind == "f" else float
    return np.einsum("...qk,...kd->...qkd", weights, v, dtype=dtype)


@alternative("weighted_values")
def with_expand_dims(weights, v):
    if weights.shape[-1] - v.shape[-2]:
        raise ValueError("keys: " + str(weights.shape[-1]) + " and " + str(v.shape[-2]))
    if weights.dtype.kind in "iu":
        weights, v = weights.astype(float), v.astype(float)
    return np.multiply(np.expand_dims(weights, -1), np.expand_dims(v, -3))


@alternative("weighted_values")
def with_diagonal_matrices(weights, v):
    """A diagonal matrix of the weights, times the values, for each query."""
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"{weights.shape=} does not go with {v.shape=}")
    weights = weights if weights.dtype.kind == "f" else weights.astype(np.float64)
    diagonals = weights[..., None, :] * np.eye(weights.shape[-1], dtype=weights.dtype)
    return diagonals @ v[..., None, :, :]


@alternative("weighted_values")
def query_by_query(weights, v):
    """A loop: nothing was asked about the speed here."""
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"{v.shape[-2]} values for {weights.shape[-1]} keys")
    values = v if v.dtype.kind == "f" else v.astype(np.float64)
    return np.stack([values * weights[..., i, :, None] for i in range(weights.shape[-2])], axis=-3)


@alternative("weighted_values")
def feature_by_feature(weights, v):
    if (found := weights.shape[-1]) != (expected := v.shape[-2]):
        raise ValueError(f"keys: found {found}, expected {expected}")
    dtype = np.promote_types(weights.dtype, v.dtype) if weights.dtype.kind == "f" else np.float64
    result = np.zeros((*weights.shape, v.shape[-1]), dtype)
    for feature in range(v.shape[-1]):
        result[..., feature] = weights.astype(dtype) * v[..., feature][..., None, :]
    return result


# ---- scaled_dot_product_attention


@alternative("scaled_dot_product_attention")
def the_formula_by_itself(q, k, v):
    """Uses nothing of the unit: the maximum of each query is subtracted."""
    q, k, v = (array if array.dtype.kind == "f" else array.astype(np.float64) for array in (q, k, v))
    scores = np.matmul(q, k.swapaxes(-1, -2)) / math.sqrt(q.shape[-1])
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return np.matmul(weights, v), weights


@alternative("scaled_dot_product_attention")
def divided_at_the_end(q, k, v):
    """The output is divided by the sum of the exponentials, as in efficient attention."""
    scores = attention_scores(q, k)
    scores -= np.amax(scores, axis=-1, keepdims=True)
    exponentials = np.exp(scores)
    total = exponentials.sum(axis=-1)[..., None]
    return [exponentials @ v / total, exponentials / total]


@alternative("scaled_dot_product_attention")
def attention_with_einsum(q, k, v):
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"d_k: {q.shape[-1]} in q, {k.shape[-1]} in k")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError(f"n_keys: {k.shape[-2]} in k, {v.shape[-2]} in v")
    if q.dtype.kind != "f":
        q, k, v = q.astype(np.float64), k.astype(np.float64), v.astype(np.float64)
    weights = softmax(np.einsum("...qd,...kd->...qk", q, k) * k.shape[-1] ** -0.5)
    return np.einsum("...qk,...kd->...qd", weights, v), weights


@alternative("scaled_dot_product_attention")
def keys_as_columns(q, k, v):
    """The table turned around, and softmax down its columns."""
    columns = attention_scores(k, q)
    weights = np.ascontiguousarray(np.swapaxes(softmax(columns, axis=-2), -1, -2))
    return weights @ v, weights


@alternative("scaled_dot_product_attention")
def attention_in_float64_and_back(q, k, v):
    dtype = q.dtype if np.issubdtype(q.dtype, np.floating) else np.float64
    q, k, v = (array.astype(np.float64) for array in (q, k, v))
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(k.shape[-1])
    logarithms = scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True)
    weights = np.exp(logarithms)
    return (weights @ v).astype(dtype), weights.astype(dtype)


@alternative("scaled_dot_product_attention")
def with_the_root_in_the_dtype(q, k, v):
    if q.dtype.kind in "iu":
        q = np.asarray(q, dtype=float)
    root = np.sqrt(q.shape[-1], dtype=q.dtype)
    weights = softmax(attention_scores(q / root, k, False), -1)
    output = weights @ v
    return output, weights


# ---- self_attention


@alternative("self_attention")
def three_lines_in_one(x, w_q, w_k, w_v):
    return scaled_dot_product_attention(*project(x, w_q, w_k, w_v))


@alternative("self_attention")
def all_six_steps_written_out(x, w_q, w_k, w_v):
    q, k, v = project(x, w_q, w_k, w_v)
    scores = attention_scores(q, k, scaled=True)
    weights = softmax(scores, axis=-1)
    weighted = weighted_values(weights, v)
    return weighted.sum(axis=-2), weights


@alternative("self_attention")
def nothing_but_numpy(x, w_q, w_k, w_v):
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    scores = q @ np.swapaxes(k, -1, -2) * q.shape[-1] ** -0.5
    scores = scores - scores.max(-1, keepdims=True)
    weights = np.exp(scores)
    weights = weights / weights.sum(-1, keepdims=True)
    return weights @ v, weights


@alternative("self_attention")
def a_sentence_at_a_time(x, w_q, w_k, w_v):
    """A loop over the sentences: nothing was asked about the speed here."""
    if x.ndim == 2:
        return scaled_dot_product_attention(*project(x, w_q, w_k, w_v))
    outputs, weights = zip(*(a_sentence_at_a_time(sentence, w_q, w_k, w_v) for sentence in x), strict=True)
    return np.stack(outputs), np.stack(weights)


@alternative("self_attention")
def values_mixed_before_they_are_made(x, w_q, w_k, w_v):
    """The words are mixed by the weights and projected afterwards: matrix products may be put in any brackets."""
    q, k, _ = project(x, w_q, w_k, w_v)
    words = x if x.dtype.kind == "f" else x.astype(np.float64)
    mixed, weights = scaled_dot_product_attention(q, k, words)
    return mixed @ w_v, weights


@alternative("self_attention")
def with_partial_products(x, w_q, w_k, w_v):
    """(X W_Q)(X W_K)ᵀ = X (W_Q W_Kᵀ) Xᵀ, in float64 and back."""
    if w_q.shape[1] != w_k.shape[1]:
        raise ValueError(f"queries of {w_q.shape[1]} and keys of {w_k.shape[1]} features")
    dtype = x.dtype if x.dtype.kind == "f" else np.float64
    x, w_q, w_k, w_v = (array.astype(np.float64) for array in (x, w_q, w_k, w_v))
    scores = functools.reduce(np.matmul, [x, w_q, w_k.T, np.swapaxes(x, -1, -2)])
    weights = softmax(scores / math.sqrt(w_k.shape[1]))
    return (weights @ (x @ w_v)).astype(dtype), weights.astype(dtype)
