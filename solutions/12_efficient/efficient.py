# %% [markdown]
# # 12 · Efficient attention: the same answers for less
#
# The Transformer is complete. What is left is to run it on long texts. Attention compares every word with every other, so
# twice the words mean four times the scores:
#
# | words | scores of one head | in float32 |
# |--:|--:|--:|
# | 1 000 | 1 000 000 | 4 MB |
# | 16 000 | 256 000 000 | 1 GB |
# | 128 000 | 16 384 000 000 | 66 GB |
#
# This unit changes **no answer** of the model. You write four things that models in use could not do without:
#
# ```
#    online_softmax      a softmax that never sees its whole row              the key to ...
#    chunked_attention   ... exact attention without the table of scores      long inputs
#    CachedSelfAttention what was computed for earlier words is kept          writing word by word
#    beam_search         several beginnings are followed at once              writing better sentences
# ```
#
# **How to work.** As ever: replace each `raise NotImplementedError(...)` by your code, run the cell, run the check below
# it. The docstring says all that is asked. What is measured here is memory and work, and both are **counted**, not timed:
# the same numbers on every computer. On a GPU the same code saves the same memory.

# %%
import torch
from torch import nn

from autograder import check

# %% [markdown]
# ## 1 · `online_softmax`
#
# Difficulty ●●●○○ · about 25 minutes
#
# The softmax of unit 06 looks at a row three times: for the maximum, for the sum, for the division. A row that is too long
# to be kept at hand can be met only **piece by piece**. Then the maximum is not known yet when the sum begins. Does that
# spoil the sum? No: a sum that was taken with a smaller maximum is put right by one factor (Milakov & Gimelshein 2018).
#
# Carry two numbers along, the largest score so far $m$ and the sum so far $s = \sum_j e^{x_j - m}$. When a block arrives:
#
# $$m' = \max(m, \max_{j \in \text{block}} x_j)
# \qquad
# s' = s \cdot e^{m - m'} + \sum_{j \in \text{block}} e^{x_j - m'}$$
#
# After the last block $m$ and $s$ are those of the whole row, and the weights are $e^{x_j - m} / s$, block by block again.
#
# **By hand**, for $x = (0, \ln 2, \ln 4, 0)$ in blocks of 2:
#
# | | $m$ | $s$ |
# |:--|:-:|:--|
# | before the first block | $-\infty$ | 0 |
# | block $(0, \ln 2)$ | $\ln 2$ | ½ + 1 = 1.5 |
# | block $(\ln 4, 0)$ | $\ln 4$ | 1.5 · ½ + 1 + ¼ = 2 |
#
# And the weights: $(¼, ½, 1, ¼) / 2 = (⅛, ¼, ½, ⅛)$.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Two loops over the same blocks: the first only carries $m$ and $s$ along (one of each for every row), the second writes the
# weights into a result that was made before. `x.split(block_size, dim=-1)` cuts without copying, and the last block may be shorter.
#
# </details>
#
# <details><summary>Help: right in one block, wrong where a later block has the largest score</summary>
#
# The sum so far belongs to the old maximum. Is it multiplied by $e^{m - m'}$ before the block's own sum is added, and does
# `m` still hold the **old** maximum in that line? Do it for the table above: 1.5 has to become 0.75.
#
# </details>
#
# <details><summary>Help: the result has NaN where some scores are -inf</summary>
#
# A block of nothing but `-inf` leaves $m$ at `-inf`, and `-inf - (-inf)` is NaN. Which number could be taken away instead,
# as long as no finite score has been seen? All exponentials are 0 then, whatever it is.
#
# If only the gradient has NaN: a NaN that `torch.where` or `masked_fill` replaces afterwards comes back there, and PyTorch's own
# `logsumexp` and `logaddexp` of nothing but `-inf` have a gradient of NaN. It must not come about at all.
#
# </details>
#
# <details><summary>Help: “needs … besides the result”, although the loop is there</summary>
#
# Look at the lines after the loop. `torch.exp(x - m)` makes two tensors as long as `x`, and a list of blocks that
# `torch.cat` puts together is there twice. Make the result once with `torch.empty_like(x)`, and write every block into its
# place.
#
# </details>
#
# <details><summary>Help: “This view is the output of a function that returns multiple views”</summary>
#
# PyTorch can follow a gradient through `weights[..., 4:8] = ...`, and not through pieces of `weights` that `split` has made and
# that are written into. Read from pieces, write into slices.
#
# </details>
#
# <details><summary>Question</summary>
#
# Two computers have half of the row each. What do they have to tell each other, and how many numbers is that?
#
# </details>


