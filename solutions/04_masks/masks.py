# %% [markdown]
# # 04 · Masks: what may be looked at
#
# In unit 03 every query looked at every key. Twice a Transformer must not do that:
#
# - Sentences differ in length, arrays do not. Short sentences are padded, and the **padding** must not be looked at.
# - A decoder learns to guess the next word. It must not look at the words that come **after**, or it would copy them.
#
# Both are said with a **mask**: an array of `True` (this key may be looked at) and `False` (it is hidden).
#
# ```
#   █ may be looked at         the padding is hidden          the future is hidden
#   · is hidden                k0 k1 k2 pad  pad             k0 k1 k2 k3 k4
#                     query 0   █  █  █   ·    ·              █  ·  ·  ·  ·
#                     query 1   █  █  █   ·    ·              █  █  ·  ·  ·
#                     query 2   █  █  █   ·    ·              █  █  █  ·  ·
# ```
#
# You build the masks first, and then an attention that obeys them.
#
# **How to work.** Each exercise has a short text, help to unfold, a cell with an empty function and a cell that checks
# it. Replace `raise NotImplementedError(...)` by your code, run the cell, run the check below it, and repeat until it is
# green. The docstring says everything that is asked of the function.

# %%
import math

import numpy as np

from autograder import check

# %% [markdown]
# ## 1 · `pad_sequences`
#
# Difficulty ●●○○○ · about 15 minutes
#
# A sentence reaches the model as a list of whole numbers, its **token ids**. Many sentences at once go into one array, a
# **batch**, and an array is rectangular. So the short ones are padded on the right with an id that no word has, `pad`:
#
# ```
#    [[7, 3, 9, 4],             7  3  9  4            7  3  9
#     [5],              ──►     5  0  0  0      or    5  0  0
#     [8, 6]]                   8  6  0  0            8  6  0
#    a list of lists           length=None           length=3
# ```
#
# Without `length` the longest sentence decides. With `length` every row is made exactly that long: what is too long
# keeps its left part.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Find out how long the rows will be before anything else. Then you can begin with an array that is nothing but padding,
# and write each sentence over the left of its row.
#
# </details>
#
# <details><summary>Help: “max() arg is an empty sequence”</summary>
#
# A batch without sentences has no longest one. What does `max` do with the argument `default`?
#
# </details>
#
# <details><summary>Help: the result is float64, or has the shape (0,)</summary>
#
# `np.array([])` and `np.zeros(...)` are `float64` unless they are told otherwise, and `np.array([])` cannot know how long
# the rows would have been. Say shape and `dtype` yourself.
#
# </details>
#
# <details><summary>Help: “inhomogeneous shape after 1 dimensions”</summary>
#
# `np.array` was given lists of different lengths. They have to be equally long before they become an array.
#
# </details>
#
# <details><summary>Question</summary>
#
# A batch has one sentence of 500 tokens and 63 of 10. What part of the array is padding? How would you sort a data set
# into batches?
#
# </details>


# %% solution="pad_sequences"
def pad_sequences(sequences, length=None, pad=0):
    """Put sentences of different lengths into one array, padded on the right.

    Args:
        sequences: a list of sentences, each a list of token ids (whole numbers).
            Sentences may be empty, and so may the whole list. Neither it nor the lists in
            it are changed.
        length: how long each row becomes, a whole number from 0 on. None: as long as the
            longest sentence.
        pad: the id to pad with, any whole number.

    Returns:
        An int64 array of shape (len(sequences), length), one sentence a row, on the left
        of it. Of a sentence that is too long the first `length` ids are kept. Without
        sentences the shape is (0, length), or (0, 0) if length is None.

    Not asked about: a negative length.
    """
    ### BEGIN SOLUTION
    if length is None:
        length = max(map(len, sequences), default=0)
    batch = np.full((len(sequences), length), pad, dtype=np.int64)
    for row, sequence in zip(batch, sequences, strict=True):
        kept = sequence[:length]
        row[: len(kept)] = kept
    return batch
    ### END SOLUTION


# %% check="pad_sequences" points=6
check(pad_sequences)

