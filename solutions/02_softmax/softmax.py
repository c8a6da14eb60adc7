# %% [markdown]
# # 02 · Softmax: scores into probabilities
#
# A Transformer compares things: this word with that word, this output with every word of the vocabulary. What comes
# out of a comparison is a **score**, any number at all. To act on scores, the model needs **shares**: numbers from 0
# to 1 that add up to 1. Softmax is the step in between, and it is inside every attention head you will build.
#
# ```
#    scores              shares
#    [2, 4, 4]   ──►     [0.06, 0.47, 0.47]
# ```
#
# **How to work.** Each exercise has a short text, help to unfold, a cell with an empty function and a cell that
# checks it. Replace `raise NotImplementedError(...)` by your code, run the cell, run the check below it, and repeat
# until it is green. The docstring says everything that is asked of the function.

# %%
import numpy as np

from autograder import check

# %% [markdown]
# ## 1 · `softmax`
#
# Difficulty ●●●○○ · about 25 minutes
#
# The exponential makes every score positive, and the division makes the results add up to 1:
#
# $$\mathrm{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}$$
#
# By hand, for the scores 2, 4 and 4:
#
# | score | $e^{\text{score}}$ | share | |
# |--:|--:|--:|:--|
# | 2 | 7.389 | 7.389 / 116.585 = **0.063** | `▌` |
# | 4 | 54.598 | 54.598 / 116.585 = **0.468** | `█████` |
# | 4 | 54.598 | 54.598 / 116.585 = **0.468** | `█████` |
# | | *116.585* | *1* | |
#
# Two more points of score are worth $e^2 \approx 7.4$ times the share: only **differences** between scores count.

# %% [markdown]
# **Many slices at once.** In attention `x` has the shape `(..., n_queries, n_keys)`, and each query's scores become
# shares of their own. `axis` says along which direction the shares add up to 1:
#
# ```
#                         axis=-1: along each row          axis=0: down each column
#     x = [[0, 0],        [[0.50, 0.50],   sum 1           [[0.50, 0.12],
#          [0, 2]]         [0.12, 0.88]]   sum 1            [0.50, 0.88]]
#                                                       sum   1     1
# ```
#
# **Two things that the formula does not tell.**
# - A computer's $e^{1000}$ is `inf`, and `inf / inf` is `nan`. Your function has to work for *any* finite scores.
# - A score of `-inf` means "never": its share is 0. Unit 04 hides words in this way. When a slice has nothing but
#   `-inf`, nobody gets a share, and all of them are 0.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Add the same number to all scores of a slice, by hand, in the formula above. What happens to the shares? So you may
# choose a number for each slice, before the exponential, that leaves no exponent too large. Which number makes the
# largest exponent exactly 0?
#
# </details>
#
# <details><summary>Help: “operands could not be broadcast together with shapes (2,3) (2,)”</summary>
#
# A maximum or a sum along an axis has lost that axis, so NumPy no longer knows which number belongs to which slice.
# (With a square array there is no error, only wrong numbers, which is worse.) Look at what `keepdims=True` does to
# the shape of `np.sum(np.ones((2, 3)), axis=-1)`.
#
# </details>
#
# <details><summary>Help: “RuntimeWarning: invalid value encountered in subtract”, and NaN in a slice of -inf</summary>
#
# `-inf - (-inf)` has no answer: NumPy gives `nan` and warns. Find out which slices this happens in *before* you
# subtract, and give these slices something harmless to subtract. Then look at their sum before you divide.
#
# </details>
#
# <details><summary>Help: a result of dtype float16 or float32, although whole numbers went in</summary>
#
# NumPy chooses the smallest float type that it thinks is enough: `np.exp` of `int8` gives `float16`. And in unsigned
# types such as `uint8` there are no negative numbers: `3 - 5` is `254`. Make whole numbers `float64` first of all.
#
# </details>
#
# <details><summary>Question</summary>
#
# The largest share gets larger when all scores are multiplied by 10, but nothing changes when 10 is added to all of
# them. Why is the first so, and why the second?
#
# </details>