# %% solution="online_softmax"
def online_softmax(x, block_size):
    """The softmax along the last axis, from blocks of it that are looked at one after the other.

    Args:
        x: a tensor (..., n) with any number of leading axes, also none. It is not changed.
        block_size: how many numbers of a row are taken at a time; the last block may be
            shorter, and it may be larger than n.

    Returns:
        A tensor of the shape of x, what the softmax of unit 06 gives: finite for any finite x,
        0 where x is -inf, and zeros for a row of nothing but -inf. Floating-point x keeps its
        dtype; whole numbers are computed in PyTorch's default dtype. Gradients reach x and are
        right: 0 where x is -inf, and never NaN.

    Raises:
        ValueError: block_size is less than 1; the message names it.

    Cost: besides the result, no more memory at any time than a few blocks need, and a few
        numbers for each row: nothing else is as long as x. (Counted for floating-point x,
        without gradients.)
    Forbidden: torch.softmax and torch.log_softmax, under any name.
    Not asked about: tensors without entries, NaN and +inf.
    Source: Milakov & Gimelshein 2018, algorithm 3.
    """
    ### BEGIN SOLUTION
    if block_size < 1:
        raise ValueError(f"block_size is {block_size}, expected 1 or more")
    if not x.is_floating_point():
        x = x.to(torch.get_default_dtype())
    maximum = torch.full_like(x[..., :1], -torch.inf)
    total = torch.zeros_like(maximum)
    for block in x.split(block_size, dim=-1):
        larger = torch.maximum(maximum, block.amax(dim=-1, keepdim=True).detach())
        # While nothing finite has been seen, any finite shift will do: every exponential is 0.
        shift = larger.masked_fill(larger == -torch.inf, 0)
        total = total * torch.exp(maximum - shift) + torch.exp(block - shift).sum(dim=-1, keepdim=True)
        maximum = larger
    shift = maximum.masked_fill(maximum == -torch.inf, 0)
    total = total.masked_fill(maximum == -torch.inf, 1)
    weights = torch.empty_like(x)
    for first in range(0, x.shape[-1], block_size):
        block = x[..., first : first + block_size]
        weights[..., first : first + block_size] = torch.exp(block - shift) / total
    return weights
    ### END SOLUTION


# %% check="online_softmax" points=6
check(online_softmax)