# %% [markdown]
# ## 2 · `padding_mask`
#
# Difficulty ●○○○○ · about 10 minutes
#
# From now on the array is all there is: which of its ids are words, and which are padding?
#
# ```
#    tokens   7  3  9  4            █  █  █  █
#             5  0  0  0     ──►    █  ·  ·  ·
#             8  6  0  0            █  █  ·  ·
# ```
#
# **Why four dimensions.** The mask will be laid over scores of the shape `(batch, heads, n_queries, n_keys)` (several
# heads look at the same sentence, unit 05). Whether a key is padding depends on the sentence and on the key, and on nothing
# else. The axes that it does not depend on get the length 1, and NumPy repeats them:
#
# | | sentence | head | query | key |
# |---|---|---|---|---|
# | scores | `batch` | `heads` | `n_queries` | `n_keys` |
# | mask | `batch` | 1 | 1 | `n` |

# %% [markdown]
# <details><summary>Hint</summary>
#
# A comparison of an array with a number is an array of `True` and `False`, of the same shape. Then two axes are missing:
# look up `np.newaxis` (or `reshape`), and count where each of them goes.
#
# </details>
#
# <details><summary>Help: “has shape (3, 4), expected (3, 1, 1, 4)”</summary>
#
# The values may be right. Which of the four axes of the table have you got, and between which two are the others?
#
# </details>
#
# <details><summary>Help: it works for pad=0 and for nothing else</summary>
#
# The padding is whatever `pad` says, also -1 or 9, and then 0 may be the id of a word.
#
# </details>
#
# <details><summary>Question</summary>
#
# The mask says which *keys* are hidden. What happens to a *query* that is padding? Does it do any harm that it looks at words?
#
# </details>


# %% solution="padding_mask"
def padding_mask(tokens, pad=0):
    """Which keys are words (True), and which are padding (False).

    Args:
        tokens: token ids, an array of shape (batch, n) of any integer type. It is not
            changed. batch and n may be 0.
        pad: the id that is padding, wherever it stands in a row.

    Returns:
        A bool array of shape (batch, 1, 1, n), to be laid over scores
        (batch, heads, n_queries, n_keys): True where the token is not pad.
    """
    ### BEGIN SOLUTION
    return (tokens != pad)[:, np.newaxis, np.newaxis, :]
    ### END SOLUTION


# %% check="padding_mask" points=4
check(padding_mask)

# %% [markdown]
# ## 3 · `causal_mask`
#
# Difficulty ●○○○○ · about 5 minutes
#
# In training the decoder reads the whole sentence at once, and at each position guesses the word that follows. Position $i$
# may use what came before it and itself, so query $i$ sees key $j$ if and only if $j \le i$ (the paper, section 3.2.3):
#
# | | key 0 “the” | key 1 “cat” | key 2 “sat” | key 3 “down” | has to guess |
# |---|:-:|:-:|:-:|:-:|---|
# | query 0 “the” | █ | · | · | · | cat |
# | query 1 “cat” | █ | █ | · | · | sat |
# | query 2 “sat” | █ | █ | █ | · | down |
# | query 3 “down” | █ | █ | █ | █ | *(end)* |
#
# Rows are queries, columns are keys. **Causal** means: nothing has an effect on what came before it.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Number the queries down a column and the keys along a row. Comparing a column with a row compares each with each. Or
# find out what NumPy has to say about triangles.
#
# </details>
#
# <details><summary>Help: “has dtype float64, expected bool”</summary>
#
# Ones and zeros look like a mask, but they are numbers: `~mask` is an error for them, and `array[mask]` picks by position.
# Ask for `bool` when you make the array, or compare.
#
# </details>
#
# <details><summary>Question</summary>
#
# The word that query 1 has to guess is “sat”, at position 2. What would the model learn if it were allowed to look at key 2?
# How would you notice: in training, or when it has to write by itself?
#
# </details>


# %% solution="causal_mask"
def causal_mask(n):
    """Which keys each query may look at, if nobody may look ahead.

    Args:
        n: the number of positions, a whole number from 0 on. They are queries and keys at
            the same time.

    Returns:
        A bool array of shape (n, n), one row for each query and one column for each key:
        True where the key does not come after the query, on the diagonal too.

    Source: Vaswani et al. 2017, section 3.2.3.
    """
    ### BEGIN SOLUTION
    return np.tri(n, dtype=bool)  # AIAYN 3.2.3: a position attends to all positions up to and including itself
    ### END SOLUTION


# %% check="causal_mask" points=4
check(causal_mask)

