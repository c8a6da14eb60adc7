# %% [markdown]
# # 06 · PyTorch: the same ideas, with gradients, on any device
#
# In NumPy your attention is complete: it computes. What it cannot do is **learn**. To learn, each of the many thousand
# weights has to be nudged in the direction that makes the error smaller, and that direction is a derivative. In unit 02
# you derived the one of the softmax by hand, and it took a page. Nobody does that for a whole Transformer.
#
# PyTorch's **tensor** is an array with a memory. It keeps track of the operations that it went through, and walks back
# through them to find all derivatives by itself:
#
# ```
#     x ──► x·x ──► sum ──► 25          forwards: you write it
#     6,8 ◄── 2x ◄─── 1 ◄── 1           backwards: PyTorch does it       (x = 3, 4)
# ```
#
# It also runs on a **GPU**, unchanged, if you let it. In this unit you write what you know once more, in this new
# language, and check it against your own NumPy versions. From here on everything is PyTorch.
#
# **How to work.** Replace each `raise NotImplementedError(...)` by your code, run the cell, run the check below it. The
# docstring says all that is asked; the help is there to unfold. What all code shares (PyTorch's default dtype, its random
# seed, whether gradients are recorded) is left as it was, and decides nothing beyond what a docstring says.

# %%
import math

import torch
from torch import nn

from autograder import check, earlier, plot_attention

# %% [markdown]
# ### Ten minutes of PyTorch
#
# Run this cell and compare with the picture above. `requires_grad=True` asks for a memory, `backward()` walks back.

# %%
arrow = torch.tensor([3.0, 4.0], requires_grad=True)
squared_length = (arrow * arrow).sum()
squared_length.backward()
print("value", squared_length.item(), "  derivative by each entry", arrow.grad)

# %% [markdown]
# Most of NumPy is there under the same name. These are the differences that you will meet today:
#
# | NumPy | PyTorch | |
# |:--|:--|:--|
# | `x.sum(axis=-1, keepdims=True)` | `x.sum(dim=-1, keepdim=True)` | |
# | `x.max(axis=-1)` | `x.amax(dim=-1)` | `x.max(dim=-1)` gives two things: values and places |
# | `np.where(mask, a, b)` | `torch.where(mask, a, b)`, `b.masked_fill(~mask, 0.0)` | |
# | `k.swapaxes(-2, -1)` | `k.transpose(-2, -1)` | |
# | `x.astype(np.float32)` | `x.to(torch.float32)` | |
# | `x.size` | `x.numel()` | `x.size()` is the shape |
# | numbers are float64 | numbers are float32 | the *default dtype*; half as much memory and traffic |
#
# **Three rules**, from now on for everything that you write. Each of them has its tests.
#
# 1. **Stay among tensors.** `.numpy()`, `.item()`, `.tolist()`, `.detach()` and `torch.tensor(x)` cut the memory: from
#    there on no gradient comes back.
# 2. **What you make goes where the input is.** `torch.zeros(3)` lies on the CPU and is float32. Beside a tensor on the
#    GPU that is an error; it needs `device=x.device, dtype=x.dtype`. (Plain numbers, as in `2 * x`, fit everywhere.)
# 3. **Leave the inputs alone.** `x += 1`, and every method whose name ends in `_`, write into the caller's tensor.
#
# **Given**, because all functions need it: PyTorch's `sum` of whole numbers stays whole, and its `exp` and its `@` make
# their own choices. So whole numbers become floating-point numbers first.


# %%
def floating(x):
    """x itself where it is of a floating-point dtype, else its numbers in PyTorch's default dtype."""
    return x if x.is_floating_point() else x.to(torch.get_default_dtype())


# %% [markdown]
# ## 1 · `norm`
#
# Difficulty ●●○○○ · about 20 minutes
#
# Something small, to begin with: the length of a vector, now for all rows of a tensor at once, and along any axis.
#
# $$\lVert x \rVert = \sqrt{\sum_i x_i^2}
# \qquad\text{with the gradient}\qquad
# \frac{\partial \lVert x \rVert}{\partial x} = \frac{x}{\lVert x \rVert}$$
#
# By hand: [3, 4] has the length 5 and the gradient [0.6, 0.8]. PyTorch finds that by itself. But now look at [0, 0]:
# the length is 0, and the gradient is 0 / 0.
#
# ```
#    √s │        ▁▂▃▄▅     the root starts vertically: its slope ½/√s is infinite at 0,
#       │  ▂▄▅▆            and walking back, PyTorch multiplies:
#       │▅                     infinite slope of the root · 0 (the slope of x·x at 0) = NaN
#       └──────────── s
# ```
#
# One row of zeros in a batch, and after the next step of learning **all weights are NaN**. This will come back: a sentence of
# nothing but padding does the same to the attention. Learn to deal with it here, where it is small.

