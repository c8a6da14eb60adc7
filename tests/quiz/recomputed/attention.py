"""Unit 03."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from autograder.quiz.kinds import Answer, Shown

from .patterns import printed_with, values


def scaled_score(shown: Shown) -> Answer:
    query, key = values(r"query (\[.*?\]) meets a key (\[.*?\])", shown.text)
    return float(np.dot(query, key) / np.sqrt(len(key)))


def output_shape(shown: Shown) -> Answer:
    q, k, v = values(r"`q` has the shape `(.*?)`, `k` the shape `(.*?)`, `v` the shape `(.*?)`", shown.text)
    return tuple(F.scaled_dot_product_attention(torch.zeros(q), torch.zeros(k), torch.zeros(v)).shape)


def mixture(shown: Shown) -> Answer:
    weights, *rows = values(r"weights (\[.*?\]) over .*? are (\[.*?\]), (\[.*?\]) and (\[.*?\])\.", shown.text)
    return float((np.array(weights) @ np.array(rows))[1])


def equal_keys(shown: Shown) -> Answer:
    count, column = values(r"All (\d+) keys .*?, are (\[.*?\])", shown.text)
    q, k = torch.randn(1, 3, dtype=torch.float64), torch.ones(count, 3, dtype=torch.float64)
    return F.scaled_dot_product_attention(q, k, torch.tensor(column, dtype=torch.float64)[:, None]).item()


def cost_of_projection(shown: Shown) -> Answer:
    pattern = r"keys with (\d+) columns and values with (\d+) columns, of (\d+) words with (\d+) columns"
    d_k, d_v, words, d_model = values(pattern, shown.text)
    return sum(d_model for width in (d_k, d_k, d_v) for _ in range(words) for _ in range(width))


def weighted_shape(shown: Shown) -> str:
    return printed_with(shown, weighted_values=lambda weights, v: np.einsum("qk,kd->qkd", weights, v))
