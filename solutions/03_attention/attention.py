# %% [markdown]
# # 03 · Attention: who listens to whom
#
# > The **animal** didn't cross the street because **it** was too tired.
#
# What is *it*? You know because you have looked back at the rest of the sentence, longest at *animal*. **Attention** gives
# a model this look: every word asks a question, every word holds out a label and something to say, and each question
# is answered by a mixture of what was said, most of it from the words whose labels fit.
#
# ```
#               The   animal   crossed   …   it
#     it   ──►  .02    .81       .09     …   .05      shares that add up to 1
#                ╲      ║        │           ╱
#                 new vector of "it": a mixture, mostly "animal"
# ```
#
# It takes six steps. One you have already, the others you write now:
#
# | step | what happens | exercise |
# |--:|---|---|
# | 1 | every word gets a **query** (its question), a **key** (its label) and a **value** (what it says) | 1 `project` |
# | 2 | every query is compared with every key: **scores** | 2 `attention_scores` |
# | 3 | the scores are scaled down | 2 `attention_scores` |
# | 4 | softmax turns the scores of each query into **weights** | *yours from unit 02* |
# | 5 | every value is multiplied by its weight | 3 `weighted_values` |
# | 6 | the weighted values are added up | 4 `scaled_dot_product_attention` |
# | 1–6 | all together, for the words of one sentence | 5 `self_attention` |
#
# **How to work.** Fill in the stub of an exercise, run its cell, run the check below it. The docstring is the whole
# contract. The numbers in the text are those of one small example, three words long: you meet it in every exercise, and
# at the end your own functions go through it from the first number to the last.

# %%
import math

import numpy as np

from autograder import check, plot_attention

# %% [markdown]
# **Given: softmax.** The one of unit 02, in short, so that this unit stands by itself. Step 4 is done.


# %%
def softmax(x, axis=-1):
    """Shares along an axis for finite floating-point scores of any size; keeps the dtype and changes nothing."""
    # logaddexp.reduce is log Σ exp(x), taken without leaving the logarithms; the division mends its rounding.
    shares = np.exp(x - np.logaddexp.reduce(x, axis=axis, keepdims=True))
    return shares / shares.sum(axis=axis, keepdims=True)


# %% [markdown]
# ## 1 · `project`: queries, keys and values
#
# Difficulty ●○○○○ · about 10 minutes
#
# Each word comes as a vector of `d_model` numbers. It plays three parts, and for each part a matrix of weights makes
# another vector of it. The weights are what a Transformer learns; the three multiplications are all there is to it:
#
# $$Q = X W^Q \qquad K = X W^K \qquad V = X W^V$$
#
# ```
#      X               W^Q              Q
#   n × d_model     d_model × d_k     n × d_k         every word keeps its row
#   ┌ 1 0 1 0 ┐     ┌ 1 0 1 ┐       ┌ 1 0 2 ┐  ◄──  word 1 is [1, 0, 1, 0]: row 1 + row 3 of W^Q
#   │ 0 2 0 2 │  ·  │ 1 0 0 │   =   │ 2 2 2 │  ◄──  word 2 is [0, 2, 0, 2]: 2 · row 2 + 2 · row 4
#   └ 1 1 1 1 ┘     │ 0 0 1 │       └ 2 1 3 ┘  ◄──  word 3 is [1, 1, 1, 1]: the sum of all rows
#                   └ 0 1 1 ┘
# ```
#
# Usually there are many sentences at once. Then `x` has further axes in front, `(..., n, d_model)`, and the same
# weights serve every sentence.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Which NumPy operator multiplies the last two axes of an array as matrices and leaves the axes before them alone?
#
# </details>
#
# <details><summary>Help: “matmul: Input operand 1 has a mismatch in its core dimension 0 … (size 3 is different from 4)”</summary>
#
# The rows on the left are 4 long, the columns on the right 3. Write the two shapes side by side: the numbers that meet in
# the middle have to be equal. If they are not when *you* call the function, look at what you put where. If the check
# calls it that way on purpose, this error is just what it wants to see.
#
# </details>
#
# <details><summary>Help: whole numbers come back as whole numbers, or strangely small or negative</summary>
#
# A product of integers is an integer, of the same width: in `int8`, 16 · 16 is 0. Softmax needs floats anyway, so make
# `float64` of whole numbers *before* you multiply.
#
# </details>
#
# <details><summary>Question</summary>
#
# What could a model no longer express if queries and keys were made by the same weights? Think of how much *it* listens
# to *animal*, and *animal* to *it*.
#
# </details>