# %% [markdown]
# <details><summary>Hint</summary>
#
# It does not help to look at the result and to correct it: the root has been taken by then. The root must never *see* a
# 0. Which harmless number could it be given there instead, and what is to be done about its answer?
#
# </details>
#
# <details><summary>Help: the value is right, and the gradient is still NaN</summary>
#
# Did you choose with `torch.where(zero, 0.0, something.sqrt())`? A gradient walks back through **both** sides of a `where`,
# and is multiplied by 0 on the side that was not chosen: 0 · inf = NaN. The side that is not chosen has to be finite, too.
#
# </details>
#
# <details><summary>Help: fine for ordinary vectors, wrong for tiny ones</summary>
#
# A small number that is added under the root, or a length below which you call a vector zero, is not small beside a
# vector of size 1e-100. Only what *is* 0 is 0.
#
# </details>
#
# <details><summary>Help: “sqrt” of whole numbers, or “has dtype int64”</summary>
#
# The given function `floating` is there for that. Use it before anything is squared: the square of 100 has no room in an
# int8.
#
# </details>
#
# <details><summary>Question</summary>
#
# The gradient $x / \lVert x \rVert$ has a length of its own. Which one, for every $x$? What does that say about where a
# step would lead that should make a vector longer?
#
# </details>


# %% solution="norm"
def norm(x, dim=-1):
    """The Euclidean length of every vector along an axis.

    Args:
        x: a tensor with at least one axis, of any floating-point or integer dtype. In float64 the
            size of each number is 0 or between 1e-150 and 1e150. It is not changed.
        dim: the axis that the vectors lie along; negative numbers count from the last axis.

    Returns:
        A tensor of the shape of x without the axis dim: the root of the sum of the squares.
        Floating-point x keeps its dtype; whole numbers are computed in PyTorch's default dtype.
        Gradients reach x: x / norm(x), and at a vector of zeros any numbers that are finite.

    Forbidden: torch.linalg.norm, torch.linalg.vector_norm, torch.norm and x.norm(),
        torch.nn.functional.normalize, distances such as torch.cdist, and the same by other names.
    Not asked about: tensors without entries, numbers whose squares, or their sum, their dtype cannot hold.
    """
    ### BEGIN SOLUTION
    x = floating(x)
    squares = (x * x).sum(dim)
    zero = squares == 0
    # The slope of the root is infinite at 0, and would be multiplied by 0 on the way back: so it is given a 1 there.
    return squares.masked_fill(zero, 1.0).sqrt().masked_fill(zero, 0.0)
    ### END SOLUTION


# %% check="norm" points=5
check(norm)

# %% [markdown]
# ## 2 · `cosine_similarity`
#
# Difficulty ●●○○○ · about 15 minutes
#
# How far two vectors agree in direction, whatever their lengths:
#
# $$\cos(x, y) = \frac{\sum_i x_i y_i}{\lVert x \rVert\, \lVert y \rVert} \qquad\text{between } -1 \text{ and } 1$$
#
# | x | y | Σ x·y | lengths | cosine |
# |:--|:--|--:|:--|--:|
# | [3, 4] | [1, 0] | 3 | 5 and 1 | 0.6 |
# | [1, 2, 3] | [2, 4, 6] | 28 | √14 and √56 | 1 |
# | [1, 0, 0] | [0, 1, 0] | 0 | 1 and 1 | 0 |
# | [0, 0] | [1, 0] | 0 | **0** and 1 | 0, by our own rule |
#
# The corners are those of unit 01: a vector of zeros is similar to nothing, and rounding must not carry a cosine beyond
# 1. New is that all rows are compared at once, each with the row at the same place, and that there is a gradient.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Your `norm` does most of it, and its gradient is safe. Then there is one division left that could go wrong: what does the
# numerator look like wherever the denominator is 0?
#
# </details>
#
# <details><summary>Help: NaN where a row is zero, in the value or in the gradient only</summary>
#
# As in `norm`: do not repair the quotient, give the division something that it can divide by. The gradient of a division walks
# back through the denominator as well.
#
# </details>
#
# <details><summary>Help: 1.0000000000000002</summary>
#
# That is rounding. `clamp` (or `clip`) limits a tensor to a range, and lets the gradient through inside.
#
# </details>
#
# <details><summary>Help: vectors of different lengths are accepted</summary>
#
# PyTorch repeats an axis of length 1: [2] times [1, 2, 3] is [2, 4, 6], without an error. The docstring wants one, so the
# lengths have to be compared first.
#
# </details>
#
# <details><summary>Question</summary>
#
# Follow the gradient of the cosine a small step, from [3, 4]. Does the vector become longer, does it turn, or both? (Think of
# what the cosine does not depend on. One of the checks looks at just that.)
#
# </details>