# %% [markdown]
# ## 2 · `chunked_attention`
#
# Difficulty ●●●●○ · about 35 minutes
#
# A query needs the weights only to average the values with them. If the sum of the weights can be carried along and put
# right, so can the **weighted sum of the values**: the same factor does it. Then nobody ever needs the table of all
# weights. That is the whole idea of memory-efficient attention (Rabe & Staats 2021) and of FlashAttention (Dao et al.
# 2022), which also keeps each block in the fast memory of the GPU.
#
# For one query $q$, with scores $x_j = q \cdot k_j / \sqrt{d_k}$, carry along $m$, $s$ and
#
# $$a = \sum_j e^{x_j - m}\, v_j
# \qquad
# a' = a \cdot e^{m - m'} + \sum_{j \in \text{block}} e^{x_j - m'}\, v_j
# \qquad
# \text{output} = a / s$$
#
# **By hand**, with the scores $(0, \ln 2, \ln 4, 0)$ of before and the values $(8, 2, 6, 0)$, in blocks of 2:
#
# | | $m$ | $s$ | $a$ |
# |:--|:-:|:--|:--|
# | block 0 | $\ln 2$ | 1.5 | ½ · 8 + 1 · 2 = 6 |
# | block 1 | $\ln 4$ | 2 | 6 · ½ + 1 · 6 + ¼ · 0 = 9 |
#
# The output is 9 / 2 = 4.5, and so it is with the weights $(⅛, ¼, ½, ⅛)$: 1 + ½ + 3 + 0.
#
# Take the queries in blocks as well, and what is in memory at any time is one small square:
#
# ```
#              keys                          causal: a word sees itself and what is before it
#            ┌────┬────┬────┐                ┌────┬────┬────┐
#   queries  │ ██ │    │    │                │ ◣  │    │    │   on the diagonal: masked in part
#            ├────┼────┼────┤                ├────┼────┼────┤
#            │    │    │    │                │ ██ │ ◣  │    │   above it: all in the future,
#            └────┴────┴────┘                └────┴────┴────┘   not even computed
# ```

# %% [markdown]
# <details><summary>Hint</summary>
#
# An outer loop over blocks of queries, an inner one over blocks of keys and values. Begin the inner one with $m = -\infty$,
# $s = 0$, $a = 0$: $m$ and $s$ of shape `(..., rows, 1)`, $a$ of shape `(..., rows, d_v)`. Write it without `causal` first.
#
# For `causal`, a score is hidden if its key's number is larger than its query's. Both blocks begin somewhere:
# `torch.arange(first, last, device=q.device)` gives the numbers.
#
# </details>
#
# <details><summary>Help: right in one block, wrong where a later block has the largest score</summary>
#
# Two numbers are carried along, $s$ and $a$, and both belong to the old maximum: the same factor goes to both.
#
# </details>
#
# <details><summary>Help: “one of the variables needed for gradient computation has been modified by an inplace operation”</summary>
#
# `torch.exp` keeps its result for the gradient. `weights *= visible`, `weights.masked_fill_(...)` and `weights /= total`
# overwrite it. `weights = weights * visible` makes a new tensor, and the old one goes when nobody needs it.
#
# </details>
#
# <details><summary>Help: “needs … KiB at its peak”, although there are blocks</summary>
#
# Somewhere there is a tensor with a row for every query and a column for every key. A mask made for all pairs at once is
# one, and so are all blocks of scores kept in a list.
#
# </details>
#
# <details><summary>Help: right for blocks that divide n, wrong for others</summary>
#
# The last block is shorter. Which number in your code takes it for a full one? Slices that reach beyond the end are cut
# by Python without a word; `range(n // block_size)` leaves the rest out.
#
# </details>
#
# <details><summary>Question</summary>
#
# Training needs the weights again, for the gradient. FlashAttention computes them a second time instead of keeping them,
# and is faster for it. How can computing twice be faster?
#
# </details>


