"""Right solutions of unit 01 as different students write them: every test must accept them."""

import cmath
import functools
import itertools
import math
import operator
from fractions import Fraction

import numpy as np

from autograder.toolkit.variants import alternative

# ---- dot


@alternative("dot")
def by_index(a, b):
    n, m = len(a), len(b)
    if n != m:
        raise ValueError(f"cannot multiply {n} numbers with {m}")
    total = 0.0
    for i in range(n):
        total = total + float(a[i]) * b[i]
    return total


@alternative("dot")
def on_whole_arrays(a, b):
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"shapes {a.shape} and {b.shape} differ")
    return (a * b).sum()


@alternative("dot")
def with_exact_rounding(a, b):
    if len(a) != len(b):
        raise ValueError(f"expected len(b) == {len(a)}, got {len(b)}")
    return math.fsum(map(operator.mul, map(float, a), map(float, b)))


@alternative("dot")
def backwards_with_reduce(a, b):
    if len(a) != len(b):
        raise ValueError(f"lengths {len(a)} != {len(b)}")
    terms = [float(x) * float(y) for x, y in zip(a, b)]
    return functools.reduce(operator.add, reversed(terms), 0.0)


@alternative("dot")
def in_fractions(a, b):
    """Exact arithmetic: slow, and as right as can be."""
    if len(a) != len(b):
        raise ValueError(f"lengths {len(a)} != {len(b)}")
    return float(sum((Fraction(float(x)) * Fraction(float(y)) for x, y in zip(a, b)), start=Fraction(0)))


@alternative("dot")
def with_iterators(a, b):
    if (found := len(b)) != (expected := len(a)):
        raise ValueError(f"b: found {found} components, expected {expected}")
    *_, last = itertools.accumulate((float(x) * float(y) for x, y in zip(a, b)), initial=0.0)
    return last


@alternative("dot")
def strict_pairs_with_own_message(a, b):
    try:
        return float(sum(float(x) * float(y) for x, y in zip(a, b, strict=True)))
    except ValueError:
        raise ValueError(f"{len(a)} components against {len(b)}") from None


# ---- norm


@alternative("norm")
def with_own_dot(a):
    return dot(a, a) ** 0.5


@alternative("norm")
def in_a_loop(a):
    total = 0.0
    for x in a:
        total += float(x) * float(x)
    return math.sqrt(total)


@alternative("norm")
def norm_on_whole_arrays(a):
    return np.sqrt(np.sum(np.square(np.asarray(a, dtype=np.float64))))


@alternative("norm")
def with_the_allowed_dot_product(a):
    numbers = np.array(a, dtype=float)
    return float(np.sqrt(numbers @ numbers))


@alternative("norm")
def scaled_by_the_largest(a):
    sizes = [abs(float(x)) for x in a]
    largest = max(sizes, default=0.0)
    if largest == 0.0:
        return 0.0
    return largest * math.sqrt(math.fsum((size / largest) ** 2 for size in sizes))


@alternative("norm")
def one_right_angle_at_a_time(a):
    length = 0.0
    for x in a:
        length = abs(complex(length, float(x)))
    return length


# ---- cosine_similarity


@alternative("cosine_similarity")
def with_own_functions(a, b):
    if len(a) != len(b):
        raise ValueError(f"a has {len(a)}, b has {len(b)} components")
    na, nb = norm(a), norm(b)
    if na == 0 or nb == 0:
        return 0.0
    return float(np.clip(dot(a, b) / (na * nb), -1.0, 1.0))


@alternative("cosine_similarity")
def of_unit_vectors(a, b):
    if len(a) != len(b):
        raise ValueError(f"a has {len(a)}, b has {len(b)} components")
    la, lb = norm(a), norm(b)
    if not la or not lb:
        return 0.0
    c = sum(float(x) / la * (float(y) / lb) for x, y in zip(a, b))
    return 1.0 if c > 1 else -1.0 if c < -1 else c


@alternative("cosine_similarity")
def with_the_library(a, b):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} against {b.shape}")
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    return np.float64(0.0) if lengths == 0 else np.clip(np.dot(a, b) / lengths, -1, 1)