# %% solution="cosine_similarity"
def cosine_similarity(x, y, dim=-1):
    """The cosine of the angle between every vector of x and the one at the same place in y.

    Args:
        x: a tensor with at least one axis, of any floating-point or integer dtype. In float64 the
            size of each number is 0 or between 1e-150 and 1e150.
        y: a tensor of the same shape and dtype. Neither is changed.
        dim: the axis that the vectors lie along; negative numbers count from the last axis.

    Returns:
        A tensor of the shape of x without the axis dim, in [-1, 1] also after rounding; 0 where a
        vector of x or y (or both) is zero.
        Floating-point tensors keep their dtype; whole numbers are computed in PyTorch's default
        dtype. Gradients reach x and y, and are finite at vectors of zeros.

    Raises:
        ValueError: the vectors of x and y are not equally long; the message names both lengths.

    Forbidden: torch.nn.functional.cosine_similarity and torch.nn.CosineSimilarity, under any name.
    Not asked about: tensors without entries, other shapes that differ, numbers whose squares, or
        their sum, their dtype cannot hold.
    """
    ### BEGIN SOLUTION
    if x.shape[dim] != y.shape[dim]:
        raise ValueError(
            f"the vectors of x have {x.shape[dim]} components, those of y {y.shape[dim]}: expected as many"
        )
    x, y = floating(x), floating(y)
    lengths = norm(x, dim) * norm(y, dim)
    # Where a length is 0, so is the sum of the products: it may be divided by anything else.
    cosine = (x * y).sum(dim) / lengths.masked_fill(lengths == 0, 1.0)
    return cosine.clamp(-1.0, 1.0)
    ### END SOLUTION


# %% check="cosine_similarity" points=5
check(cosine_similarity)

# %% [markdown]
# ## 3 · `softmax`
#
# Difficulty ●●●○○ · about 20 minutes
#
# The function of unit 02, with all that you found out about it there:
#
# $$\mathrm{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}$$
#
# | scores | | shares |
# |:--|:--|:--|
# | [0, ln 3] | 1 : 3 | [0.25, 0.75] |
# | [1000, 1000] | the exponential is inf, and inf / inf is NaN | [0.5, 0.5] |
# | [0, −inf] | hidden: no share at all | [1, 0] |
# | [−inf, −inf] | nothing to share with: 0 / 0 | [0, 0] |
#
# On a GPU one computes with **half** the digits if one can, in float16 or bfloat16: that is twice as fast, or more. In
# float16 numbers end at 65504, and so $e^x$ is infinite from $x = 11.1$ on. What was a corner in unit 02 happens every day here.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Begin with your NumPy code from unit 02 and the table of differences above. For each tensor that you make on the way, ask
# which dtype and which device it has.
#
# </details>
#
# <details><summary>Help: NaN in a slice of nothing but −inf</summary>
#
# −inf − (−inf) is NaN. Which finite number could stand in for a maximum of −inf? `torch.finfo(x.dtype)` knows a few. And
# then, what is the sum of the exponentials of this slice, and what would you like to divide by?
#
# </details>
#
# <details><summary>Help: “amax(): argument 'dim'…”, “exp” of integers, or a result of another dtype</summary>
#
# `x.max(dim)` gives a pair of values and places; `x.amax(dim)` gives the values. Whole numbers need `floating` first. A
# tensor made by `torch.tensor(...)` or `torch.zeros(...)` is float32 and turns float16 into float32.
#
# </details>
#
# <details><summary>Question</summary>
#
# The maximum is subtracted, so the result seems to depend on it. Must the gradient pass through it, too? What happens to the
# shares if *any* other number is subtracted from the whole slice?
#
# </details>


