"""Right solutions of unit 04, as differently written as students write them. Every test must accept them all."""

import itertools
import math

import numpy as np

from autograder.toolkit.variants import alternative

# ---- pad_sequences


@alternative("pad_sequences")
def with_lists_of_equal_length(sequences, length=None, pad=0):
    if length is None:
        length = max([len(s) for s in sequences], default=0)
    rows = [s[:length] + [pad] * (length - len(s)) for s in sequences]
    return np.array(rows, dtype=np.int64).reshape(len(sequences), length)


@alternative("pad_sequences")
def entry_by_entry(sequences, length=None, pad=0):
    n = length
    if n is None:
        n = 0
        for s in sequences:
            if len(s) > n:
                n = len(s)
    out = np.empty((len(sequences), n), dtype="int64")
    for i in range(len(sequences)):
        for j in range(n):
            out[i, j] = sequences[i][j] if j < len(sequences[i]) else pad
    return out


@alternative("pad_sequences")
def with_zip_longest(sequences, length=None, pad=0):
    width = length if length is not None else max(map(len, sequences), default=0)
    columns = itertools.zip_longest(*sequences, [pad] * width, fillvalue=pad)
    table = np.array(list(itertools.islice(columns, width)), np.int64).reshape(width, len(sequences) + 1)
    return table[:, :-1].T


@alternative("pad_sequences")
def with_pad_and_stack(sequences, length=None, pad=0):
    n = max((len(s) for s in sequences), default=0) if length is None else length
    if not sequences:
        return np.zeros((0, n), np.int64)
    rows = [np.array(s[:n], np.int64) for s in sequences]
    return np.stack([np.pad(row, (0, n - len(row)), constant_values=pad) for row in rows])


@alternative("pad_sequences")
def all_entries_at_once(sequences, length=None, pad=0):
    """The filled places of the rectangle are found by a comparison, and get all the ids in one assignment."""
    sizes = np.array([len(s) for s in sequences], dtype=int)
    width = int(sizes.max(initial=0)) if length is None else length
    inside = np.arange(width)[None, :] < sizes[:, None]
    batch = np.full(inside.shape, pad)
    batch[inside] = [token for s in sequences for token in s[:width]]
    return batch.astype(np.int64, copy=False)


@alternative("pad_sequences")
def copies_and_appends(sequences, length=None, pad=0):
    sequences = [list(s) for s in sequences]
    longest = max(sequences, key=len, default=[])
    length = len(longest) if length is None else length
    for s in sequences:
        del s[length:]
        while len(s) < length:
            s.append(pad)
    return np.asarray(sequences, dtype=np.int64) if sequences else np.empty((0, length), dtype=np.int64)


# ---- padding_mask


@alternative("padding_mask")
def with_reshape(tokens, pad=0):
    batch, n = tokens.shape
    return (tokens != pad).reshape(batch, 1, 1, n)


@alternative("padding_mask")
def by_negation(tokens, pad=0):
    return ~np.equal(tokens, pad)[:, None, None]


@alternative("padding_mask")
def with_expand_dims(tokens, pad=0):
    mask = np.ones(tokens.shape, dtype=bool)
    mask[tokens == pad] = False
    return np.expand_dims(np.expand_dims(mask, 1), 1)


@alternative("padding_mask")
def sentence_by_sentence(tokens, pad=0):
    out = np.empty((len(tokens), 1, 1, tokens.shape[1]), bool)
    for i, row in enumerate(tokens.tolist()):
        out[i, 0, 0] = [token != pad for token in row]
    return out


@alternative("padding_mask")
def through_numbers(tokens, pad=0):
    """A difference is 0 at the padding, and any other number counts as True."""
    return (tokens.astype(np.int64) - pad).astype(bool)[:, np.newaxis, np.newaxis, :]


# ---- causal_mask


@alternative("causal_mask")
def lower_triangle(n):
    return np.tril(np.ones((n, n), dtype=bool))