# %% solution="chunked_attention"
def chunked_attention(q, k, v, block_size, causal=False):
    """The output of scaled dot-product attention, without ever having the table of all weights.

    Args:
        q: a tensor (..., n_queries, d_k).
        k: a tensor (..., n_keys, d_k).
        v: a tensor (..., n_keys, d_v). The leading axes of all three are the same, any number
            of them. No argument is changed.
        block_size: how many keys, or queries, or both, are taken at a time. The last block may
            be shorter, and it may be larger than everything there is.
        causal: True if query i sees the keys 0 to i only.

    Returns:
        The output alone, (..., n_queries, d_v): exact attention, up to rounding. Finite scores
        may be of any size. Floating-point arguments are of one dtype, and the output is too;
        whole numbers are computed in PyTorch's default dtype. Gradients reach q, k and v and
        are right.

    Raises:
        ValueError: block_size is less than 1; k and v are not equally long; q and k have not
            equally many columns; causal, and n_queries is not n_keys. The message names what was
            found (the size, or both sizes).

    Cost: the most memory in use grows linearly with the length, at a fixed block_size: no tensor
        has an entry for every query and key, neither scores nor a mask. (Counted without
        gradients.)
    Forbidden: torch.nn.functional.scaled_dot_product_attention, under any name.
    Not asked about: tensors without entries, NaN and infinities.
    Source: Vaswani et al. 2017, section 3.2.1; Rabe & Staats 2021; Dao et al. 2022, algorithm 1.
    """
    ### BEGIN SOLUTION
    n_queries, n_keys = q.shape[-2], k.shape[-2]
    if block_size < 1:
        raise ValueError(f"block_size is {block_size}, expected 1 or more")
    if v.shape[-2] != n_keys:
        raise ValueError(f"there are {n_keys} keys and {v.shape[-2]} values, expected one value for each key")
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"queries have {q.shape[-1]} columns and keys {k.shape[-1]}, expected equally many")
    if causal and n_queries != n_keys:
        raise ValueError(f"there are {n_queries} queries and {n_keys} keys, expected equally many for causal=True")
    if not q.is_floating_point():
        q, k, v = (tensor.to(torch.get_default_dtype()) for tensor in (q, k, v))

    outputs = []
    for first_query in range(0, n_queries, block_size):
        queries = q[..., first_query : first_query + block_size, :] / q.shape[-1] ** 0.5
        past_last_query = first_query + queries.shape[-2]
        maximum = torch.full_like(queries[..., :1], -torch.inf)
        total = torch.zeros_like(maximum)
        weighted = 0
        # Block 0 comes first, and everybody sees key 0: the maximum is finite from then on.
        for first_key in range(0, past_last_query if causal else n_keys, block_size):
            keys, values = (tensor[..., first_key : first_key + block_size, :] for tensor in (k, v))
            scores = queries @ keys.mT
            if causal:
                query_numbers = torch.arange(first_query, past_last_query, device=q.device)
                key_numbers = torch.arange(first_key, first_key + keys.shape[-2], device=q.device)
                scores = scores.masked_fill(key_numbers > query_numbers[:, None], -torch.inf)
            larger = torch.maximum(maximum, scores.amax(dim=-1, keepdim=True).detach())
            correction = torch.exp(maximum - larger)
            weights = torch.exp(scores - larger)
            total = total * correction + weights.sum(dim=-1, keepdim=True)
            weighted = weighted * correction + weights @ values
            maximum = larger
        outputs.append(weighted / total)
    return torch.cat(outputs, dim=-2)
    ### END SOLUTION


# %% check="chunked_attention" points=9
check(chunked_attention)

# %% [markdown]
# ## What it saves
#
# The next cell counts the largest tensor that each way of computing makes, as the text gets longer. (It looks at every
# tensor that PyTorch makes, as the hidden tests do.)