# %% solution="softmax"
def softmax(x, dim=-1):
    """Turn every slice of scores into shares that are never negative and add up to 1.

    Args:
        x: scores, a tensor with at least one axis, of any floating-point or integer dtype; finite
            numbers of any size, or -inf. It is not changed.
        dim: the axis along which the shares add up to 1; negative numbers count from the last.

    Returns:
        A tensor of the shape of x. Floating-point scores keep their dtype; whole numbers are
        computed in PyTorch's default dtype.
        - Finite for finite scores of any size (10,000 or -10,000), in float16 and bfloat16 too.
        - A score of -inf has the share 0; a slice of nothing but -inf has zeros, never NaN.
        Gradients reach x. (At a slice of nothing but -inf you will be glad of finite ones in
        exercise 5; they are not asked about here.)

    Cost: operations on whole tensors, as many for a large one as for a small one; at most three
        times the time of a good solution. A GPU is never waited for: no `.item()`, no `.cpu()`,
        no `if` that depends on the numbers in a tensor.
    Forbidden: torch.softmax, log_softmax and their forms as method, function and module.
    Not asked about: NaN and +inf, tensors without entries.
    """
    ### BEGIN SOLUTION
    x = floating(x)
    # Shares do not change when a number is subtracted from the whole slice, so no gradient goes through the maximum.
    # Where all scores are -inf, the lowest number stands in for it: -inf minus -inf would be NaN.
    largest = x.detach().amax(dim, keepdim=True).clamp(min=torch.finfo(x.dtype).min)
    powers = torch.exp(x - largest)
    total = powers.sum(dim, keepdim=True)
    return powers / total.masked_fill(total == 0, 1.0)
    ### END SOLUTION


# %% check="softmax" points=8
check(softmax)

# %% [markdown]
# ### What you no longer have to do
#
# In unit 02 you worked out how a change of the shares goes back to the scores, and wrote `softmax_backward`. Run the next cell:
# it asks PyTorch for the same, through the softmax that you have just written.


# %%
def compare_gradients():
    """The gradient that PyTorch finds, beside the one that was derived by hand in unit 02."""
    softmax_backward = earlier("softmax_backward")
    scores = torch.tensor([2.0, 4.0, 4.0, 1.0], dtype=torch.float64, requires_grad=True)
    change = torch.tensor([1.0, 0.0, -1.0, 0.5], dtype=torch.float64)
    try:
        shares = softmax(scores)
    except NotImplementedError:
        print("Write softmax first, then run this cell again.")
        return
    shares.backward(change)
    print("PyTorch     ", scores.grad.numpy().round(6))
    print("unit 02     ", softmax_backward(shares.detach().numpy(), change.numpy()).round(6))


compare_gradients()

# %% [markdown]
# ## 4 · `causal_mask` and `padding_mask`
#
# Difficulty ●○○○○ · about 10 minutes
#
# The masks of unit 04, `True` where a key may be looked at:
#
# ```
#    causal_mask(4)          padding_mask([[7, 3, 9, 0],          shape (batch, 1, 1, n)
#      █ · · ·                             [5, 0, 0, 0]])
#      █ █ · ·                 █  █  █  ·
#      █ █ █ ·                 █  ·  ·  ·
#      █ █ █ █
# ```
#
# A mask has to lie **where the scores are**. `padding_mask` is given a tensor and can stay with it. `causal_mask` is given
# nothing but a number, so somebody has to tell it: that is what `device` is for. `None` means PyTorch's default.
#
# There is no GPU in your laptop? The checks use a **simulated** device: it computes on the CPU, but refuses to mix with
# CPU tensors, with the message that a real GPU would give.

# %% [markdown]
# <details><summary>Hint</summary>
#
# PyTorch can make a triangle of ones (`tril`), or you compare a column of numbers with a row. All functions that make a
# tensor from nothing, such as `torch.ones` and `torch.arange`, take `dtype` and `device`.
#
# </details>
#
# <details><summary>Help: “returns a tensor on cpu, although `device` says simulated”</summary>
#
# Some function in your code makes a tensor without being told where. Pass `device` on to it, rather than moving the
# finished mask: a mask that is made on the CPU has to travel.
#
# </details>
#
# <details><summary>Help: “Expected all tensors to be on the same device”</summary>
#
# `padding_mask` compares the tokens with a tensor that you made, on the CPU. Compare with the plain number instead.
#
# </details>
#
# <details><summary>Question</summary>
#
# Why is the mask not made once and for all, with the model? What would you have to know beforehand?
#
# </details>