# %% solution="softmax"
def softmax(x, axis=-1):
    """Turn scores into shares that are between 0 and 1 and add up to 1 along an axis.

    Args:
        x: scores, a NumPy array of any shape with at least one dimension, of float16,
            float32, float64 or any integer type. It is not changed.
        axis: the axis along which the shares add up to 1; negative numbers count from the
            last axis.

    Returns:
        An array of the shape of x. Floating types keep their dtype; integers of any width
        give float64.
        - For finite scores of any size, 10000 and -10000 too, everything is finite and
          adds up to 1 (in float16 as well).
        - A score of -inf gets the share 0, exactly; a slice of nothing but -inf gets 0
          everywhere, never NaN.

    Work on the whole array at once, without a Python loop: for shape (1024, 1024) at most
    3 times the time of ours.
    Not asked about: arrays without entries, slices of more than 65504 scores in float16,
    NaN and +inf in x.
    Forbidden: a ready-made softmax or log_softmax (PyTorch's or SciPy's, in any form).
    """
    ### BEGIN SOLUTION
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    # Subtracting the maximum changes no share and leaves no exponent above 0, so nothing can overflow
    # (Blanchard, Higham & Higham 2021, "Accurately computing the log-sum-exp and softmax functions").
    largest = x.max(axis=axis, keepdims=True)
    largest[np.isneginf(largest)] = 0  # in a slice of nothing but -inf: -inf - (-inf) would be NaN
    with np.errstate(
        over="ignore"
    ):  # a difference too large for the dtype becomes -inf, and its share is 0 all the same
        weights = np.exp(x - largest)
    total = weights.sum(axis=axis, keepdims=True)
    # The total is at least 1, because one exponent is 0, or it is 0 in a slice of nothing but -inf.
    return np.divide(weights, total, out=np.zeros_like(weights), where=total != 0)
    ### END SOLUTION


# %% check="softmax" points=10
check(softmax)

# %% [markdown]
# ## 2 · `log_softmax`
#
# Difficulty ●●●○○ · about 15 minutes
#
# A model is trained by the **logarithm** of the share it gave to the right word (unit 11), and beam search adds
# logarithms up (unit 12). They carry on where shares end: 64-bit numbers have nothing between 0 and about $10^{-324}$.
#
# | scores | softmax, as the computer has it | its logarithm | the true logarithm |
# |---|---|---|---|
# | `[0, 10]` | `[4.5e-05, 0.99995]` | `[-10.00005, -0.00005]` | `[-10.00005, -0.00005]` |
# | `[0, 1000]` | `[0.0, 1.0]` | `[-inf, 0.0]` | `[-1000.0, 0.0]` |
#
# In the second row the share has vanished, and no logarithm brings it back. Take the logarithm of the *formula*
# instead, and simplify it **before** you compute:
#
# $$\log \mathrm{softmax}(x)_i = \log \frac{e^{x_i}}{\sum_j e^{x_j}}$$

# %% [markdown]
# <details><summary>Hint</summary>
#
# The logarithm of a fraction is a difference, and $\log e^{a} = a$ needs no computer. One logarithm of a sum remains.
# The trick from `softmax` keeps that sum from overflowing: mind what it does to the logarithm.
#
# </details>
#
# <details><summary>Help: the results are wrong by the same number in a whole slice</summary>
#
# Exponentiate your results and add them up along the axis: is it 1? If you took a number away from the scores in one
# place, the same number has to be taken away (or added back) in the other.
#
# </details>
#
# <details><summary>Help: “RuntimeWarning: divide by zero encountered in log”</summary>
#
# Somewhere the logarithm of 0 is taken, so a small share has been computed and has vanished. With which scores does
# it happen? Which of your lines computes a share?
#
# </details>
#
# <details><summary>Question</summary>
#
# Can a result ever be greater than 0? What does a result of exactly 0 mean, and can it come from scores whose true
# answer is a little less?
#
# </details>


# %% solution="log_softmax"
def log_softmax(x, axis=-1):
    """The natural logarithm of the shares that softmax gives, exact even where the shares
    are too small to be seen.

    Args:
        x: scores, a NumPy array of any shape with at least one dimension, of float16,
            float32, float64 or any integer type. It is not changed.
        axis: the axis along which the shares add up to 1; negative numbers count from the
            last axis.

    Returns:
        An array of the shape of x. Floating types keep their dtype; integers of any width
        give float64.
        - Finite wherever x is finite, for scores of any size: [0, 1000] gives [-1000, 0].
          Rounding may grow with the size of the scores. (Scores whose difference the
          dtype cannot hold are not asked about.)
        - A score of -inf gets -inf. What a slice of nothing but -inf gives is up to you.

    Work on the whole array at once, without a Python loop.
    Not asked about: arrays without entries, slices of more than 65504 scores in float16,
    NaN and +inf in x.
    Forbidden: a ready-made softmax or log_softmax (PyTorch's or SciPy's, in any form).
    """
    ### BEGIN SOLUTION
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    largest = x.max(axis=axis, keepdims=True)
    largest[np.isneginf(largest)] = 0
    shifted = x - largest
    # log(e^a / Σ e^b) = a - log Σ e^b: the fraction itself is never computed, so it cannot vanish.
    total = np.exp(shifted).sum(axis=axis, keepdims=True)
    return shifted - np.log(total, out=np.zeros_like(total), where=total != 0)
    ### END SOLUTION