# %% solution="project"
def project(x, w_q, w_k, w_v):
    """Step 1: make the query, the key and the value of every word.

    Args:
        x: the words, a NumPy array of shape (..., n, d_model), with any number of axes in
            front, none too.
        w_q: the weights for queries, shape (d_model, d_k).
        w_k: the weights for keys, shape (d_model, d_k).
        w_v: the weights for values, shape (d_model, d_v); d_v may differ from d_k.
        All four have the same dtype: float16, float32, float64 or an integer type. None
        of them is changed.

    Returns:
        Three arrays (q, k, v) of shapes (..., n, d_k), (..., n, d_k) and (..., n, d_v).
        Floating types keep their dtype; integers of any width are computed in float64.

    Raises:
        ValueError: the last axis of x is not as long as the first axis of one of the
            weights. The message names both lengths; NumPy's own message does.

    Not asked about: arrays without entries, arrays of different dtypes.
    Source: Vaswani et al. 2017, section 3.2.2 (there for several heads).
    """
    ### BEGIN SOLUTION
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)  # before the products: they could leave a small integer type
    return x @ w_q, x @ w_k, x @ w_v  # `@` refuses widths that do not fit, and names them
    ### END SOLUTION


# %% check="project" points=4
check(project)

# %% [markdown]
# ## 2 · `attention_scores`: how well do a query and a key go together?
#
# Difficulty ●●○○○ · about 15 minutes
#
# Unit 01 has the answer: their dot product. Every query meets every key, which gives a table with a row for each query
# and a column for each key:
#
# |  | key 1: [0, 1, 1] | key 2: [4, 4, 0] | key 3: [2, 3, 1] |
# |---|:-:|:-:|:-:|
# | query 1: [1, 0, 2] | **2** | **4** | **4** |
# | query 2: [2, 2, 2] | **4** | **16** | **12** |
# | query 3: [2, 1, 3] | **4** | **12** | **10** |
#
# For instance query 1 with key 3: 1·2 + 0·3 + 2·1 = 4. Then comes step 3, the scaling:
#
# $$\text{scores} = \frac{Q K^\top}{\sqrt{d_k}}$$
#
# where $d_k$ is how many numbers a key has: here 3, in the paper's model 64.

# %% [markdown]
# **Why the root?** A dot product adds up $d_k$ products. If the numbers in queries and keys are about 1 in size, in any
# direction, then the sum is about $\sqrt{d_k}$ in size (its variance is $d_k$: Vaswani et al. 2017, section 3.2.1). So longer
# vectors mean larger scores, and softmax turns large scores into all or nothing:
#
# | $d_k$ | two typical scores | their softmax | the same, scaled | their softmax |
# |--:|:-:|---|:-:|---|
# | 1 | 1, −1 | 0.88, 0.12 | 1, −1 | 0.88, 0.12 |
# | 16 | 4, −4 | 0.9997, 0.0003 | 1, −1 | 0.88, 0.12 |
# | 64 | 8, −8 | 0.9999999, 0.0000001 | 1, −1 | 0.88, 0.12 |
#
# A softmax that is certain hardly learns (you have seen why in `softmax_backward`). `scaled=False` leaves the root away:
# the example at the end of this unit does without it.

# %% [markdown]
# <details><summary>Hint</summary>
#
# A matrix product takes dot products of *rows* with *columns*. Your keys are rows. Which two axes of `k` have to change
# places, and which have to stay where they are?
#
# </details>
#
# <details><summary>Help: right for one sentence, an error or a wrong shape for several</summary>
#
# `.T` turns **all** axes around: shape (2, 5, 3) becomes (3, 5, 2), so the sentences end up among the features. Look for a
# function that swaps two axes which you name, and name them from the back.
#
# </details>
#
# <details><summary>Help: “has dtype float64, expected float32”</summary>
#
# `np.sqrt(3)` is a NumPy number of type `float64`, and an array of `float32` divided by it is `float64`. A plain Python
# float has no such pull: `math.sqrt` gives one.
#
# </details>
#
# <details><summary>Question</summary>
#
# A sentence of 1000 words: how many scores are there? And of 2000 words? That is the price of letting every word look at
# every other, and the reason for unit 12.
#
# </details>