# %% solution="causal_mask"
def causal_mask(n, device=None):
    """Which keys each query may look at, if nobody may look ahead.

    Args:
        n: the number of positions, an int from 0 on.
        device: where the mask is to lie, a torch.device or its name; None for PyTorch's default.

    Returns:
        A bool tensor (n, n) on that device, a row for each query and a column for each key: True
        where the key does not come after the query, on the diagonal too.

    Source: Vaswani et al. 2017, section 3.2.3.
    """
    ### BEGIN SOLUTION
    return torch.ones(n, n, dtype=torch.bool, device=device).tril()
    ### END SOLUTION


# %% check="causal_mask" points=3
check(causal_mask)


# %% solution="padding_mask"
def padding_mask(tokens, pad=0):
    """Which keys are words (True), and which are padding (False).

    Args:
        tokens: token ids, a tensor (batch, n) of any integer dtype. It is not changed. batch and n
            may be 0.
        pad: the id that is padding, wherever it stands in a row; an int that the tokens' dtype can hold.

    Returns:
        A bool tensor (batch, 1, 1, n) on the tokens' device, to be laid over scores
        (batch, heads, n_queries, n_keys): True where the token is not pad.

    Not asked about: a pad that is the lowest number of a signed dtype, such as -128 in int8.
    """
    ### BEGIN SOLUTION
    return (tokens != pad)[:, None, None, :]
    ### END SOLUTION


# %% check="padding_mask" points=3
check(padding_mask)

# %% [markdown]
# ## 5 · `scaled_dot_product_attention`
#
# Difficulty ●●●●○ · about 35 minutes
#
# The heart of the Transformer (Vaswani et al. 2017, section 3.2.1), for any number of batch and head axes:
#
# $$\text{weights} = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right)\ \text{over the keys that may be seen}
# \qquad \text{output} = \text{weights} \cdot V$$
#
# | | shape |
# |:--|:--|
# | `q` | `(..., n_queries, d_k)` |
# | `k` | `(..., n_keys, d_k)` |
# | `v` | `(..., n_keys, d_v)` |
# | scores, weights | `(..., n_queries, n_keys)` |
# | `output` | `(..., n_queries, d_v)` |
#
# By hand: queries of zeros, so that all scores are 0; the values 2, 4 and 9; and four rows of a mask.
#
# | visible | weights | output |
# |:-:|:--|--:|
# | █ · · | 1, 0, 0 | 2 |
# | █ █ · | ½, ½, 0 | 3 |
# | █ █ █ | ⅓, ⅓, ⅓ | 5 |
# | · · · | 0, 0, 0 | **0** |

# %% [markdown]
# **Two traps, forwards and backwards.**
#
# - *The query that sees nothing.* A softmax of nothing but −inf can give NaN; you have seen to that. But NaN may also hide in
#   the **gradient**, where you do not see it: `nan_to_num` after the softmax mends the weights, and on the way back the NaN
#   that it covered is multiplied by 0 and is still NaN.
# - *The value that nobody sees.* Padding may hold anything, NaN too. A weight of 0 does not help, because 0 · NaN = NaN; and
#   backwards the value is multiplied once more. What no query may see has to be taken out **before** the product, as in unit
#   04, and then its gradient is 0 as well.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Write your `masked_attention` of unit 04 in the new language, line by line, with your softmax from above. Then look at each line
# twice: which tensors does it make, and what does it do when PyTorch walks back through it?
#
# </details>
#
# <details><summary>Help: “masked_fill_ only supports boolean masks”, or all the wrong keys are hidden</summary>
#
# `masked_fill` fills where its mask is **True**; ours is True where a key may be *seen*. Turn it round with `~`, which is for
# booleans.
#
# </details>
#
# <details><summary>Help: gradients are NaN although all values are right</summary>
#
# Find the row: give one query alone, with a mask that hides everything, and ask for `q.grad`. If your softmax makes the NaN,
# its division (or its difference) does what the root did in exercise 1, and the cure is the same. If it is made for an unseen
# value of NaN, see the second trap.
#
# </details>
#
# <details><summary>Help: “The size of tensor a (5) must match the size of tensor b (3)”, for some masks only</summary>
#
# A mask may have the shape `(n_keys,)`, `(n_queries, 1)` or `(batch, 1, 1, n_keys)`. Bring it to the shape of the scores before
# you ask which keys anyone can see: `expand` does it without copying, and complains with a `RuntimeError` if it does not fit.
#
# </details>
#
# <details><summary>Help: the weights are all 0 or 1, or the gradients are tiny</summary>
#
# Print the scores. A score is a sum of $d_k$ products, and grows with $\sqrt{d_k}$; a softmax of large scores is saturated, and a
# saturated softmax has no slope. That is what the root is for: by which number is it taken?
#
# </details>
#
# <details><summary>Question</summary>
#
# The library has this function, ready and fast: `torch.nn.functional.scaled_dot_product_attention`. It returns the output only. What
# might it never compute, and why does that make it fast? (Unit 12 has the answer.)
#
# </details>