# %%
def show_memory():
    """Prints the largest tensor of attention in one piece and in blocks of 64."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Largest(TorchDispatchMode):
        entries = 0

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            made = func(*args, **(kwargs or {}))
            if isinstance(made, torch.Tensor):
                self.entries = max(self.entries, made.untyped_storage().nbytes() // made.element_size())
            return made

    print(f"{'words':>8}{'in one piece':>16}{'in blocks':>12}   (entries of the largest tensor)")
    for n in (128, 512, 2048):
        q, k, v = torch.randn(3, n, 16).unbind()
        with torch.no_grad(), Largest() as in_one_piece:
            torch.softmax(q @ k.mT / 4, -1) @ v
        try:
            with torch.no_grad(), Largest() as in_blocks:
                chunked_attention(q, k, v, 64)
        except NotImplementedError:
            print("Write chunked_attention first, then run this cell again.")
            return
        print(f"{n:>8}{in_one_piece.entries:>16,}{in_blocks.entries:>12,}")


show_memory()

# %% [markdown]
# ## 3 · `CachedSelfAttention`
#
# Difficulty ●●●○○ · about 30 minutes
#
# A Transformer writes one word at a time, and each new word goes through all layers. The greedy decoding of unit 11 gave
# the decoder the **whole** sentence again for every word. But a decoder's self-attention is causal: nothing that comes later
# can change what an earlier word was. Of the earlier words, the new one needs only their keys and their values, and these
# have been computed before. So keep them: that is the **KV cache**.
#
# ```
#   step 0   the                 the keys of    the                      3 words are new: the "prefill"
#            cat      ──►                       cat        ──►  output of the, cat, sat
#            sat                                sat
#                                cache: keys and values of the, cat, sat
#   step 1   on       ──►        cache + on                ──►  output of on
#   step 2   the      ──►        cache + on + the          ──►  output of the
# ```
#
# One step then costs a comparison of **one** query with the keys so far, $n \cdot d$ multiplications instead of $n^2 \cdot d$,
# and only the new word is multiplied with $W^Q$, $W^K$, $W^V$ and $W^O$.
#
# | | shape in step 1 |
# |:--|:--|
# | `x` | `(batch, 1, d_model)` |
# | query | `(batch, num_heads, 1, d_k)` |
# | keys, values: old ones and the new one | `(batch, num_heads, 4, d_k)` |
# | weights | `(batch, num_heads, 1, 4)` |
#
# **By hand**, a model so small that its words are numbers: `d_model = 1`, one head, $W^V = W^O = 1$ and $W^K = 0$, so that all
# keys are alike and each word gets the mean of all up to itself. The words 2, 4, 9 give 2, 3, 5. If 1 is said next, its
# output is (2 + 4 + 9 + 1) / 4 = 4; if it is 5 instead, it is 5. Both go on from **the same cache**, so the first must not
# have left anything in it.

# %% [markdown]
# <details><summary>Hint</summary>
#
# What the cache is, you decide: nobody but your own `forward` will look into it. Two tensors are enough. Project the new
# words, put their keys and values *behind* the old ones, then do what you did in unit 06.
#
# Several words may be new while there are old ones. Draw the mask for 2 old and 3 new words: 3 rows, 5 columns. Where does
# the staircase begin?
#
# </details>
#
# <details><summary>Help: right in one piece, wrong in the second step</summary>
#
# Print the shapes of query, keys and mask in that step. `torch.ones(n_new, n_all).tril()` lets the first new word see one
# key only; `tril` can be told to begin further to the right.
#
# </details>
#
# <details><summary>Help: “a cache was changed by a later call”</summary>
#
# `cache.append(...)`, `cache["k"] = ...` and writing into a large tensor that was made in advance all change what the
# caller still has in hand. Beam search, which comes next, goes on from one cache in several ways. Make a new one:
# `torch.cat` does.
#
# </details>
#
# <details><summary>Help: “projects old words again”</summary>
#
# If the cache holds the words `x` themselves, their keys and values are computed anew in every step. Keep what has gone
# through `w_k` and `w_v`.
#
# </details>
#
# <details><summary>Help: “a step moves 8.6 times as much memory …”, although nothing is computed again</summary>
#
# How large is the mask? `torch.ones(n_all, n_all).tril()[-n_new:]` is right, but it is made for all pairs of words. Make the rows of
# the new words only.
#
# </details>
#
# <details><summary>Question</summary>
#
# Why are there no queries in the cache? And how many numbers does the cache of the base model's six decoder layers hold for
# a text of 1000 words (`d_model` is 512)?
#
# </details>


# %% solution="CachedSelfAttention"
class CachedSelfAttention(nn.Module):
    """Causal multi-head self-attention that goes on where an earlier call has stopped.

    Args:
        d_model: the number of columns of a word, a multiple of num_heads.
        num_heads: the number of heads; head h owns the columns h·d_k to (h+1)·d_k - 1 of the
            projected queries, keys and values, with d_k = d_model / num_heads.

    Attributes:
        w_q, w_k, w_v, w_o: layers nn.Linear(d_model, d_model), with bias, as in the
            MultiHeadAttention of unit 06. There are no other parameters.

    Raises:
        ValueError: d_model is not a multiple of num_heads; the message names both.

    Not asked about: less than one head.
    Source: Vaswani et al. 2017, sections 3.2.2 and 3.2.3; Shazeer 2019, section 2.4.
    """

    def __init__(self, d_model, num_heads):
        ### BEGIN SOLUTION
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"d_model is {d_model}, expected a multiple of the {num_heads} heads")
        self.num_heads = num_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
        ### END SOLUTION

    def forward(self, x, cache=None):
        """What each new word finds among all words up to itself, old and new.

        Args:
            x: a tensor (batch, n_new, d_model) of the module's dtype: the words that are new,
                one or several. It is not changed.
            cache: what an earlier call has returned for the words before these; None if there
                are none.

        Returns:
            (output, cache): the output (batch, n_new, d_model) of the new words, and a cache
            for the next call. In whatever pieces a text is given, its output is the same: that
            of causal self-attention on all of it at once.
            - A cache may be anything that you like, and no later call changes it: two calls
              that go on from the same cache know nothing of each other.
            Gradients reach x and all parameters.

        Cost: work and memory of a call with one new word grow linearly with the number of old
            words. Old words are not multiplied with w_q, w_k, w_v or w_o again.
        You may use: torch.softmax, torch.nn.functional.scaled_dot_product_attention.
        Forbidden: torch.nn.MultiheadAttention.
        Not asked about: tensors without entries, NaN and infinities; words of another size than
            d_model; a cache of another module or of another batch.
        """
        ### BEGIN SOLUTION

        def split_heads(projected):
            return projected.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

        q, k, v = split_heads(self.w_q(x)), split_heads(self.w_k(x)), split_heads(self.w_v(x))
        if cache is not None:
            old_k, old_v = cache
            k, v = torch.cat([old_k, k], dim=-2), torch.cat([old_v, v], dim=-2)
        n_new, n_all = q.shape[-2], k.shape[-2]
        # The last new word sees all; the staircase ends in the lower right corner.
        visible = torch.ones(n_new, n_all, dtype=torch.bool, device=x.device).tril(n_all - n_new)
        scores = (q @ k.mT / q.shape[-1] ** 0.5).masked_fill(~visible, -torch.inf)
        heads = torch.softmax(scores, dim=-1) @ v
        return self.w_o(heads.transpose(1, 2).flatten(2)), (k, v)
        ### END SOLUTION


# %% check="CachedSelfAttention" points=10
check(CachedSelfAttention)

# %% [markdown]
# ## What a cache saves
#
# The next cell writes a text word by word, once with the cache and once without: then all words so far go through the
# layer again for each new one. The times are those of your computer, so they vary; how they **grow** is what to look at.


# %%
def show_decoding():
    """Times decoding with and without the cache."""
    import time

    try:
        layer = CachedSelfAttention(64, 4).eval()
        text = torch.randn(1, 600, 64)
        print(f"{'words':>8}{'without':>12}{'with cache':>12}   (seconds)")
        for n in (75, 150, 300, 600):
            with torch.no_grad():
                start = time.perf_counter()
                for end in range(1, n + 1):
                    layer(text[:, :end])
                without = time.perf_counter() - start
                start, cache = time.perf_counter(), None
                for place in range(n):
                    _, cache = layer(text[:, place : place + 1], cache)
            print(f"{n:>8}{without:>12.2f}{time.perf_counter() - start:>12.2f}")
    except NotImplementedError:
        print("Write CachedSelfAttention first, then run this cell again.")


show_decoding()

# %% [markdown]
# ## 4 · `beam_search`
#
# Difficulty ●●●●○ · about 40 minutes
#
# Greedy decoding takes the likeliest word at each step, and never looks back. That can lead up the garden path: a good
# first word that nothing good comes after. Beam search follows the `beam` best beginnings at once. (The paper translated
# with a beam of 4, section 6.1.)
#
# Here is a language model of six tokens, in which the next token depends on the last one only. What the picture leaves out
# is less likely.
#
# ```
#                 0.59 ┌─ a ──┬ 0.40 ─ cat ─ 0.90 ─ <eos>        0.59 · 0.40 · 0.90 = 0.212
#       <bos> ─────────┤      └ 0.35 ─ dog ─ 0.90 ─ <eos>
#                 0.38 └─ the ─ 0.95 ─ cat ─ 0.90 ─ <eos>        0.38 · 0.95 · 0.90 = 0.325
# ```
#
# Greedy says “a”, then “cat”, and cannot go back. With a beam of 2 both beginnings are kept:
#
# | step | the best 2 of all continuations | their probabilities |
# |:-:|:--|:--|
# | 1 | a · the | 0.59 · 0.38 |
# | 2 | **the cat** · a cat | 0.361 · 0.236 |
# | 3 | the cat `<eos>` · a cat `<eos>` | 0.325 · 0.212 |
#
# Probabilities of long sentences are tiny, so one adds up logarithms. And as every word makes a sum smaller, short
# sentences would always win. The paper therefore divides (Wu et al. 2016, equation 14, with $\alpha = 0.6$):
#
# $$\text{score} = \frac{\log P(y_1 \dots y_n)}{\left(\dfrac{5 + n}{6}\right)^{\alpha}}$$
#
# where $n$ counts the tokens, `<eos>` among them and `<bos>` not. Above: $\ln 0.325 / (8/6)^{0.6} \approx -0.946$.

# %%
BOS, EOS = 0, 1
WORDS = ["<bos>", "<eos>", "a", "the", "cat", "dog"]
# The row is the last token, the column the next one.
NEXT = torch.tensor(
    [
        [0.01, 0.01, 0.59, 0.38, 0.005, 0.005],
        [0.05, 0.75, 0.05, 0.05, 0.05, 0.05],
        [0.01, 0.01, 0.01, 0.22, 0.40, 0.35],
        [0.01, 0.01, 0.01, 0.01, 0.95, 0.01],
        [0.02, 0.90, 0.02, 0.02, 0.02, 0.02],
        [0.02, 0.90, 0.02, 0.02, 0.02, 0.02],
    ],
    dtype=torch.float64,
)


def small_model(prefixes):
    """Log-probabilities (m, 6) of what comes after each of m prefixes, an int64 tensor (m, n) that begins with BOS."""
    return NEXT.log()[prefixes[:, -1]]


after_a = small_model(torch.tensor([[BOS, 2]])).exp()[0]
print("after “<bos> a”:", ", ".join(f"{word} {share:.2f}" for word, share in zip(WORDS, after_a, strict=True)))

# %% [markdown]
# <details><summary>Hint</summary>
#
# Keep two things for the beginnings that are still running: their tokens, a tensor `(m, n)`, and their log-probabilities
# `(m,)`. One step is: ask the model for all of them at once; add, which gives `(m, vocab)` sums; take the best `beam` of **all**
# these; find out from which beginning and with which token each has come. Those that end in `eos` go to a list of their own.
#
# </details>
#
# <details><summary>Help: “selected index k out of range”</summary>
#
# There are not always `beam` continuations to choose from: one beginning and six tokens make six.
#
# </details>
#
# <details><summary>Help: the words come from different sentences</summary>
#
# `topk` on the flattened sums gives positions in `m · vocab`. Dividing by `vocab` gives the beginning, the remainder the token.
# The tokens of that beginning have to come along: it may have been second before, and be first now.
#
# </details>
#
# <details><summary>Help: a sentence goes on after `eos`</summary>
#
# A sentence that has ended is not continued. It waits, with its score, until the search is over. It need not be the best
# one in the end: one that is still running may overtake it.
#
# </details>
#
# <details><summary>Question</summary>
#
# With a beam as large as you like, the search finds the likeliest sentence of all. Translations get **worse** then, not
# better. What kind of sentences does a model find likely that nobody would want?
#
# </details>


# %% solution="beam_search"
def beam_search(log_probs, bos, eos, beam, max_length, length_penalty=0.6):
    """The best sentence that is found by following the `beam` likeliest beginnings at once.

    Args:
        log_probs: a function. It takes prefixes, an int64 tensor (m, n) whose rows begin with
            bos, and gives a floating-point tensor (m, vocab): the log-probability of each token
            as the next one of each prefix. It can be called with any number of prefixes.
        bos: the token that every prefix begins with.
        eos: the token that ends a sentence. Both are ints below vocab.
        beam: how many beginnings are followed; it may be larger than vocab.
        max_length: how many tokens a sentence has at most, eos counted and bos not; at least 1.
        length_penalty: the α of the score, log-probability / ((5 + n) / 6)^α with n tokens, eos
            counted and bos not.

    Returns:
        (tokens, score): the sentence as a list of ints without bos and with eos, and its score,
        a float. Of all sentences that have ended it is the one with the best score. If none has
        ended within max_length tokens it is the best of those that have not, without eos.
        - beam=1 is greedy decoding: the likeliest token at every step, until eos or max_length.
          Nothing is looked for after that eos.
        - Sentences that have ended are not continued.
        - A beam that is large enough to follow everything finds the sentence with the best
          score of all.

    Raises:
        ValueError: beam is less than 1; the message names it.

    Yours to decide: whether sentences that have ended take up places in the beam; whether those
        that have not may still win at max_length, if others have ended; which of two equal
        scores wins.
    Not asked about: probabilities of 0 and NaN.
    Source: Vaswani et al. 2017, section 6.1; Wu et al. 2016, section 7.
    """
    ### BEGIN SOLUTION
    if beam < 1:
        raise ValueError(f"beam is {beam}, expected 1 or more")

    def score(log_probability, n):
        return log_probability / ((5 + n) / 6) ** length_penalty

    running = torch.tensor([[bos]])
    sums = torch.zeros(1, dtype=torch.float64)
    ended = []
    for n in range(1, max_length + 1):
        continued = sums[:, None] + log_probs(running)
        places = min(beam - len(ended), continued.numel())
        sums, chosen = continued.flatten().topk(places)
        parents, tokens = chosen // continued.shape[1], chosen % continued.shape[1]
        running = torch.cat([running[parents], tokens[:, None]], dim=1)
        for sentence, total in zip(running[tokens == eos], sums[tokens == eos], strict=True):
            ended.append((score(total.item(), n), sentence[1:].tolist()))
        running, sums = running[tokens != eos], sums[tokens != eos]
        if len(ended) == beam or len(running) == 0:
            break
    if not ended:
        ended = [(score(sums[0].item(), max_length), running[0, 1:].tolist())]
    best, sentence = max(ended)
    return sentence, best
    ### END SOLUTION


# %% check="beam_search" points=9
check(beam_search)

# %% [markdown]
# Greedy and beam search on the model above:


# %%
def show_sentences():
    """Prints what greedy decoding and beam search find."""
    try:
        for beam in (1, 2, 4):
            tokens, score = beam_search(small_model, BOS, EOS, beam, max_length=8)
            print(f"beam {beam}:  {' '.join(WORDS[token] for token in tokens):<18} score {score:.3f}")
    except NotImplementedError:
        print("Write beam_search first, then run this cell again.")


show_sentences()

# %% [markdown]
# ## What you have now
#
# A Transformer, from the dot product up, and the four ideas with which models that hold whole books and answer in
# real time are run: blocks instead of tables, a cache instead of repetition, a few beginnings instead of one. Not one of
# them changes what the model says by more than rounding. `F.scaled_dot_product_attention` chooses such an algorithm for you on a
# GPU; now you know what it does.
#
# To go on: let your model of unit 11 decode with a beam. `beam_search` needs a function from prefixes to log-probabilities,
# and `model.decode(...)` followed by a `log_softmax` of its last row is one.
