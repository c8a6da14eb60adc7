"""Unit 12."""

from __future__ import annotations

import math

import torch

from autograder.quiz.kinds import Answer, Shown

from .patterns import printed_with, values


def next_block(shown: Shown) -> Answer:
    pattern = r"score is (-?\d+), and .*? that, is ([\d.]+)\..*?score (-?\d+) and, .*? sum ([\d.]+)\."
    first_max, first_sum, second_max, second_sum = values(pattern, shown.text)
    whole = first_sum * math.exp(first_max) + second_sum * math.exp(second_max)
    return whole / math.exp(max(first_max, second_max))


def memory_of_the_scores(shown: Shown) -> Answer:
    length, heads = values(r"of (\d+) tokens, (\d+) heads", shown.text)
    scores = torch.empty(heads, length, length, dtype=torch.float32, device="meta")
    return scores.numel() * scores.element_size() / 1024**2


def projected_tokens(shown: Shown) -> Answer:
    (length,) = values(r"writes (\d+) tokens", shown.text)
    return sum(len(range(step)) for step in range(1, length + 1))


def numbers_in_the_caches(shown: Shown) -> Answer:
    layers, d_model, heads, length = values(
        r"of (\d+) layers with .*? = (\d+)\$ and (\d+) heads has written (\d+)", shown.text
    )
    keys = torch.empty(layers, heads, length, d_model // heads, device="meta")
    return keys.numel() + torch.empty_like(keys).numel()


def penalised_score(shown: Shown) -> Answer:
    length, log_probability = values(r"of (\d+) tokens, .*? log-probability (-[\d.]+)\.", shown.text)
    return log_probability * 6**0.6 / (5 + length) ** 0.6


def garden_path(shown: Shown) -> Answer:
    """The best of all sentences of two words: both first words, each with its likeliest second word or with all others together."""
    first = values(r"probability ([\d.]+) or `b` with ([\d.]+)\. After `a`", shown.text)
    second = values(r"second word has ([\d.]+), after `b` it has ([\d.]+);", shown.text)
    assert first[0] > first[1], "otherwise the greedy way would be the better one"
    assert sum(first) <= 1, "these are probabilities"
    sentences = {
        (word, likely): p * (q if likely else min(q, 1 - q))
        for word, p, q in zip("ab", first, second, strict=True)
        for likely in (True, False)
    }
    best = max(sentences, key=sentences.__getitem__)
    assert best == ("b", True)
    return sentences[best]


def running_maximum(shown: Shown) -> str:
    return printed_with(shown, math=math)