# %% solution="scaled_dot_product_attention"
def scaled_dot_product_attention(q, k, v, mask=None):
    """Attention: for each query the mean of the values, weighted by how well their keys match.

    Args:
        q: queries, a tensor (..., n_queries, d_k).
        k: keys, a tensor (..., n_keys, d_k) with the same leading axes, of any number.
        v: values, a tensor (..., n_keys, d_v). The three have the same dtype.
        mask: a bool tensor that broadcasts to (..., n_queries, n_keys), such as (n_keys,) or
            (batch, 1, 1, n_keys): True where the key may be attended to. None hides nothing.
            No argument is changed.

    Returns:
        (output, weights): the output (..., n_queries, d_v), and the weights
        (..., n_queries, n_keys), softmax of the scores divided by the root of d_k. Floating-point
        tensors keep their dtype; whole numbers are computed in PyTorch's default dtype.
        - A hidden key has the weight 0, exactly, however low the scores of the others are.
        - A query whose keys are all hidden has weights 0 and output 0.
        - A value at a key that no query may see (of its batch and head) can be NaN or infinite
          without reaching the output.
        Gradients reach q, k and v. They are finite also where a query sees nothing; an unseen
        value of NaN leaves those of q, k and the other values finite.

    Raises:
        ValueError: queries and keys differ in d_k, keys and values in number, or the mask does not
            broadcast to the scores; the message names both sizes.

    Cost: operations on whole tensors, no loop over batch, heads, queries or keys; at most three
        times the time of a good solution. A GPU is never waited for, as in softmax.
    Forbidden: torch.softmax, log_softmax, torch.nn.functional.scaled_dot_product_attention and
        their forms as method, function and module.
    Not asked about: tensors without entries, NaN and infinities elsewhere, a mask with more axes
        than the scores, scores that are the lowest number of their dtype.
    Source: Vaswani et al. 2017, sections 3.2.1 and 3.2.3.
    """
    ### BEGIN SOLUTION
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"the queries have {q.shape[-1]} columns, the keys {k.shape[-1]}: expected as many")
    if k.shape[-2] != v.shape[-2]:
        raise ValueError(f"there are {k.shape[-2]} keys and {v.shape[-2]} values: expected as many")
    q, k, v = floating(q), floating(k), floating(v)
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        try:
            mask = mask.expand(scores.shape)
        except RuntimeError:
            raise ValueError(
                f"a mask of shape {tuple(mask.shape)} does not broadcast to scores of {tuple(scores.shape)}"
            ) from None
        scores = scores.masked_fill(~mask, -math.inf)
        unseen = ~mask.any(dim=-2)
        v = v.masked_fill(unseen.unsqueeze(-1), 0.0)  # 0 · NaN is NaN, forwards and backwards
    weights = softmax(scores)
    return weights @ v, weights
    ### END SOLUTION


# %% check="scaled_dot_product_attention" points=12
check(scaled_dot_product_attention)

