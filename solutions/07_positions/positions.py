# %% [markdown]
# # 07 · Positions: word order
#
# Take your attention from unit 06 and shuffle the words of a sentence: each word gets exactly the output it had before,
# only in its new place. Attention compares every word with every other and has no idea where they stand. “The dog bites
# the man” and “the man bites the dog” are the same to it.
#
# So the Transformer **tells each word where it stands**: before the first layer, a row of numbers that belongs to the
# position is added to the word's own row (Vaswani et al. 2017, section 3.5).
#
# ```
#     word        its row (d_model numbers)       position       its row
#     "the"       [ 0.4  -1.2   0.1   0.7 ]   +      0           [ 0.00  1.00  0.00  1.00 ]
#     "dog"       [ 1.3   0.2  -0.5   0.9 ]   +      1           [ 0.84  0.54  0.01  1.00 ]
#     "bites"     [ 0.0   0.8   2.0  -0.3 ]   +      2           [ 0.91 -0.42  0.02  1.00 ]
# ```
#
# You build that table, the module that adds it, and the module that turns words into rows in the first place.
#
# **How to work.** Replace each `raise NotImplementedError(...)` by your code, run the cell, run the check below it. The
# docstring says all that is asked; the help is there to unfold. What all code shares (PyTorch's default dtype, its random
# seed, whether gradients are recorded) is left as it was, and decides nothing beyond what a docstring says.

# %%
import math

import torch
from torch import nn

from autograder import check, plot_positions

# %% [markdown]
# ## 1 · `sinusoidal_positions`
#
# Difficulty ●●●○○ · about 25 minutes
#
# How would you write down a position so that a model can compute with it? A single number 0, 1, 2, … grows without end.
# The paper uses **clocks** instead. Each pair of columns is the hand of one clock, given by the sine and the cosine of
# its angle; the first clock is fast, each further one slower:
#
# $$\text{column } 2i:\; \sin\!\left(\frac{pos}{10000^{2i/d_\text{model}}}\right)
# \qquad
# \text{column } 2i+1:\; \cos\!\left(\frac{pos}{10000^{2i/d_\text{model}}}\right)$$
#
# Both columns of a pair have the **same** angle. With $d_\text{model} = 4$ there are two clocks:
#
# | pair | columns | angle at position $pos$ |
# |:-:|:-:|:--|
# | $i = 0$ | 0 and 1 | $pos / 10000^{0/4} = pos$ |
# | $i = 1$ | 2 and 3 | $pos / 10000^{2/4} = pos / 100$ |
#
# **By hand**, the first three rows:
#
# | position | $\sin(pos)$ | $\cos(pos)$ | $\sin(pos/100)$ | $\cos(pos/100)$ |
# |:-:|--:|--:|--:|--:|
# | 0 | 0 | 1 | 0 | 1 |
# | 1 | 0.8415 | 0.5403 | 0.0100 | 0.99995 |
# | 2 | 0.9093 | −0.4161 | 0.0200 | 0.9998 |

# %% [markdown]
# <details><summary>Hint</summary>
#
# Two small tensors are enough: the positions as a column, and what each clock divides by as a row. One operation on both
# gives the angles of all clocks at all positions. Then only sine and cosine have to find their columns: which columns does
# `table[:, 0::2]` stand for?
#
# </details>
#
# <details><summary>Help: all cosines are right in the first pair only</summary>
#
# Which exponent did you use in the odd columns? Column 3 belongs to the same clock as column 2: the exponent counts pairs,
# not columns.
#
# </details>
#
# <details><summary>Help: the left half are sines, the right half cosines</summary>
#
# Joining two blocks puts one beside the other. Here they take turns: column 0 sine, column 1 cosine, column 2 sine, …
#
# </details>
#
# <details><summary>Help: “The expanded size of the tensor (2) must match the existing size (3)”</summary>
#
# With an odd `d_model` there is a sine without its cosine. The docstring says what should happen then, and before
# anything else is computed.
#
# </details>
#
# <details><summary>Question</summary>
#
# Going $k$ positions on turns each clock's hand by a fixed angle, wherever you start. How could a linear layer, which can
# turn a pair of numbers by an angle, look “three words to the left”?
#
# </details>


