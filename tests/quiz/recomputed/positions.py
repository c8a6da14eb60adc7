"""Unit 07."""

from __future__ import annotations

import cmath
import math

import torch

from autograder.quiz.kinds import Answer, Shown

from .patterns import printed_with, values


def sinusoidal(length: int, d_model: int) -> torch.Tensor:
    """Row by row, from the complex exponential."""
    waves = [
        [cmath.exp(1j * row / 10_000 ** (pair / d_model)) for pair in range(0, d_model, 2)] for row in range(length)
    ]
    return torch.tensor([[part for wave in row for part in (wave.imag, wave.real)] for row in waves])


def table_entry(shown: Shown) -> Answer:
    position, column = values(r"position (\d+) in column (\d+)", shown.text)
    return sinusoidal(position + 1, 4).double()[position, column].item()


def wavelength(shown: Shown) -> Answer:
    d_model, column = values(r"= (\d+)\$, after how many positions does column (\d+)", shown.text)
    divisor = math.exp(math.log(10_000) * column / d_model)
    return math.tau * divisor


def slice_of_the_table(shown: Shown) -> Answer:
    longest, d_model, words = values(r"shape `\((\d+), (\d+)\)`.*shape `(\(.*?\))`", shown.text)
    table = torch.zeros(longest, d_model)
    return tuple(table[: torch.zeros(words).shape[1]].shape)


def scaled_embedding(shown: Shown) -> Answer:
    value, d_model = values(r"begins with (-?[\d.]+)\. With .*? = (\d+)\$", shown.text)
    return value * d_model**0.5


def cost_of_one_hot(shown: Shown) -> Answer:
    words, vocabulary, d_model = values(r"(\d+) tokens are embedded.*?of (\d+) and (\d+) columns", shown.text)
    return sum(vocabulary for _ in range(words * d_model))


def first_row(shown: Shown) -> str:
    return printed_with(shown, sinusoidal_positions=sinusoidal)