# %% [markdown]
# ## 6 · `MultiHeadAttention`
#
# Difficulty ●●●●○ · about 35 minutes
#
# What learns in PyTorch is an **`nn.Module`**: a class that knows its own weights. Whatever you assign to `self` in `__init__`
# and that is a module or an `nn.Parameter`, it registers. So `model.parameters()` finds everything that is to be learned,
# `model.to(device)` moves it, and `model.state_dict()` saves it, under the names that you gave.
#
# The matrices of unit 05 become layers, `nn.Linear(d_model, d_model)`: each has a `weight` and a `bias`, draws its first
# numbers itself, and computes $x W^\top + b$.
#
# $$Q = W^Q(\text{query}) \qquad K = W^K(\text{key}) \qquad V = W^V(\text{value})$$
#
# $$\text{weights}_h = \mathrm{softmax}\!\left(\frac{Q_h K_h^\top}{\sqrt{d_k}}\right)
# \qquad
# \text{output} = W^O\big(\mathrm{Concat}(\text{weights}_h V_h)\big)$$
#
# | step | shape | base model |
# |:--|:--|:--|
# | `query`; `key`, `value` | `(batch, n_queries, d_model)`; `(batch, n_keys, d_model)` | 512 columns |
# | $Q_h$ of all heads | `(batch, num_heads, n_queries, d_k)` | 8 heads of 64 |
# | weights | `(batch, num_heads, n_queries, n_keys)` | divided by √64 = 8 |
# | `output` | `(batch, n_queries, d_model)` | 512 columns again |

# %% [markdown]
# **New: dropout.** In training some weights are set to 0 at random, and the others are divided by $1 - p$ so that the mean
# stays. No head can then rely on one single word. With $p = 0.5$:
#
# ```
#     weights after softmax    0.1   0.2   0.4   0.3
#     after dropout            0.2   0     0     0.6         these are multiplied with the values
# ```
#
# `nn.Dropout(p)` does that, and does nothing after `model.eval()`.

# %% [markdown]
# <details><summary>Hint</summary>
#
# As in unit 05, `forward` has five lines: project, split, weights, combine, project. `unflatten(-1, (a, b))` cuts the last axis
# into two, `flatten(start)` joins axes again. Dropout stands *between* weights and values: which of the two results of your
# attention function can you go on with?
#
# </details>
#
# <details><summary>Help: “cannot assign module before Module.__init__() call”</summary>
#
# `super().__init__()` has to come before the first layer is assigned.
#
# </details>
#
# <details><summary>Help: “has no parameter `w_q.weight`”</summary>
#
# Layers in a plain Python list or dictionary are not seen by `nn.Module`. Each of the four is an attribute of its own, with the
# name in the docstring: those names are what the weights are saved under.
#
# </details>
#
# <details><summary>Help: “view size is not compatible with input tensor's size and stride”</summary>
#
# `view` never copies, and after `transpose` neighbours are no longer neighbours in memory. `reshape` and `flatten` copy where
# they must.
#
# </details>
#
# <details><summary>Help: the same input gives other outputs after `eval()`</summary>
#
# `torch.dropout` and `nn.functional.dropout` have to be told whether the module is in training (`self.training`). A submodule
# `nn.Dropout` is told by `eval()` and `train()` themselves.
#
# </details>
#
# <details><summary>Question</summary>
#
# Add the same vector to all keys by changing the bias of `w_k`. What happens to the scores of a query, and what to its weights?
# Which gradient does this bias therefore get?
#
# </details>


