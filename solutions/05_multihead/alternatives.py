"""Right solutions of unit 05, as differently written as students write them. Every test must accept them all."""

import math

import numpy as np

from autograder.toolkit.variants import alternative

# ---- split_heads


@alternative("split_heads")
def cut_then_swap(x, num_heads):
    b, n, d = x.shape
    if d % num_heads:
        raise ValueError(f"cannot share {d} columns among {num_heads} heads")
    return np.swapaxes(np.reshape(x, (b, n, num_heads, -1)), 1, 2)


@alternative("split_heads")
def one_copy_in_order(x, num_heads):
    """A copy that lies in memory as its axes say: one, for all heads together."""
    d_k, rest = divmod(x.shape[2], num_heads)
    if rest != 0:
        raise ValueError("d_model " + str(x.shape[2]) + " is no multiple of num_heads " + str(num_heads))
    return np.ascontiguousarray(np.moveaxis(x.reshape(x.shape[0], x.shape[1], num_heads, d_k), 2, 1))


@alternative("split_heads")
def with_einsum_as_a_view(x, num_heads):
    if x.shape[-1] / num_heads != x.shape[-1] // num_heads:
        raise ValueError("{} columns in {} heads".format(*x.shape[-1:], num_heads))
    return np.einsum("bnhk->bhnk", x.reshape(*x.shape[:-1], num_heads, x.shape[-1] // num_heads))


@alternative("split_heads")
def by_picking_columns(x, num_heads):
    """An array of indices says which column goes where."""
    d_model = x.shape[-1]
    if d_model % num_heads != 0:
        raise ValueError(f"{num_heads=} does not divide {d_model=}")
    columns = np.arange(d_model).reshape(num_heads, 1, d_model // num_heads)
    rows = np.arange(x.shape[1]).reshape(1, -1, 1)
    return x[:, rows, columns]


@alternative("split_heads")
def through_columns_first(x, num_heads):
    """Turned round, the columns of a head are neighbours on the second axis."""
    b, n, d = x.shape
    if d % num_heads > 0:
        raise ValueError(f"d_model={d} num_heads={num_heads}")
    return x.transpose(0, 2, 1).reshape(b, num_heads, d // num_heads, n).transpose(0, 1, 3, 2)


@alternative("split_heads")
def into_an_empty_array(x, num_heads):
    batch, words, d_model = x.shape
    d_k = d_model // num_heads
    if d_k * num_heads != d_model:
        raise ValueError(f"{num_heads} heads of {d_k} columns are not {d_model}")
    out = np.empty((batch, num_heads, words, d_k), dtype=x.dtype)
    np.copyto(out.transpose(0, 2, 1, 3), x.reshape(batch, words, num_heads, d_k))
    return out


# ---- combine_heads


@alternative("combine_heads")
def concatenate_the_heads(x):
    """A loop: nothing was asked about that here."""
    return np.concatenate([x[:, h] for h in range(x.shape[1])], axis=-1)


@alternative("combine_heads")
def swap_then_join(x):
    moved = np.swapaxes(x, 1, 2)
    return moved.reshape(*moved.shape[:2], -1)


@alternative("combine_heads")
def written_head_by_head(x):
    b, h, n, k = x.shape
    out = np.zeros((b, n, h * k), x.dtype)
    for i in range(h):
        out[..., i * k : i * k + k] = x[:, i, :, :]
    return out


@alternative("combine_heads")
def with_hstack_and_einsum(x):
    words_first = np.einsum("bhnk->bnhk", x)
    return np.array([[np.hstack(list(word)) for word in sentence] for sentence in words_first], dtype=x.dtype)


@alternative("combine_heads")
def in_fortran_order(x):
    """Columns fastest among the columns of a head, then heads: read from the back."""
    batch, heads, n, d_k = x.shape
    return (
        np.reshape(x.transpose(0, 2, 3, 1), (batch, n, d_k * heads), order="F")
        if batch == n == 1
        else (np.moveaxis(x, 1, 2).copy().reshape((batch, n, heads * d_k)))
    )


@alternative("combine_heads")
def with_block(x):
    return np.block([np.ascontiguousarray(head) for head in np.moveaxis(x, 1, 0)])


# ---- MultiHeadAttention


@alternative("MultiHeadAttention")
class WithAMaskedAttentionOfItsOwn:
    def __init__(self, d_model, num_heads, rng=None):
        if d_model % num_heads:
            raise ValueError(f"d_model ({d_model}) must be divisible by num_heads ({num_heads})")
        self.d_model, self.h = d_model, num_heads
        self.rng = rng or np.random.default_rng()
        self.w_q = self._matrix()
        self.w_k = self._matrix()
        self.w_v = self._matrix()
        self.w_o = self._matrix()

    def _matrix(self):
        return self.rng.standard_normal((self.d_model, self.d_model)) / math.sqrt(self.d_model)

    @staticmethod
    def attention(q, k, v, mask):
        scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
        if mask is None:
            mask = np.ones(scores.shape, dtype=bool)
        scores = np.where(mask, scores, -np.inf)
        top = np.max(scores, axis=-1, keepdims=True)
        e = np.exp(scores - np.where(np.isfinite(top), top, 0))
        s = e.sum(-1, keepdims=True)
        w = e / np.where(s > 0, s, 1)
        return w @ v, w

    def forward(self, query, key=None, value=None, mask=None):
        if key is None:
            key = query
        if value is None:
            value = query
        q = split_heads(query @ self.w_q, self.h)
        k = split_heads(key @ self.w_k, self.h)
        v = split_heads(value @ self.w_v, self.h)
        out, weights = self.attention(q, k, v, mask)
        return combine_heads(out) @ self.w_o, weights


@alternative("MultiHeadAttention")
class AllWithEinsum:
    """Uniform weights, drawn in another order; no splitting, no combining: the axes have names."""

    def __init__(self, d_model, num_heads, rng=None):
        self.d_k, left = divmod(d_model, num_heads)
        if left:
            raise ValueError(f"{num_heads} heads cannot share {d_model} columns")
        self.num_heads = num_heads
        generator = np.random.default_rng(rng)
        limit = np.sqrt(3.0 / d_model)
        for name in ("w_o", "w_v", "w_k", "w_q"):
            setattr(self, name, generator.uniform(-limit, limit, (d_model, d_model)))

    def forward(self, query, key=None, value=None, mask=None):
        key = key if key is not None else query
        value = value if value is not None else query
        d_model = len(self.w_q)
        for name, x in (("query", query), ("key", key), ("value", value)):
            if x.shape[-1] != d_model:
                raise ValueError(f"{name} has {x.shape[-1]} columns, expected {d_model}")
        if key.shape[1] != value.shape[1]:
            raise ValueError(f"{key.shape[1]} keys for {value.shape[1]} values")
        per_head = (d_model, self.num_heads, self.d_k)
        q = np.einsum("bid,dhk->bihk", query, self.w_q.reshape(per_head))
        k = np.einsum("bjd,dhk->bjhk", key, self.w_k.reshape(per_head))
        v = np.einsum("bjd,dhk->bjhk", value, self.w_v.reshape(per_head))
        scores = np.einsum("bihk,bjhk->bhij", q, k) * self.d_k**-0.5
        if mask is not None:
            scores[~np.broadcast_to(mask, scores.shape)] = -np.inf
        weights = softmax(scores)
        w_o = self.w_o.reshape(self.num_heads, self.d_k, d_model)
        return np.einsum("bhij,bjhk,hkd->bid", weights, v, w_o, optimize=True), weights


@alternative("MultiHeadAttention")
class HeadsInOneLongBatch:
    """Batch and heads make one axis; the mask is made as large as the scores."""

    def __init__(self, d_model, num_heads, rng=None):
        if not d_model // num_heads * num_heads == d_model:
            raise ValueError(f"found {d_model=}, {num_heads=}")
        if rng is None:
            rng = np.random.default_rng()
        self.d_model, self.num_heads, self.d_k = d_model, num_heads, d_model // num_heads
        packed = rng.normal(scale=1 / np.sqrt(d_model), size=(d_model, 4 * d_model))
        self.w_q, self.w_k, self.w_v, self.w_o = np.split(packed, 4, axis=1)

    def _heads(self, x, w):
        y = x @ w
        y = y.reshape(y.shape[0], y.shape[1], self.num_heads, self.d_k)
        return y.swapaxes(1, 2).reshape(-1, y.shape[1], self.d_k)

    def forward(self, query, key=None, value=None, mask=None):
        key, value = [query if given is None else given for given in (key, value)]
        batch, n_queries, n_keys = len(query), query.shape[1], key.shape[1]
        q = self._heads(query, self.w_q) / self.d_k**0.5
        k = self._heads(key, self.w_k)
        v = self._heads(value, self.w_v)
        scores = np.matmul(q, k.transpose(0, 2, 1))
        hide = np.zeros(scores.shape, bool)
        if mask is not None:
            hide = ~np.broadcast_to(mask, (batch, self.num_heads, n_queries, n_keys)).reshape(scores.shape)
        weights = softmax(np.where(hide, -np.inf, scores))
        found = np.matmul(weights, v).reshape(batch, self.num_heads, n_queries, self.d_k)
        output = found.swapaxes(1, 2).reshape(batch, n_queries, self.d_model) @ self.w_o
        return output, weights.reshape(batch, self.num_heads, n_queries, n_keys)


@alternative("MultiHeadAttention")
class OutputsOfTheHeadsAddedUp:
    """Each head goes through its own rows of w_o, and the results are added: the same by the rules of matrix products."""

    def __init__(self, d_model, num_heads, rng=None):
        if d_model % num_heads != 0:
            raise ValueError(f"{d_model} % {num_heads} != 0")
        rng = np.random.RandomState() if rng is None else rng  # an older kind, with entropy of its own
        self.heads = num_heads
        self.w_q, self.w_k, self.w_v, self.w_o = (
            rng.normal(0.0, np.sqrt(1 / d_model), (d_model, d_model)) for _ in range(4)
        )

    def forward(self, query, key=None, value=None, mask=None):
        key = query if key is None else key
        value = query if value is None else value
        q, k, v = (split_heads(x @ w, self.heads) for x, w in [(query, self.w_q), (key, self.w_k), (value, self.w_v)])
        mask = np.array(True) if mask is None else mask
        weights = softmax(np.where(mask, (q @ np.moveaxis(k, -1, -2)) / np.sqrt(k.shape[-1]), -np.inf))
        rows = self.w_o.reshape(self.heads, -1, self.w_o.shape[1])
        return (weights @ v @ rows).sum(axis=1), weights


@alternative("MultiHeadAttention")
class QueriesAndKeysMultipliedFirst:
    """Scores through one matrix per head, W_q W_kᵀ, and values that go through W_v W_o at once; a class with properties."""

    def __init__(self, d_model, num_heads, rng=None):
        if d_model % num_heads:
            raise ValueError(f"got d_model {d_model} with num_heads {num_heads}")
        rng = np.random.default_rng() if rng is None else rng
        shape = (num_heads, d_model, d_model // num_heads)
        self._q, self._k, self._v = rng.normal(0, d_model**-0.5, size=(3, *shape))
        self._o = rng.normal(0, d_model**-0.5, size=(d_model, d_model))

    @staticmethod
    def _joined(w):
        return w.transpose(1, 0, 2).reshape(w.shape[1], -1)

    w_q = property(lambda self: self._joined(self._q))
    w_k = property(lambda self: self._joined(self._k))
    w_v = property(lambda self: self._joined(self._v))
    w_o = property(lambda self: self._o)

    def forward(self, query, key=None, value=None, mask=None):
        key, value = (query if x is None else x for x in (key, value))
        together = self._q @ self._k.swapaxes(-1, -2) / np.sqrt(self._q.shape[-1])
        scores = query[:, None] @ together @ key[:, None].swapaxes(-1, -2)
        if mask is not None:
            scores = np.where(mask, scores, -np.inf)
        weights = softmax(scores)
        through = self._v @ self._o.reshape(len(self._v), -1, len(self._o))
        return np.sum(weights @ (value[:, None] @ through), axis=1), weights


@alternative("MultiHeadAttention")
class LongAndCareful:
    """Checks everything first, converts everything first, and returns a list."""

    def __init__(self, d_model: int, num_heads: int, rng=None):
        self.d_k = d_model // num_heads
        if self.d_k * num_heads != d_model:
            raise ValueError(
                f"Expected num_heads to divide d_model, but found d_model = {d_model}, num_heads = {num_heads}."
            )
        if rng is None:
            rng = np.random.default_rng()
        self.num_heads = num_heads
        half = math.sqrt(12 / d_model) / 2
        self.w_q = rng.random((d_model, d_model)) * 2 * half - half
        self.w_k = rng.random((d_model, d_model)) * 2 * half - half
        self.w_v = rng.random((d_model, d_model)) * 2 * half - half
        self.w_o = rng.random((d_model, d_model)) * 2 * half - half

    def forward(self, query, key=None, value=None, mask=None):
        if key is None:
            key = query
        if value is None:
            value = query
        query = np.array(query, dtype=np.float64)
        key = np.array(key, dtype=np.float64)
        value = np.array(value, dtype=np.float64)
        for x in (query, key, value):
            if x.shape[2] != self.w_q.shape[0]:
                raise ValueError(f"Expected {self.w_q.shape[0]} columns, but found {x.shape[2]}.")
        if key.shape[1] != value.shape[1]:
            raise ValueError(f"Expected as many values as keys ({key.shape[1]}), but found {value.shape[1]}.")
        q = split_heads(np.dot(query, self.w_q), self.num_heads)
        k = split_heads(np.dot(key, self.w_k), self.num_heads)
        v = split_heads(np.dot(value, self.w_v), self.num_heads)
        scores = np.matmul(q, np.transpose(k, (0, 1, 3, 2)))
        scores /= math.sqrt(self.d_k)
        if mask is not None:
            np.copyto(scores, -np.inf, where=np.logical_not(mask))
        weights = softmax(scores)
        context = np.matmul(weights, v)
        return [np.dot(combine_heads(context), self.w_o), weights]