# %% check="log_softmax" points=8
check(log_softmax)

# %% [markdown]
# ## 3 · `softmax_with_temperature`
#
# Difficulty ●●○○○ · about 10 minutes
#
# How sure should the model be? Dividing all scores by a **temperature** $T > 0$ before the softmax turns this up or
# down without changing the order. A language model that writes text uses it: a low temperature for safe words, a high one
# for surprising words.
#
# $$\mathrm{softmax}(x / T)$$
#
# The scores $0$ and $\ln 9 \approx 2.197$, at four temperatures:
#
# | $T$ | scores / $T$ | shares | |
# |--:|---|---|:--|
# | 0.5 | $0,\ \ln 81$ | 1/82, 81/82 | `▏█████████▉` nearly all for the best |
# | 1 | $0,\ \ln 9$ | 0.1, 0.9 | `█▏█████████` as it was |
# | 2 | $0,\ \ln 3$ | 0.25, 0.75 | `██▌▏███████▌` |
# | 1000 | $0,\ 0.002$ | 0.4995, 0.5005 | `█████▏█████` nearly equal |
#
# You will soon meet a temperature in the middle of a Transformer: attention divides its scores by $\sqrt{d_k}$ (unit 03).

# %% [markdown]
# <details><summary>Hint</summary>
#
# The unit gives you a function that already takes care of large scores, `-inf`, axes and number types. Before you
# call it, look at the temperature and refuse what makes no sense.
#
# </details>
#
# <details><summary>Help: “the ValueError's message should name …”</summary>
#
# An error is for the person who reads it: say what was expected *and* what was found. An f-string puts the value into
# the text.
#
# </details>
#
# <details><summary>Help: “changes its input”, or “Cannot cast ufunc 'divide' output”</summary>
#
# `x /= 2` writes into the array that was handed to you, and the caller still needs it (an array of integers cannot even
# hold the result). `x / 2` makes a new one.
#
# </details>
#
# <details><summary>Question</summary>
#
# What do the shares approach when $T$ goes to 0? And when two scores are equal and the largest?
#
# </details>


# %% solution="softmax_with_temperature"
def softmax_with_temperature(x, temperature, axis=-1):
    """The softmax of scores divided by a temperature: below 1 it sharpens the shares,
    above 1 it evens them out.

    Args:
        x: scores as for softmax; -inf gets the share 0, and a slice of nothing but -inf
            zeros, here too. It is not changed.
        temperature: one of Python's numbers, an int or a float, greater than 0.
        axis: the axis along which the shares add up to 1.

    Returns:
        An array of the shape of x. Floating types keep their dtype; integers give
        float64.

    Raises:
        ValueError: temperature is 0 or less; the message names the temperature that was
            given.

    Not asked about: a temperature that is NaN or inf, scores that their dtype cannot hold
    once they are divided, arrays without entries, NaN and +inf in x.
    Forbidden: a ready-made softmax or log_softmax (PyTorch's or SciPy's, in any form).
    Your own is welcome.
    """
    ### BEGIN SOLUTION
    if not temperature > 0:
        raise ValueError(f"the temperature must be greater than 0, but it is {temperature}")
    return softmax(x / temperature, axis=axis)  # Hinton, Vinyals & Dean 2015, equation 1
    ### END SOLUTION


# %% check="softmax_with_temperature" points=5
check(softmax_with_temperature)