@alternative("causal_mask")
def compares_positions(n):
    positions = np.arange(n)
    return positions[:, None] >= positions


@alternative("causal_mask")
def not_the_upper_triangle(n):
    return np.logical_not(np.triu(np.ones((n, n)), k=1))


@alternative("causal_mask")
def row_by_row(n):
    mask = np.zeros((n, n), bool)
    for i in range(n):
        mask[i, : i + 1] = True
    return mask


@alternative("causal_mask")
def with_a_comprehension(n):
    return np.array([[j <= i for j in range(n)] for i in range(n)], dtype=bool).reshape(n, n)


@alternative("causal_mask")
def by_running_sums(n):
    """From the diagonal on, along each column, the sum is 1."""
    return np.cumsum(np.eye(n), axis=0) > 0.5


@alternative("causal_mask")
def from_a_function_of_the_indices(n):
    return np.greater_equal(*np.indices((n, n)))


# ---- decoder_mask


@alternative("decoder_mask")
def with_logical_and(tokens, pad=0):
    return np.logical_and(causal_mask(tokens.shape[-1]), padding_mask(tokens, pad=pad))


@alternative("decoder_mask")
def as_a_product(tokens, pad=0):
    """A product of truth values is a truth value."""
    n = tokens.shape[1]
    return padding_mask(tokens, pad) * causal_mask(n).reshape(1, 1, n, n)


@alternative("decoder_mask")
def without_the_other_two(tokens, pad=0):
    n = tokens.shape[1]
    real = np.repeat((tokens != pad)[:, None, None, :], n, axis=2)
    return np.tril(real)


@alternative("decoder_mask")
def mask_after_mask(tokens, pad=0):
    batch, n = tokens.shape
    masks = np.zeros((batch, 1, n, n), dtype=bool)
    for b in range(batch):
        for query in range(n):
            for key in range(query + 1):
                masks[b, 0, query, key] = tokens[b, key] != pad
    return masks


@alternative("decoder_mask")
def hides_step_by_step(tokens, pad=0):
    batch, n = tokens.shape
    mask = np.broadcast_to(causal_mask(n), (batch, 1, n, n)).copy()
    mask &= padding_mask(tokens, pad)
    return mask


@alternative("decoder_mask")
def with_where(tokens, pad=0):
    return np.where(causal_mask(tokens.shape[1])[None, None], padding_mask(tokens, pad), False)


# ---- masked_softmax


@alternative("masked_softmax")
def minus_infinity_first(scores, mask, axis=-1):
    scores = scores.astype(np.result_type(scores.dtype, np.float16) if scores.dtype.kind == "f" else np.float64)
    np.copyto(scores, -np.inf, where=~mask)
    return softmax(scores, axis)


@alternative("masked_softmax")
def adds_minus_infinity(scores, mask, axis=-1):
    if scores.dtype.kind in "iu":
        scores = scores.astype(float)
    bias = np.where(mask, 0.0, -np.inf).astype(scores.dtype)
    return softmax(scores + bias, axis=axis)


@alternative("masked_softmax")
def with_a_maximum_of_the_visible(scores, mask, axis=-1):
    """All by itself: maximum, exponentials and sum of what is visible."""
    x = scores if np.issubdtype(scores.dtype, np.floating) else scores.astype(np.float64)
    mask = np.broadcast_to(mask, x.shape)
    top = np.max(x, axis=axis, keepdims=True, where=mask, initial=np.finfo(x.dtype).min)
    e = np.zeros_like(x)
    np.exp(x - top, where=mask, out=e)
    total = e.sum(axis=axis, keepdims=True)
    return np.divide(e, total, where=total > 0, out=np.zeros_like(e))