# %% solution="attention_scores"
def attention_scores(q, k, scaled=True):
    """Steps 2 and 3: the dot product of every query with every key, divided by the square
    root of d_k.

    Args:
        q: queries, a NumPy array of shape (..., n_queries, d_k).
        k: keys, shape (..., n_keys, d_k), with the same axes in front as q.
        scaled: divide by the square root of d_k; False gives the dot products themselves.
        q and k have the same dtype: float16, float32, float64 or an integer type. Neither
        is changed.

    Returns:
        An array of shape (..., n_queries, n_keys). Floating types keep their dtype;
        integers of any width are computed in float64, scaled or not.

    Raises:
        ValueError: queries and keys have not equally many features, also where one of
            them has only 1. The message names both numbers; that of NumPy's matrix
            product does.

    Work on whole arrays, without a Python loop.
    Not asked about: arrays without entries, NaN and inf, q and k of different dtypes.
    Source: Vaswani et al. 2017, section 3.2.1.
    """
    ### BEGIN SOLUTION
    if not np.issubdtype(q.dtype, np.floating):
        q = q.astype(np.float64)
    scores = q @ np.swapaxes(k, -1, -2)
    # A Python float leaves float32 as it is; np.sqrt would make float64 of it.
    return scores / math.sqrt(k.shape[-1]) if scaled else scores
    ### END SOLUTION


# %% check="attention_scores" points=6
check(attention_scores)

# %% [markdown]
# ## 3 · `weighted_values`: who contributes what?
#
# Difficulty ●●●○○ · about 15 minutes
#
# Softmax has made weights of the scores: for each query, a share for each key. Now every value is multiplied by the share of
# its key. For query 1 of the example, with weights rounded to 0, ½ and ½:
#
# | | value | · weight | = weighted value |
# |---|:-:|:-:|:-:|
# | key 1 | [1, 2, 3] | 0 | [0, 0, 0] |
# | key 2 | [2, 8, 0] | 0.5 | [1, 4, 0] |
# | key 3 | [2, 6, 3] | 0.5 | [1, 3, 1.5] |
# | | | *sum (step 6)* | *[2, 7, 1.5]* |
#
# Your function gives the last column **before** the sum, for all queries: one such table for each of them.
#
# ```
#     weights                        v                      result
#     (..., n_queries, n_keys)       (..., n_keys, d_v)     (..., n_queries, n_keys, d_v)
#                      └────────────────────┘  one and the same key
# ```

# %% [markdown]
# <details><summary>Hint</summary>
#
# Write the three shapes below each other, and give each input an axis of length 1 wherever the result has an axis that it
# lacks. Then NumPy's ordinary `*` does the rest. Where exactly does `v` lack the axis of the queries?
#
# </details>
#
# <details><summary>Help: “operands could not be broadcast together with shapes …”</summary>
#
# NumPy lines shapes up from the **back**, and each pair has to be equal or contain a 1. If your function is right for one
# sentence and not for several, an axis was put in by luck: NumPy added it in front, and with several sentences the front is
# taken.
#
# </details>
#
# <details><summary>Help: “accepts this input, expected a ValueError”</summary>
#
# The same rule has a dark side: an axis of length 1 fits everything. Weights for a single key and values for four are a
# mistake of the caller, but NumPy stretches the weight over all four and says nothing. Compare the two numbers of keys
# yourself.
#
# </details>
#
# <details><summary>Question</summary>
#
# For 1000 queries, 1000 keys and 64 numbers a value, how much memory does the result take? Only its sums are needed in
# the end. Is there an operation that gives them without all the parts?
#
# </details>