# %% [markdown]
# ## 4 · `decoder_mask`
#
# Difficulty ●●○○○ · about 10 minutes
#
# The decoder's sentences are padded too. A key may be looked at only if it is a word **and** does not lie ahead:
#
# ```
#   tokens = [[5, 8, 0]]
#
#     the padding is hidden     the future is hidden      both are hidden
#           █  █  ·                   █  ·  ·                  █  ·  ·
#           █  █  ·                   █  █  ·                  █  █  ·
#           █  █  ·                   █  █  █                  █  █  ·
#
#        (batch, 1, 1, n)              (n, n)             (batch, 1, n, n)
# ```
#
# Two masks of different shapes meet here. NumPy lines their axes up from the **right** and repeats what has length 1
# (*broadcasting*). Write the shapes below one another, and see what comes out.

# %% [markdown]
# <details><summary>Hint</summary>
#
# You have both masks already. For single truth values Python has a word that is true if both sides are; for arrays there is an
# operator that does the same entry by entry.
#
# </details>
#
# <details><summary>Help: “The truth value of an array with more than one element is ambiguous”</summary>
#
# `and` and `or` ask whether a whole array is true, which makes no sense for many values. Arrays have operators of their own.
#
# </details>
#
# <details><summary>Help: rows of nothing but hidden keys</summary>
#
# If the mask hides the *rows* of the padding, it was turned by a quarter: the padding is hidden as a key, for every
# query. What a query that is padding sees is of no interest. (A row of hidden keys is right only where the row of tokens
# begins with padding.)
#
# </details>
#
# <details><summary>Question</summary>
#
# Padding on the right comes after all the words of its sentence. Is the padding mask needed at all in a causal decoder, then, for
# the queries that are words? And if the padding were on the left?
#
# </details>


# %% solution="decoder_mask"
def decoder_mask(tokens, pad=0):
    """Which keys each query of a decoder may look at: words that do not come after it.

    Args:
        tokens: token ids, an array of shape (batch, n) of any integer type. It is not
            changed. batch and n may be 0.
        pad: the id that is padding, wherever it stands in a row.

    Returns:
        A bool array of shape (batch, 1, n, n), to be laid over scores
        (batch, heads, n_queries, n_keys): True where the key is not pad and does not come
        after the query. Each sentence has a mask of its own.

    Source: Vaswani et al. 2017, section 3.2.3.
    """
    ### BEGIN SOLUTION
    return padding_mask(tokens, pad) & causal_mask(tokens.shape[1])
    ### END SOLUTION


# %% check="decoder_mask" points=5
check(decoder_mask)

# %% [markdown]
# ## 5 · `masked_softmax`
#
# Difficulty ●●●○○ · about 20 minutes
#
# A hidden key gets the weight 0, and the keys that are left share the whole 1 among them:
#
# $$w_j = \frac{m_j\, e^{s_j}}{\sum_k m_k\, e^{s_k}} \qquad m_j = 1 \text{ if key } j \text{ may be looked at, else } 0$$
#
# By hand, for the scores $0$, $\ln 3$ and $\ln 4$, the last of them hidden:
#
# | | $e^0 = 1$ | $e^{\ln 3} = 3$ | $e^{\ln 4} = 4$ | sum |
# |---|--:|--:|--:|--:|
# | softmax of all three | 1/8 | 3/8 | 4/8 | 1 |
# | … with the hidden weight deleted | 1/8 | 3/8 | 0 | **1/2**: half of the attention is lost |
# | what is wanted | **1/4** | **3/4** | **0** | 1 |
#
# **Two promises that are easy to break.**
# - A hidden score has *no* influence, however large it is, and a visible score takes part, however small it is.
# - When all keys of a slice are hidden, all its weights are 0. It happens: a sentence of nothing but padding.

# %% [markdown]
# Given: your `softmax` from unit 02, in three lines. It keeps what was promised there, for floating-point scores.


# %%
def softmax(x, axis=-1):
    """Shares along an axis for floating-point scores; -inf gets 0, and a slice of nothing but -inf zeros; keeps the dtype."""
    powers = np.exp(x - np.maximum(x.max(axis=axis, keepdims=True), np.finfo(x.dtype).min))
    return powers / np.maximum(powers.sum(axis=axis, keepdims=True), np.finfo(x.dtype).tiny)


