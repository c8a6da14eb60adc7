# %% [markdown]
# # 05 · Multi-head attention: several views at once
#
# Attention gives each word **one** set of weights over the others. But a word may have several questions: *who* does
# this verb speak of, *when*, and which word comes just before? One softmax cannot answer them all: it would mix the
# answers. So the Transformer asks several times at once (Vaswani et al. 2017, section 3.2.2), each time with its own
# small queries, keys and values. Each such view is called a **head**.
#
# ```
#                         ┌─ head 0: its own d_k columns ─ attention ─┐
#    (n, d_model)  ─ w ──►├─ head 1: its own d_k columns ─ attention ─┤──► side by side ─ w_o ──►  (n, d_model)
#                         └─ head 2: its own d_k columns ─ attention ─┘
# ```
#
# **How to work.** There are two small functions and one class. Replace each `raise NotImplementedError(...)` by your
# code, run the cell, then run the check below it. The docstrings say all that is asked; the help is there to unfold.

# %%
import numpy as np

from autograder import check, plot_attention

# %% [markdown]
# ## 1 · `split_heads`
#
# Difficulty ●●○○○ · about 15 minutes
#
# Eight heads cost no more than one, because they **share** the columns: with `d_model` columns and `num_heads` heads,
# each gets $d_k = d_\text{model} / \text{num\_heads}$ neighbours. In the paper's base model $512 / 8 = 64$.
#
# Two words with four columns, and two heads:
#
# ```
#       d_model = 4                head 0          head 1
#    word 0  [1 2 │ 3 4]           [1 2]           [3 4]   word 0
#    word 1  [5 6 │ 7 8]   ──►     [5 6]           [7 8]   word 1
# ```
#
# Attention works on the last two axes and leaves the ones before alone. So the heads become an axis **before** the
# words, and one matrix product will serve all of them:
#
# | axis | 0 | 1 | 2 | 3 |
# |:--|:-:|:-:|:-:|:-:|
# | before | `batch` | `n` | `d_model` | |
# | after | `batch` | `num_heads` | `n` | `d_k` |

# %% [markdown]
# <details><summary>Hint</summary>
#
# There are two things to do, one after the other: cut one axis into two, and put the axes in another order. Which axis
# has to be cut, and where does the new one stand right after the cut?
#
# </details>
#
# <details><summary>Help: the shape is right, but the numbers are in the wrong heads</summary>
#
# `reshape` never moves a number: it reads them all in order, row after row, and lays them out in the same order. Take
# `np.arange(1, 9).reshape(1, 2, 4)`, the picture above, and print what you make of it. If head 0 is `[[1, 2], [3, 4]]`,
# it got all of word 0 and nothing of word 1. If it is `[[1, 3], [5, 7]]`, the cut went the wrong way round.
#
# </details>
#
# <details><summary>Help: “cannot reshape array of size 30 into shape (1,5,4,1)”</summary>
#
# Six columns cannot be shared by four heads. Ask before you reshape, and say it in words that help: how many columns
# there are, and how many heads.
#
# </details>
#
# <details><summary>Question</summary>
#
# Splitting does not copy a single number if you do it right: NumPy only looks at the same memory in another way. Who
# notices when such a view is written into?
#
# </details>