@alternative("cosine_similarity")
def one_length_after_the_other(a, b):
    product = dot(a, b)
    try:
        quotient = product / norm(a) / norm(b)
    except ZeroDivisionError:
        return 0.0
    return min(max(quotient, -1.0), 1.0)


@alternative("cosine_similarity")
def without_a_branch_for_zeros(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)}")
    with np.errstate(invalid="ignore", divide="ignore"):
        unit_a, unit_b = (
            np.nan_to_num(np.asarray(v, dtype=float) / norm(v)) if len(v) else np.zeros(0) for v in (a, b)
        )
    return float(max(-1.0, min(1.0, np.sum(unit_a * unit_b))))


@alternative("cosine_similarity")
def from_sum_and_difference_of_unit_vectors(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)}")
    la, lb = norm(a), norm(b)
    if la == 0 or lb == 0:
        return 0.0
    u, v = [float(x) / la for x in a], [float(y) / lb for y in b]
    quarter = sum((x + y) ** 2 - (x - y) ** 2 for x, y in zip(u, v)) / 4
    return max(-1.0, min(1.0, quarter))


# ---- angle


@alternative("angle")
def from_the_cosine(a, b):
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("zero vector")
    return float(np.arccos(cosine_similarity(a, b)))


@alternative("angle")
def with_the_arc_tangent(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)}")
    la, lb = norm(a), norm(b)
    if la == 0 or lb == 0:
        raise ValueError("an arrow of length 0 has no direction")
    u, v = [float(x) / la for x in a], [float(y) / lb for y in b]
    return 2 * math.atan2(norm([x - y for x, y in zip(u, v)]), norm([x + y for x, y in zip(u, v)]))


@alternative("angle")
def with_clip(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape:
        raise ValueError(f"shapes {a.shape} and {b.shape}")
    if not a.any() or not b.any():
        raise ValueError("the zero vector has no direction")
    return np.arccos(np.clip(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)), -1, 1))


@alternative("angle")
def a_quarter_turn_minus_the_arc_sine(a, b):
    cosine = cosine_similarity(a, b)
    if not any(a) or not any(b):
        raise ValueError("all components are zero")
    return max(0.0, math.pi / 2 - math.asin(cosine))


@alternative("angle")
def from_the_chord(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} != {len(b)}")
    la, lb = norm(a), norm(b)
    if la * lb == 0:
        raise ValueError("length 0")
    chord = math.sqrt(sum((float(x) / la - float(y) / lb) ** 2 for x, y in zip(a, b)))
    return 2 * math.asin(min(1.0, chord / 2))


@alternative("angle")
def as_a_phase(a, b):
    cosine = cosine_similarity(a, b)
    if 0 in (norm(a), norm(b)):
        raise ValueError("no direction")
    return cmath.phase(complex(cosine, math.sqrt(1 - cosine * cosine)))


# ---- Vector


@alternative("Vector")
class KeepsATuple:
    def __init__(self, components):
        self.components = tuple(float(x) for x in components)

    def __len__(self):
        return len(self.components)

    def dot(self, other):
        if len(self) != len(other):
            raise ValueError(f"dimension {len(self)} against {len(other)}")
        return sum(x * y for x, y in zip(self.components, other.components))

    def norm(self):
        return self.dot(self) ** 0.5

    def cosine(self, other):
        if len(self) != len(other):
            raise ValueError(f"dimension {len(self)} against {len(other)}")
        if self.norm() == 0 or other.norm() == 0:
            return 0.0
        return max(min(self.dot(other) / self.norm() / other.norm(), 1.0), -1.0)


@alternative("Vector")
class AddsUpExactly:
    def __init__(self, components):
        self.components = components[:]

    def dot(self, other):
        if len(self.components) != len(other.components):
            raise ValueError(f"{len(self.components)} != {len(other.components)}")
        return math.fsum(x * y for x, y in zip(self.components, other.components))

    def norm(self):
        return math.sqrt(math.fsum(x * x for x in self.components))

    def cosine(self, other):
        product, lengths = self.dot(other), self.norm() * other.norm()
        if not lengths:
            return 0.0
        return min(1.0, max(-1.0, product / lengths))