# %% [markdown]
# ## 4 · `softmax_backward`
#
# Difficulty ●●●●○ · about 25 minutes
#
# To learn, a model asks backwards: *the loss changes by `dy[i]` for a small change of the share `y[i]`; by how much
# does it change for a small change of the score `x[j]`?* From unit 06 on PyTorch answers this. Do it once yourself,
# and you will see when softmax stops learning.
#
# Each score moves **all** shares of its slice, because they add up to 1:
#
# $$\frac{\partial y_i}{\partial x_j} = y_i\,(\delta_{ij} - y_j)
# \qquad\text{with } \delta_{ij} = 1 \text{ if } i = j, \text{ else } 0$$
#
# and the answer collects the ways through all of them: $\;dx_j = \sum_i dy_i \, \dfrac{\partial y_i}{\partial x_j}$.

# %% [markdown]
# By hand, for the shares `y = [0.5, 0.5]`, when only the first share matters to the loss, `dy = [1, 0]`:
#
# |  | $\partial y_1$ | $\partial y_2$ | $dx_j = 1 \cdot \partial y_1 + 0 \cdot \partial y_2$ |
# |---|--:|--:|--:|
# | $\partial x_1$ | 0.5 · (1 − 0.5) = 0.25 | 0.5 · (0 − 0.5) = −0.25 | **0.25** |
# | $\partial x_2$ | 0.5 · (0 − 0.5) = −0.25 | 0.5 · (1 − 0.5) = 0.25 | **−0.25** |
#
# The table between the two headings is the **Jacobian**, $n \times n$ numbers for a slice of $n$. For one head that looks
# at 4096 words it would have 4096 · 4096 · 4096 numbers: 550 GB. You never need it. Put the first formula into
# the second, and simplify until only things of the size of `y` are left.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Split the sum over $i$ into its two parts, one with $\delta_{ij}$ and one without. In the first part a single term is
# left. In the second part $y_j$ does not depend on $i$, so it can be taken out: what is left is one number a slice.
#
# </details>
#
# <details><summary>Help: the shapes fit, but the numbers are only right for one slice</summary>
#
# There is one sum per slice, along `axis`. Is yours over everything? Does it keep its axis, so that it is subtracted
# from its own slice?
#
# </details>
#
# <details><summary>Help: “memory grows faster than the input”</summary>
#
# Which of your arrays has one dimension more than `y`, or `n` times `n` entries? `np.diag`, `np.outer` and
# `y[..., :, None]` make such arrays.
#
# </details>
#
# <details><summary>Question</summary>
#
# Compute the gradient for `y = [0.5, 0.5]` and for `y = [0.999, 0.001]` with `dy = [1, 0]`. What does a softmax that
# is nearly certain do to learning? And what has that to do with dividing attention scores by $\sqrt{d_k}$?
#
# </details>


# %% solution="softmax_backward"
def softmax_backward(y, dy, axis=-1):
    """The gradient of a loss with respect to the scores, from the shares and the gradient
    with respect to the shares.

    Args:
        y: the shares, the result of softmax along axis; a NumPy array of any shape with
            at least one dimension. A slice of zeros (its scores were all -inf) is
            allowed.
        dy: the gradient of the loss with respect to y, of the shape and the dtype of y.
        axis: the axis along which the softmax was taken; negative numbers count from the
            last axis.

    Returns:
        The gradient with respect to the scores, of the shape of y. Floating types keep
        their dtype; integers give float64. Neither y nor dy is changed.

    Memory: proportional to the size of y. The Jacobian, n times n numbers for a slice of
    n, must not be built.
    Not asked about: arrays without entries, NaN and inf in y or dy.
    Forbidden: PyTorch's softmax, log_softmax or their gradients, in any form.
    """
    ### BEGIN SOLUTION
    if not np.issubdtype(np.result_type(y, dy), np.floating):
        y = y.astype(np.float64)
    # Σᵢ dyᵢ yᵢ (δᵢⱼ - yⱼ) = yⱼ (dyⱼ - Σᵢ dyᵢ yᵢ): the Jacobian is never built.
    return y * (dy - np.sum(dy * y, axis=axis, keepdims=True))
    ### END SOLUTION


# %% check="softmax_backward" points=7
check(softmax_backward)

