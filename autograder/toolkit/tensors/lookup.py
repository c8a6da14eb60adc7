"""A language model small enough to be written down: `student.beam_search(Lookup(table), bos=0, eos=1, …)`.

It is given prefixes, each a row of tokens, and answers for each with a row of a table. A submission that it is given to asks it where
the table is, and sees no more than the answers (`autograder.judge.asking`); so it takes nothing for granted of what it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

START = 1
MAX_LENGTH = 1_000


@dataclass(frozen=True, eq=False)
class Lookup:
    """A function of prefixes `(m, n)` int64, whose answers `(m, vocab)` are rows of `table`. Which row, the whole prefix decides.

    table: a floating-point tensor (rows, vocab).
    base: the number of a prefix begins as 1; each token makes `(number · base + token) mod rows` of it, and the last one is the row.
        0: only the last token counts. The size of the vocabulary, and a table that is large enough: each prefix has a row of its own.
    """

    table: torch.Tensor
    base: int = 0

    def __call__(self, prefixes: Any) -> torch.Tensor:
        """Raises ValueError for what no model could read."""
        rows, vocab = self.table.shape
        if type(prefixes) is not torch.Tensor or prefixes.dtype != torch.int64 or prefixes.dim() != 2:
            raise ValueError(
                f"log_probs takes prefixes as an int64 tensor of shape (m, n), found {_described(prefixes)}"
            )
        length = prefixes.shape[1]
        if not 1 <= length <= MAX_LENGTH:
            raise ValueError(f"log_probs takes prefixes of 1 to {MAX_LENGTH} tokens, bos first, found {length}")
        if prefixes.numel() and (int(prefixes.min()) < 0 or int(prefixes.max()) >= vocab):
            strangers = prefixes[(prefixes < 0) | (prefixes >= vocab)]
            raise ValueError(f"log_probs knows the tokens 0 to {vocab - 1}, found {strangers[:5].tolist()}")
        number = torch.full_like(prefixes[:, 0], START)
        for place in range(length):
            number = (number * self.base + prefixes[:, place]) % rows
        return self.table.index_select(0, number)

    def __repr__(self) -> str:
        asked = "their last tokens" if self.base == 0 else "whole prefixes"
        return f"<a function of prefixes (m, n): log-probabilities (m, {self.table.shape[1]}) that depend on {asked}>"


def _described(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return type(value).__name__ if shape is None else f"{value.dtype} of shape {tuple(shape)}"
