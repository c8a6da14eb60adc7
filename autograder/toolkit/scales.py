"""The size S of the numbers that an operation's arithmetic really has: what rounding in its result is measured by.

    assert_agrees(student.softmax(x16), expected16, scale=softmax_scale(x))
    assert_agrees(student.attention(q16, k16, v16), expected16, scale=attention_scale(q, k, v), terms=q.shape[-1])

Every argument may be a NumPy array or a tensor, of any dtype.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def dot_scale(x: Any, y: Any) -> Any:
    """Of a dot product or cosine's numerator along the last axis: Σ|xᵢyᵢ|, whatever cancels in the sum itself."""
    return np.sum(np.abs(_numbers(x) * _numbers(y)), -1)


def softmax_scale(x: Any, axis: int = -1) -> float:
    """The largest share times 1 + max|x|: an error in a score is multiplied by the share."""
    scores = _numbers(x)
    shares = np.exp(scores - np.max(scores, axis, keepdims=True))
    return float(np.max(shares / shares.sum(axis, keepdims=True))) * (1 + float(np.max(np.abs(scores))))


def attention_scale(q: Any, k: Any, v: Any) -> float:
    """max|v| · (1 + the largest Σ|q||k| / √d_k): the scores' errors, carried on to the values."""
    queries, keys = np.abs(_numbers(q)), np.abs(_numbers(k))
    largest_score = float(np.max(queries @ np.swapaxes(keys, -2, -1))) / math.sqrt(queries.shape[-1])
    return float(np.max(np.abs(_numbers(v)))) * (1 + largest_score)


def layer_norm_scale(x: Any, normalised: Any, eps: float = 1e-5) -> Any:
    """For each entry (1 + max|x| / √(var + eps)) · (1 + |result|): a row with a large mean loses digits when that is taken away."""
    rows = _numbers(x)
    amplified = 1 + np.max(np.abs(rows), -1, keepdims=True) / np.sqrt(rows.var(-1, keepdims=True) + eps)
    return amplified * (1 + np.abs(_numbers(normalised)))


def position_scale(length: int) -> float:
    """Of sines of angles up to `length`: an angle is as exact as it is large."""
    return float(1 + length)


def _numbers(value: Any) -> Any:
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        value = value.double().numpy() if value.is_floating_point() else value.numpy()
    return np.asarray(value, np.float64)