# %% solution="sinusoidal_positions"
def sinusoidal_positions(length, d_model):
    """The table of positions: a row for each position, sines and cosines taking turns.

    Args:
        length: how many positions, from 0 on; an int, 0 or more.
        d_model: how many columns; an even int.

    Returns:
        A tensor (length, d_model) of PyTorch's default dtype. Column 2i of row pos holds the
        sine, column 2i + 1 the cosine of pos / 10000^(2i / d_model). In float32 an angle is as
        exact as it is large, so that an error of 0.003 at position 5000 is right.

    Raises:
        ValueError: d_model is odd; the message names it.

    All positions and columns are computed together: no Python loop over either.
    Not asked about: another default dtype than float32, and whether two calls share a tensor.
    Source: Vaswani et al. 2017, section 3.5.
    """
    ### BEGIN SOLUTION
    if d_model % 2 != 0:
        raise ValueError(f"d_model is {d_model}, expected an even number: each sine has its cosine")
    positions = torch.arange(length, dtype=torch.get_default_dtype()).unsqueeze(1)
    pairs = torch.arange(0, d_model, 2, dtype=torch.get_default_dtype())
    angles = positions * torch.exp(pairs * (-math.log(10000.0) / d_model))
    table = torch.empty(length, d_model)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles)
    return table
    ### END SOLUTION


# %% check="sinusoidal_positions" points=6
check(sinusoidal_positions)

# %% [markdown]
# ### The pattern
#
# Run the next cell for a picture of your table: 100 positions with 64 columns. On the left the fast clocks, which tell
# neighbours apart; on the right the slow ones, which tell the beginning of a text from its end. Like the digits of a
# number, read from the last to the first.


# %%
def show_positions():
    """Draws the table, once there is one."""
    try:
        return plot_positions(sinusoidal_positions(100, 64), "sinusoidal_positions(100, 64)")
    except NotImplementedError:
        print("Write sinusoidal_positions first, then run this cell again.")


show_positions()

# %% [markdown]
# ## 2 · `PositionalEncoding`
#
# Difficulty ●●●○○ · about 25 minutes
#
# A module that adds the table to the words. **Added, not set beside them**: the width stays `d_model`, and the model
# learns to keep the two apart. After the sum comes dropout, as the paper does it (section 5.4).
#
# ```
#     x       (batch, n, d_model)     n words of each sentence
#     table          (n, d_model)     the first n rows of the table, the same for every sentence
#     x + table                       then dropout
# ```
#
# The table is **not learned**, so it is no `nn.Parameter`. But it belongs to the module: it has to go along when the
# module moves to the GPU. For tensors like that PyTorch has **buffers**: look up `register_buffer`.
#
# The table is made **once**, when the module is made, for `max_length` positions. Each call only takes the rows it needs.

# %% [markdown]
# <details><summary>Hint</summary>
#
# `__init__` makes the table with your function and registers it under its name. `forward` has three things to do: see that
# there are enough rows, add the right ones, drop.
#
# </details>
#
# <details><summary>Help: “Expected all tensors to be on the same device”</summary>
#
# The words are on the GPU, the table is still on the CPU. A tensor that is kept as a plain attribute, `self.table = ...`,
# is not moved by `.to(device)`. A buffer is.
#
# </details>
#
# <details><summary>Help: a module of float16 gives float32</summary>
#
# A sum of float16 and float32 is float32. The words decide: what comes out is of their dtype.
#
# </details>
#
# <details><summary>Question</summary>
#
# What would be lost if the table were a parameter that is learned, for a text that is longer than all texts in training?
#
# </details>


# %% solution="PositionalEncoding"
class PositionalEncoding(nn.Module):
    """Adds to every word the row of its position, then drops.

    Args:
        d_model: the columns of a word; even.
        max_length: the longest sentence there will be.
        dropout: the share of entries that is dropped in training, from the sum; 0 or more and
            less than 1.

    Attributes:
        table: a buffer (max_length, d_model) with the sinusoidal positions, made once. A leading
            axis of 1 is fine, and so is a buffer that `state_dict()` leaves out. There is nothing
            to be learned.

    Source: Vaswani et al. 2017, sections 3.5 and 5.4.
    """

    def __init__(self, d_model, max_length=5000, dropout=0.1):
        ### BEGIN SOLUTION
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(max_length, d_model))
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(self, x):
        """Tell the words where they stand.

        Args:
            x: a floating-point tensor (batch, n, d_model) of any such dtype, on the module's
                device. It is not changed.

        Returns:
            A tensor of x's shape, dtype and device: x plus row p of the table at position p of
            every sentence; in training, after dropout. x loses no digits, also where it has more
            of them than the table.

        Raises:
            ValueError: n is more than max_length; the message names both.
        """
        ### BEGIN SOLUTION
        length, max_length = x.shape[-2], self.table.shape[0]
        if length > max_length:
            raise ValueError(f"the sentences are {length} words long, expected at most max_length = {max_length}")
        return self.dropout(x + self.table[:length].to(x.dtype))
        ### END SOLUTION