# %% [markdown]
# <details><summary>Hint</summary>
#
# There was a score in unit 02 that gets the share 0, exactly, and does not disturb the others: even if a slice has nothing
# else. The paper's section 3.2.3 puts it into the scores *before* the softmax.
#
# </details>
#
# <details><summary>Help: “changes its input”, or “boolean index did not match”</summary>
#
# `scores[...] = ...` writes into the caller's array, and as an index the mask must have exactly the shape of the scores.
# There is a NumPy function that picks each entry from one of two sources, makes a new array and repeats axes of length 1.
#
# </details>
#
# <details><summary>Help: a slice of hidden keys gets equal weights, or low scores get nothing</summary>
#
# A large negative number, such as `-1e9`, is a score like any other. It hides nothing from a score of `-1e10`,
# and where all scores are `-1e9` they are simply equal.
#
# </details>
#
# <details><summary>Help: “data type &lt;class 'numpy.int64'&gt; not inexact”</summary>
#
# The softmax above is for floating-point scores. Whole numbers have to become `float64` first.
#
# </details>
#
# <details><summary>Help: float32 scores give float64 weights</summary>
#
# Somewhere the scores are added to or multiplied by a `float64` array that you made. A plain Python number leaves the dtype
# alone.
#
# </details>
#
# <details><summary>Question</summary>
#
# With all keys hidden, would it be better to raise an error, or to share the weight equally? Think of a batch of 64
# sentences with a single empty one, and of what comes after the softmax.
#
# </details>


# %% solution="masked_softmax"
def masked_softmax(scores, mask, axis=-1):
    """Turn scores into weights, in which hidden entries have no part.

    Args:
        scores: a NumPy array of any shape with at least one dimension, of float16,
            float32, float64 or any integer type.
        mask: a bool array, True where a score takes part; of the shape of the scores or
            of one that NumPy broadcasts to it, such as (n_keys,) or
            (batch, 1, 1, n_keys). Neither it nor the scores are changed.
        axis: the axis along which the weights add up to 1; negative numbers count from
            the last axis.

    Returns:
        An array of the shape of scores. Floating types keep their dtype; integers of any
        width give float64.
        - Where the mask is False the weight is 0, exactly.
        - The other weights of a slice add up to 1 and are what softmax gives for these
          scores alone; finite scores may be of any size, 10000 or -1e100 too, visible or
          hidden.
        - A slice that is hidden altogether has the weight 0 everywhere: never NaN and
          never a warning.

    Raises:
        ValueError: the mask does not fit the scores. The message names both shapes.
            (NumPy's own messages do.)

    Not asked about: arrays without entries, NaN and infinities among the scores, a mask
    with more axes than the scores or with several rows for a single row of scores.
    Forbidden: a ready-made softmax or log_softmax (PyTorch's or SciPy's, in any form).
    Source: Vaswani et al. 2017, section 3.2.3.
    """
    ### BEGIN SOLUTION
    if not np.issubdtype(scores.dtype, np.floating):
        scores = scores.astype(np.float64)
    # AIAYN 3.2.3: what is hidden gets -∞ before the softmax, so that its exponential is exactly 0.
    return softmax(np.where(mask, scores, -np.inf), axis=axis)
    ### END SOLUTION


# %% check="masked_softmax" points=10
check(masked_softmax)

# %% [markdown]
# ## 6 · `masked_attention`
#
# Difficulty ●●●●○ · about 30 minutes
#
# The attention of unit 03, with a mask in its middle:
#
# $$\text{weights} = \mathrm{softmax}_{\text{masked}}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right) \qquad
# \text{output} = \text{weights} \cdot V$$
#
# By hand: three queries of zeros, so that all scores are 0; the values 2, 4 and 9; and the causal mask. Each output is the mean
# of the values so far.
#
# | query | visible | weights | output |
# |:-:|:-:|---|---|
# | 0 | █ · · | 1, 0, 0 | **2** |
# | 1 | █ █ · | ½, ½, 0 | (2 + 4) / 2 = **3** |
# | 2 | █ █ █ | ⅓, ⅓, ⅓ | (2 + 4 + 9) / 3 = **5** |