# %% [markdown]
# ## 5 · `check_softmax`: now you write the test
#
# Difficulty ●●●○○ · about 25 minutes
#
# Somebody hands you a softmax and says that it is right. You cannot read it, you can only call it and look at what
# comes back. Programs are tested in this way every day, and yours have been, all along this lesson.
#
# A **test** asks questions whose answers it knows. There are two ways to know an answer:
#
# | | for example | what gets past it |
# |---|---|---|
# | a **number worked out by hand** | equal scores `[7, 7]` give `[0.5, 0.5]` | so does a softmax with powers of 2 instead of $e$ |
# | a **property** that always holds | the shares of a slice add up to 1 | so do equal shares for everybody |
#
# Each alone lets something through, and together they catch a lot: use both. A test is bad in one more way: when it
# **refuses what is right**. Ask for what was promised and for nothing else, and leave room for rounding: two right
# solutions seldom agree in their last digit.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Go through the docstring of `softmax` sentence by sentence. For each promise, think of somebody who forgot it: what
# does that softmax give where yours gives something else? This is the question to ask. Two of the promises are about
# `axis`, two about `-inf`, and two about number types.
#
# </details>
#
# <details><summary>Hint: how to compare</summary>
#
# `np.allclose(shares, expected, rtol=0, atol=1e-9)` leaves room for rounding in `float64` (`atol=1e-6` in `float32`).
# It calls NaN different from everything, which is what you want. It does not look at the dtype, and it stretches shapes
# to fit each other: compare `.shape` and `.dtype` by themselves.
#
# </details>
#
# <details><summary>Help: “refuses a right solution”</summary>
#
# Your test found fault with a softmax that keeps every promise. The message shows the last question that your test had
# asked, and the answer: what did you expect instead, and is it promised anywhere? Common reasons: `==` between floats,
# a tolerance below 1e-12, a list instead of an array, arrays without entries.
#
# </details>
#
# <details><summary>Help: “accepts one with a mistake”</summary>
#
# The message says what the mistake is. Choose scores for which it makes a difference, by hand, and ask for them. Scores
# between -1 and 1 hide a lot: be rude to the candidate.
#
# </details>
#
# <details><summary>Question</summary>
#
# May your test compare the candidate with your own `softmax`? What does it find, and what does it miss, if both of you
# have made the same mistake?
#
# </details>


# %% solution="check_softmax"
def check_softmax(candidate):
    """Find out whether somebody's softmax is right.

    Args:
        candidate: a function that is called like softmax, candidate(x) or
            candidate(x, axis=0), and may or may not keep what the docstring of
            softmax promises. It gets copies of your arrays.

    Returns:
        None, if you find nothing wrong.

    Raises:
        AssertionError: a promise is broken. (`assert condition, "what is wrong"` raises
            it. If you would rather return False, that counts too.)

    Graded by the share of wrong candidates that it refuses; a test that refuses a right
    one gets nothing. Every candidate is tried by itself, in a process of its own. It may
    be called up to 2000 times, with up to 100000 numbers at once.
    Not asked about: speed, and what softmax was not asked about.
    """

    ### BEGIN SOLUTION
    def shares_of(scores):
        # The definition, for one slice at a time: too slow to be a solution, plain enough to be trusted.
        exponentials = np.exp(scores - np.nan_to_num(scores.max()))
        return exponentials / (exponentials.sum() or 1)

    usual = np.random.default_rng(0).normal(size=(2, 3, 4))
    hidden = usual.copy()
    hidden[0] = -np.inf
    for x in [usual, hidden, 1e4 * usual, (40 * usual).astype(np.int8), usual.astype(np.float32)]:
        for axis in range(-x.ndim, x.ndim):
            shares = candidate(x, axis=axis)
            assert shares.shape == x.shape
            assert shares.dtype == (x.dtype if x.dtype.kind == "f" else np.float64)
            assert np.allclose(shares, np.apply_along_axis(shares_of, axis, x.astype(np.float64)))
        assert np.array_equal(candidate(x), candidate(x, axis=-1))
    ### END SOLUTION


# %% check="check_softmax" points=6
check(check_softmax)

# %% [markdown]
# ## What you have now
#
# - `softmax` is the heart of attention: in unit 03 it turns the scores of a query against all keys into weights.
# - `-inf` scores get the weight 0: with them unit 04 hides padding and the future.
# - `log_softmax` comes back in the loss of unit 11 and in the beam search of unit 12.
# - `softmax_with_temperature` is what text generators turn up and down, and you know what $\sqrt{d_k}$ will be for.
# - `check_softmax` is yours to keep: give it your next softmax (unit 06 has one), before you believe it.
# - `softmax_backward` explains why a softmax that is too certain learns slowly. In unit 06 PyTorch will find the same
#   gradient, and in unit 12 you will compute a softmax without ever seeing all its scores at once.
#
# `pytest exercises` in a terminal shows the whole picture: what is done and what is next.