# %% solution="weighted_values"
def weighted_values(weights, v):
    """Step 5: every value times its weight, for every query, before anything is added up.

    Args:
        weights: a NumPy array of shape (..., n_queries, n_keys), any finite numbers;
            their sum need not be 1.
        v: values, shape (..., n_keys, d_v), with the same axes in front as weights.
        Both have the same dtype: float16, float32, float64 or an integer type. Neither is
        changed.

    Returns:
        An array of shape (..., n_queries, n_keys, d_v): at [..., i, j, :] is value j
        times the weight that query i gives to key j. Floating types keep their dtype;
        integers of any width are computed in float64.

    Raises:
        ValueError: weights and v have not equally many keys, also where one of them has
            only 1, which NumPy would stretch. The message names both numbers.

    Not asked about: arrays without entries, NaN and inf, weights and v of different
    dtypes.
    Source: Vaswani et al. 2017, section 3.2.1.
    """
    ### BEGIN SOLUTION
    if weights.shape[-1] != v.shape[-2]:
        raise ValueError(f"the weights are for {weights.shape[-1]} keys, but there are {v.shape[-2]} values")
    if not np.issubdtype(weights.dtype, np.floating):
        weights = weights.astype(np.float64)
    return weights[..., :, :, np.newaxis] * v[..., np.newaxis, :, :]
    ### END SOLUTION


# %% check="weighted_values" points=5
check(weighted_values)

# %% [markdown]
# ## 4 · `scaled_dot_product_attention`
#
# Difficulty ●●●○○ · about 20 minutes
#
# The heart of the Transformer, steps 2 to 6 in one formula (Vaswani et al. 2017, equation 1):
#
# $$\mathrm{Attention}(Q, K, V) = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V$$
#
# By hand, for one query, two keys with $d_k = 4$, and values of 3 numbers. The query is $[2, 0, 0, 0]$:
#
# | | key | dot product | scaled | $e^{\text{scaled}}$ | weight | value |
# |---|:-:|:-:|:-:|:-:|:-:|:-:|
# | 1 | $[0, 5, 5, 5]$ | $0$ | $0$ | 1 | **0.25** | $[4, 0, 8]$ |
# | 2 | $[\ln 3, 5, 0, 0]$ | $2 \ln 3$ | $\ln 3$ | 3 | **0.75** | $[0, 8, 8]$ |
#
# Output: 0.25 · [4, 0, 8] + 0.75 · [0, 8, 8] = **[1, 6, 8]**. It lies between the values, nearer to the second one.
#
# Queries need not be as many as keys: in a translator the words written so far ask (unit 10), and the words of the source
# answer. And what is said, `d_v` numbers, need not be as long as a label, `d_k` numbers.

# %% [markdown]
# <details><summary>Hint</summary>
#
# You have the steps; put them in order. For step 6: “multiply each by its weight and add up” is what happens in every
# entry of a product that you know well. It needs no array with `d_v` times as many numbers as there are scores.
#
# </details>
#
# <details><summary>Help: the weights are right, but their columns add up to 1 and not their rows</summary>
#
# Each *query* shares out one whole among the keys. Which axis of the scores are the keys on?
#
# </details>
#
# <details><summary>Help: “takes … times as long as it should”</summary>
#
# Each score has its row of `d_v` numbers in `weighted_values`, and writing them down takes far longer than adding them up.
# In the formula no such array is to be seen. (The same goes for all products of queries and keys, before *their* sum.)
#
# </details>
#
# <details><summary>Question</summary>
#
# What is the output when all keys are equal? When one score is larger than the others by far? If you shuffle the keys, and
# their values with them, what changes? What does that say about word order, and about unit 07?
#
# </details>


# %% solution="scaled_dot_product_attention"
def scaled_dot_product_attention(q, k, v):
    """Steps 2 to 6: a mixture of the values for every query, by how well it goes together
    with their keys.

    Args:
        q: queries, a NumPy array of shape (..., n_queries, d_k).
        k: keys, shape (..., n_keys, d_k); n_keys may differ from n_queries.
        v: values, shape (..., n_keys, d_v); d_v may differ from d_k.
        All have the same axes in front and the same dtype: float16, float32, float64 or
        an integer type. None is changed.

    Returns:
        (output, weights) of shapes (..., n_queries, d_v) and (..., n_queries, n_keys).
        The weights of each query lie between 0 and 1 and add up to 1. Both are finite for
        scores of any finite size. Floating types keep their dtype; integers of any width
        are computed in float64.

    Raises:
        ValueError: q and k have not equally many features, or k and v not equally many
            keys, also where one has only 1. The message names both numbers; that of
            NumPy's matrix product does.

    Work on whole arrays, without a Python loop over the axes in front, queries or keys:
    for 384 queries, 400 keys and 128 features, at most 3 times the time of ours. Your own
    functions of this unit, and the softmax above, are welcome.
    Not asked about: arrays without entries, NaN and inf, arrays of different dtypes.
    Forbidden: PyTorch's scaled_dot_product_attention or softmax, in any form.
    Source: Vaswani et al. 2017, section 3.2.1, equation 1.
    """
    ### BEGIN SOLUTION
    weights = softmax(attention_scores(q, k), axis=-1)
    return weights @ v, weights  # the product adds up Σⱼ weightᵢⱼ · valueⱼ as it goes
    ### END SOLUTION