@alternative("Vector")
class HidesItsComponents:
    def __init__(self, components):
        self._numbers = list(components)

    @property
    def components(self):
        return list(self._numbers)

    def dot(self, other):
        self._check(other)
        total = 0.0
        for i, x in enumerate(self._numbers):
            total += x * other.components[i]
        return total

    def norm(self):
        return math.hypot(*self._numbers)

    def cosine(self, other):
        self._check(other)
        mine, theirs = self.norm(), other.norm()
        if mine == 0.0 or theirs == 0.0:
            return 0.0
        cosine = sum(x / mine * (y / theirs) for x, y in zip(self._numbers, other.components))
        return math.copysign(1.0, cosine) if abs(cosine) > 1 else cosine

    def _check(self, other):
        if len(self._numbers) != len(other.components):
            raise ValueError(f"expected {len(self._numbers)} components, found {len(other.components)}")


@alternative("Vector")
class UsesTheFunctions:
    def __init__(self, components):
        self.components = components

    def dot(self, other):
        return dot(self.components, other.components)

    def norm(self):
        return norm(self.components)

    def cosine(self, other):
        return cosine_similarity(self.components, other.components)


@alternative("Vector")
class KnowsItsLengthFromTheStart:
    __slots__ = ("_length", "components")

    def __init__(self, components):
        self.components = [*components]
        self._length = sum(float(x) ** 2 for x in components) ** 0.5

    def dot(self, other):
        if len(other.components) != len(self.components):
            raise ValueError(f"{len(other.components)} instead of {len(self.components)}")
        return float(sum(map(operator.mul, self.components, other.components)))

    def norm(self):
        return self._length

    def cosine(self, other):
        product = self.dot(other)
        if self._length == 0 or other._length == 0:
            return 0.0
        return sorted((-1.0, product / (self._length * other._length), 1.0))[1]


# ---- cosine_similarity_matrix


@alternative("cosine_similarity_matrix")
def dividing_at_the_end(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"x has rows of {x.shape[1]}, y of {y.shape[1]}")
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    if y.dtype.kind != "f":
        y = y.astype(np.float64)
    lengths = np.linalg.norm(x, axis=1)[:, None] * np.linalg.norm(y, axis=1)[None, :]
    return np.divide(x @ y.T, lengths, out=np.zeros_like(lengths), where=lengths != 0)


@alternative("cosine_similarity_matrix")
def with_broadcasting(x, y):
    x, y = np.array(x), np.array(y)
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f"{x.shape} and {y.shape}")
    x = x if np.issubdtype(x.dtype, np.floating) else x.astype(float)
    y = y if np.issubdtype(y.dtype, np.floating) else y.astype(float)
    nx = np.sqrt((x**2).sum(-1, keepdims=True))
    ny = np.sqrt((y**2).sum(-1, keepdims=True))
    nx[nx == 0] = 1
    ny[ny == 0] = 1
    return ((x / nx)[:, None, :] * (y / ny)[None, :, :]).sum(-1)


@alternative("cosine_similarity_matrix")
def with_einsum(x, y):
    def floats(rows):
        rows = np.asarray(rows)
        return rows if rows.dtype.kind == "f" else rows.astype(np.float64)

    x, y = floats(x), floats(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"rows of x: {x.shape[1]} numbers, rows of y: {y.shape[1]}")
    with np.errstate(divide="ignore", invalid="ignore"):
        u = np.nan_to_num(x / np.sqrt(np.einsum("nd,nd->n", x, x))[:, None])
        v = np.nan_to_num(y / np.sqrt(np.einsum("md,md->m", y, y))[:, None])
    return np.clip(np.einsum("nd,md->nm", u, v), -1, 1)


@alternative("cosine_similarity_matrix")
def looping_over_features(x, y):
    """A loop over the d components is a loop, but not over rows."""
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} != {y.shape[1]}")
    dtype = np.result_type(x, y)
    dtype = dtype if dtype.kind == "f" else np.dtype(np.float64)
    x, y = x.astype(dtype), y.astype(dtype)
    products = np.zeros((x.shape[0], y.shape[0]), dtype)
    squares_x, squares_y = np.zeros(x.shape[0], dtype), np.zeros(y.shape[0], dtype)
    for column in range(x.shape[1]):
        products += np.multiply.outer(x[:, column], y[:, column])
        squares_x += x[:, column] ** 2
        squares_y += y[:, column] ** 2
    squares_x[squares_x == 0] = 1
    squares_y[squares_y == 0] = 1
    return products / np.sqrt(squares_x)[:, None] / np.sqrt(squares_y)