# %% [markdown]
# **A weight of 0 is not enough.** Nobody promises that padding has sensible values: it may be memory that was never written, or
# the rest of a division by 0. And in a matrix product
#
# ```
#     weights  [0.5, 0.5, 0.0]   ·   values  [2, 4, nan]   =   1 + 2 + 0.0 · nan   =   nan
# ```
#
# So the values at keys that **no** query may look at have to be taken out of the sum by more than a weight of 0. Be
# careful not to take out more: under the causal mask almost every key is hidden from some query, and yet it counts for the others.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Along which axis of the mask do the queries lie? Along that axis, ask whether there is any `True`: the answer is one truth
# value for each key of each sentence (and head). It has to be laid over `v`, whose rows are the keys. Whatever comes in place of a value
# that nobody sees, it must be something that 0 can be multiplied with.
#
# </details>
#
# <details><summary>Help: an error about axes or shapes, for some masks only</summary>
#
# A mask may have the shape `(n_keys,)`, `(n_queries, 1)` or `(batch, 1, 1, n_keys)`: it has no query axis, or one
# that stands for all queries, or one key axis for all keys. `np.broadcast_to` gives it the shape of the scores, without copying.
# And without a mask, everything may be looked at: is there a mask that says so?
#
# </details>
#
# <details><summary>Help: float32 inputs, float64 results</summary>
#
# `np.sqrt(4)` is not a plain number but a `np.float64`, and dividing by it makes a `float64` array. `math.sqrt(4)` is a Python
# float, which leaves the dtype alone.
#
# </details>
#
# <details><summary>Help: whole numbers give strange weights</summary>
#
# In an array of `int8`, 100 + 100 is -56. Whole numbers have to become `float64` before they are multiplied and added.
#
# </details>
#
# <details><summary>Question</summary>
#
# Change the last word of a sentence and compute again with the causal mask: which outputs change? Why can a decoder that writes word
# by word keep what it has computed for the earlier words? (Unit 12 does.)
#
# </details>


# %% solution="masked_attention"
def masked_attention(q, k, v, mask=None):
    """Scaled dot-product attention, in which each query looks only at the keys that the
    mask shows it.

    Args:
        q: queries, an array of shape (..., n_queries, d_k); "..." stands for any number
            of axes (batch, heads), also none.
        k: keys, (..., n_keys, d_k), with the same axes in front.
        v: values, (..., n_keys, d_v), with the same axes in front and the dtype of q and
            k: float16, float32, float64 or any integer type.
        mask: None (everything may be looked at) or a bool array, True where the query may
            look at the key; of the shape (..., n_queries, n_keys) or of one that NumPy
            broadcasts to it, such as (n_queries, n_keys), (n_keys,), (n_queries, 1) or
            (batch, 1, 1, n_keys). No argument is changed.

    Returns:
        (output, weights), of shapes (..., n_queries, d_v) and (..., n_queries, n_keys).
        - The scores are divided by the square root of d_k. Where the mask is False the
          weight is 0, exactly.
        - A query that may look at nothing gets weights 0 and output 0: never NaN and
          never a warning.
        - What stands in v at a key that no query (of that sentence and head) may look at
          has no influence, be it NaN or infinite. NaN and infinities in v at other keys,
          and in q and k, are not asked about.
        - Floating types keep their dtype; integers of any width are computed in float64.

    Raises:
        ValueError: the shapes do not fit each other. The message names the two sizes.
            (NumPy's own messages do.)

    Not asked about: arrays without entries, a mask with more axes than the scores, and
    sizes of 1 that NumPy would stretch, such as one value for many keys.
    Forbidden: a ready-made softmax, log_softmax or attention (PyTorch's or SciPy's, in
    any form).
    Source: Vaswani et al. 2017, sections 3.2.1 and 3.2.3.
    """
    ### BEGIN SOLUTION
    q, k, v = (x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64) for x in (q, k, v))
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    visible = np.broadcast_to(True if mask is None else mask, scores.shape)
    weights = masked_softmax(scores, visible)
    # 0 · NaN is NaN: a value that no query sees is replaced before it is multiplied by its weight.
    seen = visible.any(axis=-2)[..., np.newaxis]
    return weights @ np.where(seen, v, 0), weights
    ### END SOLUTION


# %% check="masked_attention" points=12
check(masked_attention)

# %% [markdown]
# ## What you have now
#
# - `pad_sequences` makes batches of sentences, and `padding_mask` goes with them through the encoder (unit 09).
# - `causal_mask` and `decoder_mask` make it possible to train a decoder on all positions of a sentence at once (units 10 and 11).
# - `masked_softmax` and `masked_attention` promise that what is hidden has no influence at all. Everything from here on is
#   built on that promise: in unit 05 with several heads, in unit 06 with gradients.
#
# `pytest exercises` in a terminal shows the whole picture: what is done and what is next.