# %% check="scaled_dot_product_attention" points=9
check(scaled_dot_product_attention)

# %% [markdown]
# ## 5 · `self_attention`
#
# Difficulty ●●○○○ · about 10 minutes
#
# **Self**-attention is attention in which questions, labels and answers all come from the same words: a sentence looks at
# itself. All six steps, from words to words:
#
# ```
#            ┌─ W^Q ─►  Q ─┐
#     x  ────┼─ W^K ─►  K ─┼─►  scores ─► scaled ─► softmax ─► weighted sum of V  ─►  output
#  (n words) └─ W^V ─►  V ─┘                                                         (n words)
# ```
#
# In each row of the weights you read whom a word listens to. Here they are for the three words of our example (scaled):
#
# | | word 1 | word 2 | word 3 |
# |---|:-:|:-:|:-:|
# | word 1 listens to | 0.14 `█` | 0.43 `████` | 0.43 `████` |
# | word 2 listens to | 0.00 | 0.91 `█████████` | 0.09 `█` |
# | word 3 listens to | 0.01 | 0.75 `████████` | 0.24 `██` |
#
# Word 3 listens to word 1 a little, word 1 a lot to word 3: attention does not have to be mutual.

# %% [markdown]
# <details><summary>Hint</summary>
#
# You have written everything already. Two of your functions, one after the other.
#
# </details>
#
# <details><summary>Help: right shapes, wrong numbers</summary>
#
# Queries, keys and values are three arrays of nearly the same shape, so NumPy does not complain when two of them change
# places. Compare the order in which they come out of one function with the order in which they go into the other.
#
# </details>
#
# <details><summary>Help: right for one sentence, wrong for several</summary>
#
# Sentences must not see each other. If you have made one long sentence out of all of them, each word listens to
# strangers, and the weights have become far more than there should be.
#
# </details>
#
# <details><summary>Question</summary>
#
# Exchange two words of the sentence. What happens to the output of the others? Does *dog bites man* differ from *man bites
# dog* for this function?
#
# </details>


# %% solution="self_attention"
def self_attention(x, w_q, w_k, w_v):
    """Steps 1 to 6: the words of each sentence look at each other, and every word becomes
    a mixture of what they say.

    Args:
        x: the words, a NumPy array of shape (..., n, d_model), with any number of axes in
            front, none too.
        w_q: the weights for queries, shape (d_model, d_k).
        w_k: the weights for keys, shape (d_model, d_k).
        w_v: the weights for values, shape (d_model, d_v); d_v may differ from d_k.
        All four have the same dtype: float16, float32, float64 or an integer type. None
        of them is changed.

    Returns:
        (output, weights) of shapes (..., n, d_v) and (..., n, n). The scores are scaled.
        Floating types keep their dtype; integers of any width are computed in float64.

    Raises:
        ValueError: the last axis of x is not as long as the first axis of one of the
            weights, or w_q and w_k do not make equally many features. The message names
            both numbers; that of NumPy's matrix product does.

    Your own functions of this unit are welcome.
    Not asked about: arrays without entries, NaN and inf, arrays of different dtypes.
    Forbidden: PyTorch's scaled_dot_product_attention or softmax, in any form.
    Source: Vaswani et al. 2017, sections 3.2.1 and 3.2.3.
    """
    ### BEGIN SOLUTION
    q, k, v = project(x, w_q, w_k, w_v)
    return scaled_dot_product_attention(q, k, v)
    ### END SOLUTION