@alternative("masked_softmax")
def lowest_number_then_zeros(scores, mask, axis=-1):
    """The lowest number there is in place of -inf; what is hidden is cleared afterwards, and whole slices with it."""
    x = scores if scores.dtype.kind == "f" else scores.astype(np.float64)
    with np.errstate(over="ignore"):
        filled = np.where(mask, x, np.finfo(x.dtype).min)
        e = np.exp(filled - filled.max(axis=axis, keepdims=True))
    e = np.where(mask, e, 0)
    total = e.sum(axis=axis, keepdims=True)
    return np.where(total > 0, e / np.maximum(total, np.finfo(x.dtype).tiny), 0).astype(x.dtype)


@alternative("masked_softmax")
def masked_slice_by_slice(scores, mask, axis=-1):
    """A loop that picks the visible scores out: slower, but nothing was asked about that."""
    dtype = scores.dtype if scores.dtype.kind == "f" else np.dtype(np.float64)
    mask = np.moveaxis(np.broadcast_to(mask, scores.shape), axis, -1)
    moved = np.moveaxis(scores, axis, -1)
    out = np.zeros(moved.shape, dtype)
    for index in np.ndindex(moved.shape[:-1]):
        visible = mask[index]
        if visible.any():
            picked = moved[index][visible].astype(np.float64)
            powers = np.exp(picked - picked.max())
            out[index][visible] = powers / powers.sum()
    return np.moveaxis(out, -1, axis)


@alternative("masked_softmax")
def in_float64_with_nan_mended(scores, mask, axis=-1):
    dtype = np.float64 if scores.dtype.kind in "iu" else scores.dtype
    hidden = np.ma.masked_array(scores.astype(np.float64), mask=np.broadcast_to(~mask, scores.shape))
    z = hidden.filled(-np.inf)
    with np.errstate(invalid="ignore"):
        w = np.exp(z - np.max(z, axis=axis, keepdims=True))
        w /= w.sum(axis=axis, keepdims=True)
    return np.nan_to_num(w, copy=False).astype(dtype)


@alternative("masked_softmax")
def checks_the_shapes_itself(scores, mask, axis=-1):
    if any(m not in (1, s) for m, s in zip(mask.shape[::-1], scores.shape[::-1], strict=False)):
        raise ValueError(f"a mask of shape {mask.shape} cannot hide scores of shape {scores.shape}")
    floating = scores if scores.dtype.kind == "f" else np.array(scores, float)
    return softmax(np.where(mask == 1, floating, float("-inf")), axis)


# ---- masked_attention


@alternative("masked_attention")
def with_einsum(q, k, v, mask=None):
    q, k, v = (x if x.dtype.kind == "f" else x.astype(float) for x in (q, k, v))
    scores = np.einsum("...qd,...kd->...qk", q, k) * q.shape[-1] ** -0.5
    if mask is None:
        mask = np.ones(scores.shape, dtype=bool)
    weights = masked_softmax(scores, mask)
    if v.shape[-2] != k.shape[-2]:
        raise ValueError(f"{k.shape[-2]} keys, {v.shape[-2]} values")
    nobody = ~np.broadcast_to(mask, scores.shape).any(-2)
    v = v.copy()
    v[nobody] = 0
    return np.einsum("...qk,...kd->...qd", weights, v), weights


@alternative("masked_attention")
def checks_first(q, k, v, mask=None):
    """Refuses what does not fit before anything is computed; scales the queries instead of the scores."""
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"queries have {q.shape[-1]} features, keys {k.shape[-1]}")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError(f"there are {k.shape[-2]} keys and {v.shape[-2]} values")
    dtype = q.dtype if q.dtype.kind == "f" else np.float64
    q, k, v = q.astype(dtype), k.astype(dtype), v.astype(dtype)
    shape = (*q.shape[:-1], k.shape[-2])
    visible = np.full(shape, True) if mask is None else np.broadcast_to(mask, shape)
    weights = masked_softmax(np.matmul(q / math.sqrt(q.shape[-1]), k.swapaxes(-2, -1)), visible)
    used = np.any(visible, axis=-2, keepdims=True).swapaxes(-1, -2)
    return np.matmul(weights, np.where(used, v, np.zeros_like(v))), weights


