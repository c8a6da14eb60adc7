"""Ready-made versions of this unit's functions, built on library calls.

Where a function of yours is not right yet, these take its place while the exercises that build on it are tried.
"""

# Names are imported one by one: what is called here is no call of yours, so it must not be counted as forbidden.
from math import acos

from numpy import array, asarray, clip, finfo, float64, matmul, maximum
from numpy import dot as numpy_dot
from numpy.linalg import norm as numpy_norm


def dot(a, b):
    return float(numpy_dot(asarray(a, float64), asarray(b, float64)))


def norm(a):
    return float(numpy_norm(asarray(a, float64)))


def cosine_similarity(a, b):
    return float(clip(dot(_unit(a), _unit(b)), -1, 1))


def angle(a, b):
    if not (norm(a) and norm(b)):
        raise ValueError("there is no angle with a vector of zeros")
    return acos(cosine_similarity(a, b))


class Vector:
    def __init__(self, components):
        self.components = list(components)

    def dot(self, other):
        return dot(self.components, other.components)

    def norm(self):
        return norm(self.components)

    def cosine(self, other):
        return cosine_similarity(self.components, other.components)


def cosine_similarity_matrix(x, y):
    return matmul(_unit(x), _unit(y).T)


def most_similar(query, keys, k=1):
    if k not in range(1, len(keys) + 1):
        raise ValueError(f"k is {k}, and there are {len(keys)} keys")
    cosines = cosine_similarity_matrix([query], keys)[0]
    return array(sorted(range(len(keys)), key=lambda row: -cosines[row])[:k])


def _unit(rows):
    """Rows brought to length 1; rows of zeros stay zeros."""
    numbers = asarray(rows)
    if numbers.dtype.kind != "f":
        numbers = numbers.astype(float64)
    return numbers / maximum(numpy_norm(numbers, axis=-1, keepdims=True), finfo(numbers.dtype).tiny)