@alternative("cosine_similarity_matrix")
def cleaning_up_afterwards(x, y):
    x, y = np.asarray(x), np.asarray(y)
    x = x * 1.0 if x.dtype.kind != "f" else x
    y = y * 1.0 if y.dtype.kind != "f" else y
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} against {y.shape[1]}")
    with np.errstate(invalid="ignore", divide="ignore"):
        c = np.matmul(x / np.linalg.norm(x, axis=1)[:, np.newaxis], (y / np.linalg.norm(y, axis=1)[:, np.newaxis]).T)
    c[np.isnan(c)] = 0
    return c


@alternative("cosine_similarity_matrix")
def transposed_on_the_way(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"{x.shape[1]} against {y.shape[1]}")
    columns = []
    for rows in (x, y):
        rows = rows.astype(rows.dtype if rows.dtype.kind == "f" else float)
        lengths = np.sqrt(np.sum(np.abs(rows) ** 2, axis=1))
        columns.append(rows.T / np.where(lengths > 0, lengths, np.ones_like(lengths)))
    return np.dot(columns[1].T, columns[0]).T


# ---- most_similar


@alternative("most_similar")
def with_lexsort(query, keys, k=1):
    keys = np.asarray(keys)
    if k < 1 or k > keys.shape[0]:
        raise ValueError(f"k must lie between 1 and {keys.shape[0]}, not {k}")
    cosines = cosine_similarity_matrix(np.reshape(query, (1, -1)), keys).ravel()
    return np.lexsort((np.arange(len(cosines)), -cosines))[:k]


@alternative("most_similar")
def one_maximum_after_the_other(query, keys, k=1):
    """A loop over the k answers is not a loop over the keys."""
    cosines = cosine_similarity_matrix([query], keys)[0].copy()
    if not 0 < k <= len(cosines):
        raise ValueError(f"k={k}, but there are {len(cosines)} keys")
    best = []
    for _ in range(k):
        best.append(int(np.argmax(cosines)))
        cosines[best[-1]] = -np.inf
    return np.array(best)


@alternative("most_similar")
def turning_twice(query, keys, k=1):
    cosines = cosine_similarity_matrix(keys, [query])[:, 0]
    n = len(cosines)
    if k not in range(1, n + 1):
        raise ValueError(f"k = {k} is not in 1..{n}")
    return (n - 1 - np.argsort(cosines[::-1], kind="stable"))[::-1][:k]


@alternative("most_similar")
def on_its_own(query, keys, k=1):
    query, keys = np.asarray(query, dtype=float), np.asarray(keys, dtype=float)
    if keys.shape[1] != query.size:
        raise ValueError(f"query has {query.size} components, keys have {keys.shape[1]}")
    if not 1 <= k <= len(keys):
        raise ValueError(f"k is {k}, expected 1 to {len(keys)}")
    lengths = np.linalg.norm(keys, axis=1)
    products = keys @ (query / (np.linalg.norm(query) or 1.0))
    cosines = np.divide(products, lengths, out=np.zeros(len(keys)), where=lengths > 0)
    return np.argsort(-cosines, kind="mergesort")[:k].astype(np.int32)


@alternative("most_similar")
def without_the_querys_length(query, keys, k=1):
    """The query's length scales all cosines alike: leaving it out changes no order."""
    keys = np.asarray(keys, float)
    query = np.asarray(query, float)
    if query.shape != keys.shape[1:]:
        raise ValueError(f"{query.shape[0]} components against {keys.shape[1]}")
    if k < 1:
        raise ValueError(f"k must be positive, got {k}")
    if k > len(keys):
        raise ValueError(f"k = {k} is more than {len(keys)}")
    lengths = np.linalg.norm(keys, axis=1, keepdims=True)
    scores = (keys / np.where(lengths == 0, 1, lengths)) @ query
    return np.argsort(-scores, kind="stable")[0:k]