# %% solution="split_heads"
def split_heads(x, num_heads):
    """Share the columns of every word among the heads.

    Args:
        x: a NumPy array (batch, n, d_model) of real numbers or booleans of any dtype. It
            is not changed.
        num_heads: how many heads there are; d_model is a multiple of it.

    Returns:
        An array (batch, num_heads, n, d_k) of x's dtype, with d_k = d_model / num_heads.
        Head h holds the columns h·d_k to (h+1)·d_k - 1 of every word. It may look at the
        memory of x or at a copy.

    Raises:
        ValueError: d_model is not a multiple of num_heads; the message names both.

    Rearrange all heads together: no Python loop over heads or anything else, and no copy
    for each head.
    Not asked about: arrays without entries or with other than three axes, and less than
    one head.
    Source: Vaswani et al. 2017, section 3.2.2.
    """
    ### BEGIN SOLUTION
    batch, n, d_model = x.shape
    if d_model % num_heads != 0:
        raise ValueError(f"d_model is {d_model}, expected a multiple of the {num_heads} heads")
    # Cut the columns first: whole words stay together. Only then may the heads move in front of the words.
    return x.reshape(batch, n, num_heads, d_model // num_heads).transpose(0, 2, 1, 3)
    ### END SOLUTION


# %% check="split_heads" points=5
check(split_heads)

# %% [markdown]
# ## 2 · `combine_heads`
#
# Difficulty ●●○○○ · about 10 minutes
#
# When the heads have done their work, every word gets its columns back: the results of all heads **side by side**, in
# the order of the heads. The paper calls it $\mathrm{Concat}(\mathrm{head}_1, \dots, \mathrm{head}_h)$.
#
# ```
#     head 0      head 1
#     [1 2]       [3 4]            word 0  [1 2 │ 3 4]
#     [5 6]       [7 8]    ──►     word 1  [5 6 │ 7 8]
# ```
#
# It undoes `split_heads`: `combine_heads(split_heads(x, num_heads))` is `x` again.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Whoever puts on socks and then shoes takes off the shoes first. In which order did you cut and move?
#
# </details>
#
# <details><summary>Help: “Incompatible shape for in-place modification”, after `x.shape = ...`</summary>
#
# Assigning to `x.shape` is `reshape` without the right to copy, and it changes the caller's array. After the axes have
# moved, neighbours are no longer neighbours in memory, so a copy has to be made: `reshape` makes it where it must.
#
# </details>
#
# <details><summary>Help: it works for as many words as heads, and for nothing else</summary>
#
# Write the four names next to `x.shape`, in the order in which they arrive **here**. Is the second axis the heads or the words?
#
# </details>
#
# <details><summary>Question</summary>
#
# What would a word lose if the results of the heads were added up instead of set side by side?
#
# </details>


# %% solution="combine_heads"
def combine_heads(x):
    """Set the results of all heads side by side again: what split_heads has done is
    undone.

    Args:
        x: a NumPy array (batch, num_heads, n, d_k) of real numbers or booleans of any
            dtype, in any layout in memory. It is not changed.

    Returns:
        An array (batch, n, num_heads·d_k) of x's dtype: for every word the columns of
        head 0, then those of head 1, ...

    Not asked about: arrays without entries or with other than four axes.
    Source: Vaswani et al. 2017, section 3.2.2.
    """
    ### BEGIN SOLUTION
    batch, num_heads, n, d_k = x.shape
    return x.transpose(0, 2, 1, 3).reshape(batch, n, num_heads * d_k)
    ### END SOLUTION


# %% check="combine_heads" points=4
check(combine_heads)

# %% [markdown]
# ## 3 · `MultiHeadAttention`
#
# Difficulty ●●●●○ · about 40 minutes
#
# Now all of it. Four matrices of numbers that the model will learn, $W^Q$, $W^K$, $W^V$ and $W^O$, each
# `(d_model, d_model)`, and the steps that you know:
#
# $$\mathrm{head}_h = \mathrm{softmax}\!\left(\frac{Q_h K_h^\top}{\sqrt{d_k}}\right) V_h
# \qquad
# \mathrm{output} = \mathrm{Concat}(\mathrm{head}_0, \mathrm{head}_1, \dots)\, W^O$$
#
# where $Q = \mathrm{query}\,W^Q$ is split into the $Q_h$, $K = \mathrm{key}\,W^K$ into the $K_h$ and
# $V = \mathrm{value}\,W^V$ into the $V_h$. (The paper gives each head small matrices $W_h^Q$ of its own. Set side by side,
# they are the columns of one large $W^Q$, and one product does the work of all.)
#
# | step | shape | in the base model |
# |:--|:--|:--|
# | `query` | `(batch, n_queries, d_model)` | 512 columns |
# | `key`, `value` | `(batch, n_keys, d_model)` | |
# | $Q_h$ of all heads | `(batch, num_heads, n_queries, d_k)` | 8 heads of 64 |
# | scores, weights | `(batch, num_heads, n_queries, n_keys)` | divided by $\sqrt{64} = 8$ |
# | heads side by side | `(batch, n_queries, d_model)` | 512 columns again |
# | `output` | `(batch, n_queries, d_model)` | |
#
# In **self-attention** queries, keys and values come from the same words. In the decoder (unit 10) the queries come
# from one sentence and keys and values from another, so `forward` takes three arguments.

# %% [markdown]
# **How large should the first weights be?** With entries of variance $1/d_\text{model}$ a product with $W$ keeps the
# size of numbers: a sum of $d_\text{model}$ terms, each with a $1/d_\text{model}$ of the variance. Larger, and the
# scores saturate the softmax before anything is learned.
#
# | variance of an entry | variance of `x @ w`, for `x` of variance 1 and 512 columns |
# |:--|--:|
# | 1 | 512 |
# | 1/512 | 1 |
# | 1/512² | 0.002 |
#
# **Given:** the softmax of unit 02, along the last axis. It has all that you promised there: a score of `-inf` gets the
# weight 0, and a row of nothing but `-inf` gets zeros. PyTorch does the work here, which you will meet in the next unit.

# %%
import torch


def softmax(scores):
    """The softmax along the last axis of an array; rows of nothing but -inf give zeros."""
    return torch.softmax(torch.tensor(scores), dim=-1).nan_to_num().numpy()


# %% [markdown]
# <details><summary>Hint</summary>
#
# Write `forward` as five lines, one a step: project, split, weights, combine, project. Your function from unit 04 may
# stand in the middle. It was written for `(..., n_queries, n_keys)`, so it will not even notice that there are heads now.
#
# </details>
#
# <details><summary>Help: “matmul: Input operand 1 has a mismatch in its core dimension 0”</summary>
#
# The last axis of the left array and the second last of the right one must be equal. For the scores, which axes of the
# keys have to change places? `k.T` turns **all** axes round, not only the last two.
#
# </details>
#
# <details><summary>Help: the shapes are right, but the weights are a little too even</summary>
#
# Print what you divide the scores by. A head sees `d_k` columns, so its scores are sums of `d_k` terms, however many
# columns the whole model has.
#
# </details>
#
# <details><summary>Help: “RuntimeWarning: invalid value encountered”, or NaN for a query that may see nothing</summary>
#
# A query whose keys are all hidden has no weights to share out: they are 0, and so is its output. The softmax above
# does that by itself, if a hidden score is `-inf` when it gets there. A large negative number is not the same.
#
# </details>
#
# <details><summary>Help: the four matrices are all the same</summary>
#
# Is the generator made anew for each matrix, from the same seed? It has to be one generator that all four are drawn
# from, one after the other.
#
# </details>
#
# <details><summary>Question</summary>
#
# With one head of 512 columns instead of eight of 64, how many weights would $W^Q$ have, and how many multiplications
# would $QK^\top$ take? What is it, then, that eight heads cost?
#
# </details>


# %% solution="MultiHeadAttention"
class MultiHeadAttention:
    """Attention in several heads at once (Vaswani et al. 2017, section 3.2.2), without
    biases.

    Args:
        d_model: the number of columns of a word, a multiple of num_heads.
        num_heads: the number of heads.
        rng: the np.random.Generator that the weights are drawn from: equal generators
            give equal weights. None stands for a new np.random.default_rng(), and other
            weights each time, also after np.random.seed.

    Attributes:
        w_q, w_k, w_v, w_o: float64 arrays (d_model, d_model) for queries, keys, values
            and output, multiplied as `x @ w`. Head h owns the columns h·d_k to
            (h+1)·d_k - 1 of the first three. Their entries are drawn around 0 with the
            variance 1/d_model, normal or uniform, in any order, and no call changes them.

    Raises:
        ValueError: d_model is not a multiple of num_heads; the message names both.

    Not asked about: less than one head, and matrices that somebody replaces or writes
    into.
    """

    def __init__(self, d_model, num_heads, rng=None):
        ### BEGIN SOLUTION
        if d_model % num_heads != 0:
            raise ValueError(f"d_model is {d_model}, expected a multiple of the {num_heads} heads")
        rng = np.random.default_rng() if rng is None else rng
        self.num_heads = num_heads
        self.w_q, self.w_k, self.w_v, self.w_o = rng.normal(0, d_model**-0.5, size=(4, d_model, d_model))
        ### END SOLUTION

    def forward(self, query, key=None, value=None, mask=None):
        """What every query finds among the keys.

        Args:
            query: an array (batch, n_queries, d_model).
            key: an array (batch, n_keys, d_model); the query where it is None.
            value: an array (batch, n_keys, d_model); the query where it is None.
            mask: booleans that broadcast to (batch, num_heads, n_queries, n_keys), such
                as (n_queries, n_keys) or (batch, 1, 1, n_keys): True where the key may be
                attended to. None hides nothing. No argument is changed.

        Returns:
            (output, weights), float64 arrays: the output (batch, n_queries, d_model), and
            the weights of every head (batch, num_heads, n_queries, n_keys). They are
            float64 for integers too; float32 input may give either.
            - A hidden key has the weight 0, exactly, however low the scores of the others
              are.
            - A query whose keys are all hidden gets weights 0 and output 0: never NaN and
              never a warning.

        Raises:
            ValueError: the last axis of query, key or value is not d_model, key and value
                are not equally long, or the mask does not broadcast to the weights. A 1
                does not fit either, though np.einsum would stretch it. The message names
                both sizes, as that of `@` does.

        Work on the whole batch and all heads at once, without a Python loop over either,
        here or in a function that is called.
        Not asked about: a key without a value or the other way round; arguments of
        different batch sizes, and a mask that is longer than an axis of length 1; arrays
        without entries; NaN and inf.
        """
        ### BEGIN SOLUTION
        key = query if key is None else key
        value = query if value is None else value
        q = split_heads(query @ self.w_q, self.num_heads)
        k = split_heads(key @ self.w_k, self.num_heads)
        v = split_heads(value @ self.w_v, self.num_heads)
        scores = q @ k.swapaxes(-2, -1) / np.sqrt(q.shape[-1])
        if mask is not None:
            scores = np.where(mask, scores, -np.inf)
        weights = softmax(scores)
        return combine_heads(weights @ v) @ self.w_o, weights
        ### END SOLUTION


# %% check="MultiHeadAttention" points=15
check(MultiHeadAttention)

# %% [markdown]
# ## What a head looks at
#
# Two sentences of three words, eight columns, two heads: so $d_k = 4$. The next cell draws the weights of the first
# sentence as a heat map: a row is a query, a column is a key, and each row adds up to 1.
#
# Nothing has been learned yet, so what the heads look at is chance. But see that the two heads look at **different**
# things, although they read the same words. Change the seeds and run it again.


# %%
def show_heads(weights_seed=0, words_seed=1):
    """Draws the weights of the first sentence, a panel for each head."""
    try:
        attention = MultiHeadAttention(d_model=8, num_heads=2, rng=np.random.default_rng(weights_seed))
        output, weights = attention.forward(np.random.default_rng(words_seed).normal(size=(2, 3, 8)))
    except NotImplementedError:
        print("Write MultiHeadAttention first, then run this cell again.")
        return None
    print("output", output.shape, " weights", weights.shape)
    return plot_attention(weights, ["word 1", "word 2", "word 3"], title="sentence 0")


show_heads()

# %% [markdown]
# ## What you have now
#
# | you wrote | where it is used |
# |:--|:--|
# | `split_heads`, `combine_heads` | inside every attention of the Transformer, in this form or another |
# | `MultiHeadAttention` | in unit 06 once more, in PyTorch, which finds the gradients and trains the four matrices |
# | queries, keys and values from different places | the encoder's self-attention (unit 09), and both attentions of the decoder (unit 10) |
# | a mask that broadcasts over heads | padding and the future, hidden from all heads at once |
#
# You also know why the first weights are small, and what $\sqrt{d_k}$ is made of. In NumPy the machine is complete; what it
# lacks is somebody who tells it which weights are good.
#
# `pytest exercises` in a terminal shows the whole picture: what is done and what is next.