# %% check="PositionalEncoding" points=7
check(PositionalEncoding)

# %% [markdown]
# ## 3 · `TokenEmbedding`
#
# Difficulty ●●○○○ · about 15 minutes
#
# A model reads **tokens**: whole numbers, one for each word of its vocabulary. An embedding is a table with a row for each
# of them, and those rows are learned. Looking a token up is taking its row. The paper multiplies the rows by
# $\sqrt{d_\text{model}}$ (section 3.4), so that they are not drowned by the positions that are added next.
#
# Mathematically that is a product with **one-hot** rows, a 1 at the token and 0 elsewhere:
#
# $$\begin{pmatrix} 0 & 0 & 1 \\ 1 & 0 & 0 \end{pmatrix}
# \begin{pmatrix} 1 & 2 & 3 & 4 \\ 5 & 6 & 7 & 8 \\ 9 & 10 & 11 & 12 \end{pmatrix}
# = \begin{pmatrix} 9 & 10 & 11 & 12 \\ 1 & 2 & 3 & 4 \end{pmatrix}
# \quad\text{for the tokens } 2, 0$$
#
# and with $d_\text{model} = 4$ everything times $\sqrt 4 = 2$: `[[18, 20, 22, 24], [2, 4, 6, 8]]`. But nobody multiplies by
# all those zeros: with 37,000 words, a lookup moves one row where the product moves 37,000.

# %% [markdown]
# <details><summary>Hint</summary>
#
# A tensor can be indexed by a tensor of whole numbers, of any shape. What has to be an `nn.Parameter` here?
#
# </details>
#
# <details><summary>Help: “expected m1 and m2 to have the same dtype, but got: long int != float”</summary>
#
# Tokens are names, not amounts: they are never multiplied. They say *which* row.
#
# </details>
#
# <details><summary>Question</summary>
#
# After one training step on the tokens 2 and 0, which rows of the table have changed?
#
# </details>


# %% solution="TokenEmbedding"
class TokenEmbedding(nn.Module):
    """A learned row for each token of the vocabulary.

    Args:
        vocab_size: how many tokens there are; they are the numbers 0 to vocab_size - 1.
        d_model: the columns of a row.

    Attributes:
        weight: an nn.Parameter (vocab_size, d_model). How it begins is up to you. There are no
            other parameters.

    Source: Vaswani et al. 2017, section 3.4.
    """

    def __init__(self, vocab_size, d_model):
        ### BEGIN SOLUTION
        super().__init__()
        # Rows of length about 1: times √d_model, an entry is about as large as a sine.
        self.weight = nn.Parameter(torch.randn(vocab_size, d_model) * d_model**-0.5)
        ### END SOLUTION

    def forward(self, tokens):
        """The rows of the tokens, times √d_model.

        Args:
            tokens: an int64 tensor (...) of token numbers, such as (batch, n).

        Returns:
            A tensor (..., d_model) of the weight's dtype, on its device: row `token` of the weight
            times √d_model. Rows are looked up: no one-hot tensor is made.

        Not asked about: no tokens at all.
        """
        ### BEGIN SOLUTION
        return self.weight[tokens] * math.sqrt(self.weight.shape[1])
        ### END SOLUTION


# %% check="TokenEmbedding" points=5
check(TokenEmbedding)

# %% [markdown]
# ## What you have now
#
# Tokens become rows, and rows know where they stand: `PositionalEncoding(d)(TokenEmbedding(v, d)(tokens))` is what enters
# the first layer of the encoder and of the decoder (units 09 to 11). What keeps many such layers trainable comes next.