# %% check="self_attention" points=6
check(self_attention)

# %% [markdown]
# ## The whole example, number by number
#
# Three words of four numbers each go through the six steps, with **your** functions. It is the worked example of a well-known
# article on self-attention, small enough for a sheet of paper: go along with a pencil where a number surprises you.
# To keep the numbers whole, it leaves out step 3, the scaling, and it rounds the weights before step 5.
# Run the cell: left is what your functions give, right what the article has. Below stands the table of weights as a picture,
# a row for each word that asks, a column for each word that is looked at. Such a picture is called an attention map.


# %%
def go_through_the_example():
    x = np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 2.0, 0.0, 2.0], [1.0, 1.0, 1.0, 1.0]])
    w_key = np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0]])
    w_query = np.array([[1.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    w_value = np.array([[0.0, 2.0, 0.0], [0.0, 3.0, 0.0], [1.0, 0.0, 3.0], [1.0, 1.0, 0.0]])

    queries, keys, values = project(x, w_query, w_key, w_value)
    compare("Step 1: keys", keys, [[0, 1, 1], [4, 4, 0], [2, 3, 1]])
    compare("Step 1: queries", queries, [[1, 0, 2], [2, 2, 2], [2, 1, 3]])
    compare("Step 1: values", values, [[1, 2, 3], [2, 8, 0], [2, 6, 3]])

    scores = attention_scores(queries, keys, scaled=False)
    compare("Step 2: scores (step 3 is left out)", scores, [[2, 4, 4], [4, 16, 12], [4, 12, 10]])

    exact = [[0.0634, 0.4683, 0.4683], [6.04e-6, 0.98201, 0.01799], [2.95e-4, 0.88054, 0.11917]]
    compare("Step 4: weights", softmax(scores), exact)
    rounded = np.array([[0.0, 0.5, 0.5], [0.0, 1.0, 0.0], [0.0, 0.9, 0.1]])

    parts = weighted_values(rounded, values)
    compare("Step 5: weighted values of word 1, by the rounded weights", parts[0], [[0, 0, 0], [1, 4, 0], [1, 3, 1.5]])
    compare("Step 5: weighted values of word 2", parts[1], [[0, 0, 0], [2, 8, 0], [0, 0, 0]])
    compare("Step 5: weighted values of word 3", parts[2], [[0, 0, 0], [1.8, 7.2, 0], [0.2, 0.6, 0.3]])
    compare("Step 6: outputs", parts.sum(axis=1), [[2, 7, 1.5], [2, 8, 0], [2, 7.8, 0.3]])
    return softmax(scores)


def compare(title, yours, article):
    print(title)
    for mine, theirs in zip(yours.tolist(), article, strict=True):
        same = all(math.isclose(a, b, rel_tol=2e-3) for a, b in zip(mine, theirs, strict=True))
        left, right = (", ".join(f"{number:11.5g}" for number in row) for row in (mine, theirs))
        print(f"    [{left} ]    [{right} ]   {'✓' if same else '✗ not the same'}")
    print()


def show_the_example():
    try:
        weights = go_through_the_example()
    except NotImplementedError:
        print("Write the functions above first, then run this cell again.")
        return None
    return plot_attention(weights, ["word 1", "word 2", "word 3"], title="step 4: the weights")


show_the_example()

# %% [markdown]
# **With the scaling.** `self_attention(x, w_query, w_key, w_value)` does take step 3: it divides the scores by $\sqrt 3$, and
# the weights of word 1 become 0.136, 0.432, 0.432 instead of 0.063, 0.468, 0.468. Less certain, and that is the purpose.
#
# ## What you have now
#
# - `scaled_dot_product_attention` is the engine of every Transformer. Unit 04 teaches it what it must not look at,
#   unit 05 runs several of them side by side, unit 06 takes them to PyTorch and the GPU.
# - `self_attention` is the first layer in the encoder (unit 09). With queries from one place and keys and values from
#   another, the same function joins the decoder to the encoder (unit 10).
# - You know what the table of weights says, what $\sqrt{d_k}$ is there for, and that attention by itself does not know the
#   order of the words: unit 07 tells it.
#
# `pytest exercises` in a terminal shows the whole picture: what is done and what is next.
