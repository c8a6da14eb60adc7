"""Unit 05."""

from __future__ import annotations

import numpy as np
import torch

from autograder.quiz.kinds import Answer, Shown

from .patterns import printed_with, values


def split_heads(x, num_heads):
    return np.stack(np.split(x, num_heads, axis=-1), axis=1)


def combine_heads(x):
    return np.concatenate(list(np.moveaxis(x, 1, 0)), axis=-1)


def softmax(scores):
    return torch.softmax(torch.from_numpy(scores), -1).numpy()


def divisor(shown: Shown) -> Answer:
    d_model, heads = values(r"= (\d+)\$ and (\d+) heads", shown.text)
    columns = split_heads(np.zeros((1, 1, d_model)), heads).shape[-1]
    return columns**0.5


def head_of_a_column(shown: Shown) -> Answer:
    d_model, heads, column = values(r"Of (\d+) columns and (\d+) heads: which head gets column (\d+)", shown.text)
    x = np.zeros((1, 1, d_model))
    x[..., column] = 1
    return int(split_heads(x, heads).sum((0, 2, 3)).argmax())


def split_shape(shown: Shown) -> Answer:
    shape, heads = values(r"shape `(\(.*?\))`.*?split_heads\(x, (\d+)\)", shown.text)
    return split_heads(np.zeros(shape), heads).shape


def number_of_weights(shown: Shown) -> Answer:
    d_model, _ = values(r"= (\d+)\$ and (\d+) heads", shown.text)
    return sum(np.zeros((d_model, d_model)).size for _ in "qkvo")


def size_of_a_product(shown: Shown) -> Answer:
    d_model, factor = values(r"`w` has (\d+) rows, and entries of variance ([\d.]+) /", shown.text)
    return sum(factor / d_model for _ in range(d_model))


def split_numbers(shown: Shown) -> str:
    return printed_with(shown, split_heads=split_heads)


def way_of_the_shapes(shown: Shown) -> Answer:
    """The shapes are taken on their way; what is said of each tells apart those that occur twice."""
    (words,) = values(r"`(\(\d+, \d+, \d+\))`: the queries of all heads", " ".join(shown.options))
    (heads,) = values(r"with (\d+) heads", shown.text)
    q = np.zeros(words)
    cut = q.reshape(*words[:2], heads, -1)
    split = split_heads(q, heads)
    scores = split @ np.swapaxes(split, -1, -2)
    mixed = scores @ split
    way = [
        (q, "the queries of all heads"),
        (cut, "the columns are cut"),
        (split, "heads stand before words"),
        (scores, "every query has met"),
        (mixed, "has mixed its values"),
        (combine_heads(mixed), "side by side"),
    ]
    places = []
    for array, says in way:
        (place,) = [place for place, option in enumerate(shown.options) if says in option]
        assert shown.options[place].startswith(f"`{array.shape}`")
        places.append(place)
    return tuple(places)