@alternative("masked_attention")
def all_that_is_not_finite_counts_as_zero(q, k, v, mask=None):
    """Replaces NaN and infinity everywhere: the contract leaves open what they do at keys that are seen."""
    q, k, v = (x if x.dtype.kind == "f" else x.astype(np.float64) for x in (q, k, v))
    scores = q @ np.moveaxis(k, -1, -2) / math.sqrt(k.shape[-1])
    weights = masked_softmax(scores, np.ones(1, bool) if mask is None else mask)
    return weights @ np.nan_to_num(v, nan=0.0, posinf=0.0, neginf=0.0), weights


@alternative("masked_attention")
def multiplies_and_adds(q, k, v, mask=None):
    """Each value times its weight first, without those whose weight is 0, and then the sum over the keys."""
    q, k, v = (np.asarray(x, dtype=x.dtype if x.dtype.kind == "f" else np.float64) for x in (q, k, v))
    d_k = q.shape[-1]
    scores = (q[..., :, None, :] * k[..., None, :, :]).sum(axis=-1) / math.sqrt(d_k)
    weights = masked_softmax(scores, np.array(True) if mask is None else mask)
    share = weights[..., None]
    with np.errstate(invalid="ignore"):
        parts = np.where(share == 0, 0, share * v[..., None, :, :])
    return parts.sum(axis=-2), weights


@alternative("masked_attention")
def query_by_query(q, k, v, mask=None):
    """A loop over the queries, which look only at what they see: slower, but nothing was asked about that."""
    if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError(f"shapes do not fit: {q.shape}, {k.shape}, {v.shape}")
    dtype = q.dtype if q.dtype.kind == "f" else np.dtype("float64")
    visible = np.broadcast_to(True if mask is None else mask, (*q.shape[:-1], k.shape[-2]))
    output, weights = np.zeros((*q.shape[:-1], v.shape[-1]), dtype), np.zeros(visible.shape, dtype)
    for index in np.ndindex(q.shape[:-1]):
        seen = visible[index]
        if not seen.any():
            continue
        keys, values = k[index[:-1]][seen].astype(np.float64), v[index[:-1]][seen].astype(np.float64)
        shares = masked_softmax(keys @ q[index].astype(np.float64) / math.sqrt(q.shape[-1]), np.ones(len(keys), bool))
        weights[index][seen] = shares
        output[index] = shares @ values
    return output, weights


@alternative("masked_attention")
def seen_by_its_weight(q, k, v, mask=None):
    """In float64 throughout, and back; a value counts as seen where somebody gives it a weight."""
    dtype = q.dtype if q.dtype.kind == "f" else np.float64
    q, k, v = (x.astype(np.float64) for x in (q, k, v))
    scores = (k @ np.swapaxes(q, -1, -2)).swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    weights = masked_softmax(scores, np.tri(1, dtype=bool)[0] if mask is None else mask)
    seen = weights.sum(axis=-2, keepdims=True).swapaxes(-1, -2) > 0
    return (weights @ np.where(seen, v, 0)).astype(dtype), weights.astype(dtype)


@alternative("masked_attention")
def attention_without_masked_softmax(q, k, v, mask=None):
    """Does everything itself, and calls nothing of the unit."""
    q, k, v = (x if x.dtype.kind == "f" else 1.0 * x.astype(np.float64) for x in (q, k, v))
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    mask = np.broadcast_to(np.True_ if mask is None else mask, scores.shape)
    scores = np.where(mask, scores, -np.inf)
    highest = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - np.where(highest == -np.inf, 0, highest))
    total = powers.sum(axis=-1, keepdims=True)
    total[total == 0] = 1
    weights = powers / total
    return np.matmul(weights, np.where(mask.any(-2)[..., None], v, 0)), weights