# %% solution="MultiHeadAttention"
class MultiHeadAttention(nn.Module):
    """Attention in several heads at once (Vaswani et al. 2017, section 3.2.2).

    Args:
        d_model: the number of columns of a word, a multiple of num_heads.
        num_heads: the number of heads; head h owns the columns h·d_k to (h+1)·d_k - 1 of the
            projected queries, keys and values, with d_k = d_model / num_heads.
        dropout: the share of the attention weights that is dropped in training.

    Attributes:
        w_q, w_k, w_v, w_o: layers nn.Linear(d_model, d_model), with bias, for queries, keys, values
            and output. There are no other parameters.

    Raises:
        ValueError: d_model is not a multiple of num_heads; the message names both.

    Not asked about: less than one head.
    """

    def __init__(self, d_model, num_heads, dropout=0.0):
        ### BEGIN SOLUTION
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"d_model is {d_model}, expected a multiple of the {num_heads} heads")
        self.num_heads = num_heads
        self.w_q = nn.Linear(d_model, d_model)
        self.w_k = nn.Linear(d_model, d_model)
        self.w_v = nn.Linear(d_model, d_model)
        self.w_o = nn.Linear(d_model, d_model)
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(self, query, key, value, mask=None):
        """What every query finds among the keys.

        Args:
            query: a tensor (batch, n_queries, d_model) of the module's dtype.
            key: a tensor (batch, n_keys, d_model).
            value: a tensor (batch, n_keys, d_model).
            mask: a bool tensor that broadcasts to (batch, num_heads, n_queries, n_keys), True
                where the key may be attended to; None hides nothing. No argument is changed.

        Returns:
            (output, weights): the output (batch, n_queries, d_model), and the weights of every
            head (batch, num_heads, n_queries, n_keys), before or after dropout.
            - In training, dropout changes the weights that the values are multiplied with, and
              nothing else. In `eval()` nothing is dropped.
            - A hidden key has the weight 0, exactly.
            - A query whose keys are all hidden has weights 0 in every head, and the output that
              the layer w_o makes of zeros.
            Gradients reach query, key, value and all parameters, and are finite.

        Raises:
            ValueError: keys and values are not equally many, or the mask does not broadcast to the
                weights; the message names both sizes. (For words of another size than d_model,
                what nn.Linear raises is good enough.)

        Cost: as many operations for a large batch, many heads and long sentences as for small.
        Forbidden: torch.nn.MultiheadAttention, torch.nn.functional.multi_head_attention_forward and
            the modules that contain them.
        Not asked about: tensors without entries, NaN and infinities.
        """
        ### BEGIN SOLUTION

        def split_heads(x):
            return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

        q, k, v = split_heads(self.w_q(query)), split_heads(self.w_k(key)), split_heads(self.w_v(value))
        _, weights = scaled_dot_product_attention(q, k, v, mask)
        heads = self.dropout(weights) @ v
        return self.w_o(heads.transpose(1, 2).flatten(2)), weights
        ### END SOLUTION


# %% check="MultiHeadAttention" points=16
check(MultiHeadAttention)

# %% [markdown]
# ## Why PyTorch: it learns
#
# A wish: **each word's output should be the word before it.** Nothing in your code says how. A word here is ten random numbers
# and, in six more, a mark of its place. The next cell draws the weights as they are at first. The one after it takes 100 steps,
# on new words each time, in the direction of the gradients that PyTorch finds through all that you have written.


# %%
def learn_to_look_back(steps):
    """Trains your attention to hand on the word before, and draws the weights that it has then."""
    torch.manual_seed(0)
    places = 4 * torch.eye(6).expand(32, 6, 6)
    words = torch.cat([torch.randn(32, 6, 10), places], dim=-1)
    try:
        attention, mask = MultiHeadAttention(d_model=16, num_heads=1), causal_mask(6)
        output, weights = attention(words, words, words, mask)
    except NotImplementedError:
        print("Write everything up to MultiHeadAttention first, then run this cell again.")
        return None
    optimizer = torch.optim.Adam(attention.parameters(), lr=0.02)
    for step in range(steps):
        error = ((output[:, 1:, :10] - words[:, :-1, :10]) ** 2).mean()
        if step % 20 == 0 or step == steps - 1:
            print(f"step {step:3}   mean squared error {error.item():.3f}")
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        words = torch.cat([torch.randn(32, 6, 10), places], dim=-1)
        output, weights = attention(words, words, words, mask)
    tokens = ["the", "cat", "sat", "on", "the", "mat"]
    return plot_attention(weights.detach(), tokens, title=f"weights after {steps} steps")


learn_to_look_back(steps=0)

# %%
learn_to_look_back(steps=100)

# %% [markdown]
# After learning, the weights stand just below the diagonal: each word looks at the one before it. (The first word has nothing
# before it, and sees only itself.) You told the machine *what* you want, and the gradients found out *how*.

# %% [markdown]
# ## What you have now
#
# | you wrote | where it is used |
# |:--|:--|
# | `norm`, `cosine_similarity` | wherever directions are compared; and you know where NaN comes from in a gradient |
# | `softmax`, `scaled_dot_product_attention` | inside every attention from here on |
# | `causal_mask`, `padding_mask` | the decoder (unit 10) and the whole model (unit 11) |
# | `MultiHeadAttention` | the encoder (unit 09) and, twice in each layer, the decoder (unit 10) |
#
# Next, the words learn where they stand (unit 07).
