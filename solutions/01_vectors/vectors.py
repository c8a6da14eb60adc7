# %% [markdown]
# # 01 · Vectors: how similar are two arrows?
#
# A Transformer turns every word into a **vector**, a list of numbers, and then asks one question millions of times: *how well do
# these two vectors go together?* The answer decides which words listen to which. In the paper's formula (Vaswani et al. 2017,
# *Attention Is All You Need*, section 3.2.1)
#
# $$\text{Attention}(Q, K, V) = \text{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}\right)V$$
#
# each number in $QK^\top$ is a **dot product**: one query against one key. You build it here from nothing, look at what it measures,
# and end with a search engine in a few lines.
#
# **How to work.** Each exercise is a stub: read its docstring, which is the whole contract, replace the line `raise
# NotImplementedError(...)` by your code and run the cell. Then run the locked cell below it: `check(...)` tries your function and shows
# the smallest example that goes wrong. Folded lines hold a hint, help with a typical symptom, and a question to think about.
# The first five exercises need plain Python only; NumPy comes in at the end, where it pays.

# %%
import math

import numpy as np

from autograder import check

# %% [markdown]
# ## 1 · The dot product
#
# Difficulty ●○○○○ · about 5 minutes
#
# Multiply two vectors number by number, then add everything up:
#
# $$a \cdot b = \sum_{i=1}^{d} a_i\, b_i$$
#
# | | 1st | 2nd | 3rd | sum |
# |---|---|---|---|---|
# | $a$ | 1.0 | 0.5 | 2.0 | |
# | $b$ | 0.3 | 0.7 | −0.1 | |
# | $a_i b_i$ | 0.3 | 0.35 | −0.2 | **0.45** |
#
# Where both numbers are large and have the same sign the sum grows; where the signs differ it shrinks. Two lists of $d$ numbers go in,
# a single number comes out. Libraries have it ready-made, but later you will want to know exactly what it does: write it yourself.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Walk along both vectors at the same time, one pair of numbers a step. Python has a built-in function that pairs up two sequences;
# look up what it does when one of them is longer.
#
# </details>
#
# <details><summary>Help: "returns an int, expected a float"</summary>
#
# Whole numbers multiply and add to a whole number, and `sum` of nothing at all is the whole number 0. The contract promises a
# float in both cases. There is a second reason to leave whole numbers early: those in a NumPy array have a fixed width, and a product
# that does not fit comes out wrong without any error.
#
# </details>
#
# <details><summary>Question</summary>
#
# If you double every number in $a$, what happens to $a \cdot b$? Does that mean that $a$ has become more similar to $b$?
#
# </details>


# %% solution="dot"
def dot(a, b):
    """The dot product of two vectors: the sum of aᵢ·bᵢ over all positions.

    Args:
        a: a vector of d numbers, a list or a NumPy array of shape (d,). Left as it is.
        b: a vector of d numbers, likewise.

    Returns:
        A float (Python's or np.float64), also for whole numbers, which are computed with
        as floats: a product too large for the integers of an array is no problem. 0.0 if
        d = 0.

    Raises:
        ValueError: a and b are not equally long. The message names both lengths.

    Cost: a number of steps that grows like d.
    Not asked about: arrays of float16 or float32.
    Forbidden: np.dot, np.inner, np.vdot, np.einsum, np.matmul and `@`, math.sumprod,
    and the same by other names.
    """
    ### BEGIN SOLUTION
    if len(a) != len(b):
        raise ValueError(f"a has {len(a)} components and b has {len(b)}, expected equally many")
    return sum((float(x) * float(y) for x, y in zip(a, b, strict=True)), start=0.0)
    ### END SOLUTION


# %% check="dot" points=5
check(dot)

# %% [markdown]
# ## 2 · Length
#
# Difficulty ●○○○○ · about 5 minutes
#
# How long is an arrow? Pythagoras knows, in any number of dimensions:
#
# $$\lVert a \rVert = \sqrt{\sum_{i=1}^{d} a_i^2}$$
#
# ```
#             ● (3, 4)
#          ╱  │
#       ╱     │ 4          √(3² + 4²) = √25 = 5
#    ╱        │
#  ●──────────┘
#       3
# ```
#
# This is the *Euclidean norm*. You need it to tell direction from size: a long word vector has large dot products with everything.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Look at the sum under the root. Which function that you have just written gives it, and with which two arguments?
#
# </details>
#
# <details><summary>Help: my length of [3, −4] is too small</summary>
#
# A square is never negative, so every component makes the arrow longer, whatever its sign. Check that each number is squared *before*
# anything is added up.
#
# </details>
#
# <details><summary>Question</summary>
#
# All components are 1. How long is the arrow in 4 dimensions, and in 64? (Remember the answer when you meet $\sqrt{d_k}$.)
#
# </details>


# %% solution="norm"
def norm(a):
    """The Euclidean length of a vector: the root of the sum of the squares of its
    components.

    Args:
        a: a vector of d numbers, a list or a NumPy array of shape (d,). Left as it is.
            The size of each number is 0 or between 1e-150 and 1e150; whole numbers are
            computed with as floats.

    Returns:
        A float, never negative. 0.0 for a vector of zeros, and if d = 0.

    Cost: a number of steps that grows like d.
    Not asked about: arrays of float16 or float32.
    Forbidden: np.linalg.norm, math.hypot, np.hypot, math.dist, and the same by other
    names.
    """
    ### BEGIN SOLUTION
    return math.sqrt(dot(a, a))
    ### END SOLUTION


# %% check="norm" points=4
check(norm)

# %% [markdown]
# ## 3 · Cosine similarity
#
# Difficulty ●●○○○ · about 10 minutes
#
# The dot product mixes two things: how far two arrows agree in direction, and how long they are. Divide the lengths out and
# only the direction is left:
#
# $$\cos(a, b) = \frac{a \cdot b}{\lVert a \rVert\, \lVert b \rVert} \qquad\text{always between } {-1} \text{ and } 1$$
#
# ```
#     ↗ ↗            ↑                ↗
#                    └→             ↙
#   cos = 1        cos = 0        cos = −1
#  same way     right angle    opposite ways
# ```
#
# Three words, with word vectors of four numbers each:
#
# | | | length | dot product with apple | cosine with apple |
# |---|---|---|---|---|
# | apple | [0.8, 0.6, 0.1, −0.2] | √1.05 ≈ 1.025 | 1.05 | 1 |
# | fruit | [0.7, 0.5, 0.2, −0.1] | √0.79 ≈ 0.889 | 0.90 | 0.90 / (1.025 · 0.889) ≈ **0.988** |
# | car | [−0.1, −0.3, 0.9, 0.8] | √1.55 ≈ 1.245 | −0.33 | −0.33 / (1.025 · 1.245) ≈ **−0.259** |
#
# Fruit is near apple, car is not. Two corners need a decision. A vector of zeros points nowhere: we say that it is similar to nothing, 0.
# And a computer rounds: the formula can give 1.0000000000000002, which no cosine may be.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Decide about the vector of zeros before you divide. Deal with the rounding after you have divided: what is the nearest number that a
# cosine may be?
#
# </details>
#
# <details><summary>Help: right for ordinary vectors, but 0, nan or inf for huge or tiny ones</summary>
#
# Look at what your code computes on the way. Numbers beyond about 1e308 become infinite and below about 1e-308 they fade to zero, so
# the product of *four* components of size 1e100 is lost although the cosine itself is harmless. And a small number that is added, or
# compared with, to avoid a division by zero is not small beside a tiny vector: only a length that *is* zero is zero.
#
# </details>
#
# <details><summary>Question</summary>
#
# What does the cosine forget about two vectors that the dot product still knows? Attention uses the dot product: what could a
# long key vector be good for?
#
# </details>


# %% solution="cosine_similarity"
def cosine_similarity(a, b):
    """The cosine of the angle between two vectors: their dot product divided by both
    lengths.

    Args:
        a: a vector of d numbers, a list or a NumPy array of shape (d,). Left as it is.
            The size of each number is 0 or between 1e-150 and 1e150; whole numbers are
            computed with as floats.
        b: a vector of d numbers, likewise.

    Returns:
        A float in [-1, 1], also after rounding. 0.0 where a or b (or both) has nothing
        but zeros in it, and if d = 0.

    Raises:
        ValueError: a and b are not equally long. The message names both lengths.

    Cost: a number of steps that grows like d.
    Not asked about: arrays of float16 or float32; vectors of different lengths of which
    one has nothing but zeros.
    """
    ### BEGIN SOLUTION
    product = dot(a, b)
    lengths = norm(a) * norm(b)
    if lengths == 0.0:
        return 0.0
    return max(-1.0, min(1.0, product / lengths))  # rounding can carry the quotient just outside [-1, 1]
    ### END SOLUTION


# %% check="cosine_similarity" points=5
check(cosine_similarity)

# %% [markdown]
# ## 4 · The angle
#
# Difficulty ●●○○○ · about 5 minutes
#
# The cosine is a number without a picture; the angle θ is one you can see. The arc cosine undoes the cosine:
#
# $$\theta(a, b) = \arccos\big(\cos(a, b)\big) \in [0, \pi]$$
#
# | cosine | 1 | 0.7071… | 0 | −0.7071… | −1 |
# |---|---|---|---|---|---|
# | angle in radians | 0 | π/4 | π/2 | 3π/4 | π |
# | in degrees | 0° | 45° | 90° | 135° | 180° |
#
# By hand: [1, 0] and [1, 1] have the cosine 1/√2 ≈ 0.7071, so the angle is π/4 ≈ 0.785.
# Here a vector of zeros has no answer at all: there is no angle with an arrow that points nowhere, and a good function says so.

# %% [markdown]
# <details><summary>Hint</summary>
#
# `math` and NumPy both have the arc cosine, in radians. How do you notice that a vector has nothing but zeros? Not by its cosine: that
# is 0 at a right angle, too.
#
# </details>
#
# <details><summary>Help: "math domain error", or nan, for some parallel vectors but not for others</summary>
#
# The arc cosine exists between −1 and 1 only, and not a hair beyond. Where does the number come from that you give it?
#
# </details>
#
# <details><summary>Question</summary>
#
# Draw two arrows at random in 512 dimensions (try it with `np.random.default_rng().normal(size=512)`). Which angle do you get nearly
# every time? What does that say about how much room there is for meanings?
#
# </details>


# %% solution="angle"
def angle(a, b):
    """The angle between two vectors, in radians.

    Args:
        a: a vector of d numbers, not all of them 0, a list or a NumPy array of shape
            (d,). Left as it is. The size of each number is 0 or between 1e-150 and 1e150;
            whole numbers are computed with as floats.
        b: a vector of d numbers, likewise.

    Returns:
        A float in [0, π]. Vectors that point the same way give 0 and vectors that point
        opposite ways π, both within 1e-7; never NaN.

    Raises:
        ValueError: a or b has nothing but zeros in it; or they are not equally long, and
            the message names both lengths.

    Not asked about: arrays of float16 or float32.
    """
    ### BEGIN SOLUTION
    cosine = cosine_similarity(a, b)
    for name, vector in (("a", a), ("b", b)):
        if norm(vector) == 0.0:
            raise ValueError(f"{name} has length 0, expected a vector that points somewhere: there is no angle with it")
    return math.acos(cosine)
    ### END SOLUTION


# %% check="angle" points=4
check(angle)

# %% [markdown]
# ## 5 · A class of your own
#
# Difficulty ●●○○○ · about 10 minutes
#
# From unit 05 on you build modules: objects that keep their numbers and have methods that compute with them. Practise the form on
# something small. A `Vector` remembers its components and answers three questions about itself:
#
# ```
#   v = Vector([3.0, 4.0])          w = Vector([1.0, 0.0])
#
#   v.components   →  [3.0, 4.0]    remembered as given
#   v.dot(w)       →  3.0           with another Vector
#   v.norm()       →  5.0           on its own
#   v.cosine(w)    →  0.6           with another Vector, as in exercise 3
# ```
#
# Write this one in **plain Python**: a program that needs three numbers does not need NumPy.

# %% [markdown]
# <details><summary>Hint</summary>
#
# `__init__` stores something on `self`; the other methods read it from there, and from `other` in the same way. One method may call
# another, and all of them may call your functions from above, as long as those are plain Python as well.
#
# </details>
#
# <details><summary>Help: two vectors seem to share their numbers, or a vector has changed after I asked for its cosine</summary>
#
# A list that is created in the body of the class, outside all methods, exists once for all objects. And a method that answers a
# question should compute new numbers and leave `self.components` alone.
#
# </details>
#
# <details><summary>Question</summary>
#
# The angle was a function, the vector is a class. What would you gain, and what would you lose, by making the angle a method of `Vector`?
#
# </details>


# %% solution="Vector"
class Vector:
    """A vector that remembers its components and computes with them, in plain Python.

    Args:
        components: a list of d numbers, d ≥ 1. The size of each is 0 or between 1e-150
            and 1e150.

    Attributes:
        components: a list or tuple of the d numbers, equal to what was given; no method
            changes it.

    Forbidden: NumPy, whether in the methods or in the functions they call.
    """

    def __init__(self, components):
        """Remember the components."""
        ### BEGIN SOLUTION
        self.components = list(components)
        ### END SOLUTION

    def dot(self, other):
        """The dot product with another Vector.

        Returns:
            A float, also for whole numbers.

        Raises:
            ValueError: the other Vector has another number of components. The message
                names both numbers.
        """
        ### BEGIN SOLUTION
        mine, theirs = self.components, other.components
        if len(mine) != len(theirs):
            raise ValueError(
                f"this vector has {len(mine)} components and the other {len(theirs)}, expected equally many"
            )
        return float(sum(x * y for x, y in zip(mine, theirs, strict=True)))
        ### END SOLUTION

    def norm(self):
        """The Euclidean length, a float."""
        ### BEGIN SOLUTION
        return math.sqrt(self.dot(self))
        ### END SOLUTION

    def cosine(self, other):
        """The cosine of the angle with another Vector, by the rules of
        `cosine_similarity`.

        Returns:
            A float in [-1, 1], also after rounding; 0.0 where one of the two has nothing
            but zeros in it.

        Raises:
            ValueError: the other Vector has another number of components. The message
                names both numbers.
        """
        ### BEGIN SOLUTION
        product, lengths = self.dot(other), self.norm() * other.norm()
        return max(-1.0, min(1.0, product / lengths)) if lengths > 0.0 else 0.0
        ### END SOLUTION


# %% check="Vector" points=6
check(Vector)

# %% [markdown]
# ## 6 · All pairs at once
#
# Difficulty ●●●○○ · about 20 minutes
#
# Attention compares *every* query with *every* key. A loop over pairs would be far too slow in Python, and it is not needed: one
# matrix product computes all dot products at once. Here `x` holds `n` vectors as rows and `y` holds `m`:
#
# $$C_{ij} = \cos(x_i, y_j), \qquad x\,(n, d),\quad y\,(m, d) \;\longrightarrow\; C\,(n, m)$$
#
# ```
#   x (2, 2)            y (3, 2)                    C (2, 3)
#
#   [3, 4]              [1, 0]                      y₁    y₂    y₃
#   [1, 0]              [0, 2]               x₁  [ 0.6   0.8   0.0 ]
#                       [0, 0]               x₂  [ 1.0   0.0   0.0 ]
# ```
#
# Row 1 by hand: [3, 4] has length 5; its dot products with the rows of `y` are 3, 8 and 0, and these have the lengths 1, 2 and 0.
# So 3/(5·1) = 0.6, then 8/(5·2) = 0.8, and 0 for the row of zeros, by the rule of exercise 3.
#
# From here on, think in whole arrays: write no loop over rows, neither `for` nor in disguise (comprehensions, `map`, `np.vectorize`,
# `np.apply_along_axis`). NumPy's functions, `@` included, are all allowed.

# %% [markdown]
# <details><summary>Hint</summary>
#
# What happens to the dot product of two vectors if each has been brought to length 1 first? And how can you get the lengths of all rows
# in a shape that lines up with the rows? (Look up `axis` and `keepdims`.)
#
# </details>
#
# <details><summary>Help: "operands could not be broadcast together", or rows that are scaled by the wrong length</summary>
#
# Arrays are lined up from their *last* axis. `n` lengths in an array of shape `(n,)` are lined up with the columns; it takes the shape
# `(n, 1)` to line them up with the rows. With as many rows as columns the wrong one raises no error at all: print the shapes.
#
# </details>
#
# <details><summary>Help: float32 goes in and float64 comes out</summary>
#
# One array of another type on the way is enough, such as `np.zeros(n)` or `np.ones(n)`, which are float64 unless told otherwise.
# Halving the size of all numbers is worth a lot in a large model: keep the type that you were given, and turn only whole numbers
# into float64.
#
# </details>
#
# <details><summary>Question</summary>
#
# What do you see on the diagonal of `cosine_similarity_matrix(x, x)`, and why is the matrix its own mirror image? Attention
# uses two different matrices, queries and keys, made from the same words: what does it gain?
#
# </details>


# %% solution="cosine_similarity_matrix"
def cosine_similarity_matrix(x, y):
    """The cosine of every row of x with every row of y.

    Args:
        x: n vectors as rows, shape (n, d), an array or a list of lists. Left as it is.
        y: m vectors as rows, shape (m, d), likewise. In float64 the size of each number
            is 0 or between 1e-150 and 1e150.

    Returns:
        An array of shape (n, m); entry (i, j) is the cosine of x[i] and y[j], within
        [-1, 1] up to rounding, and 0 where one of the two has nothing but zeros in it. n
        or m may be 0, as in np.zeros((0, d)). Its type is that of x and y if they are
        floating-point arrays (float32 stays float32); lists and whole numbers compute in
        float64.

    Raises:
        ValueError: the rows of x and y are not equally long. The message names both
            lengths.

    Cost: no Python loop over rows: the work issued from Python does not grow with n or m.
    """
    ### BEGIN SOLUTION
    x, y = np.asarray(x), np.asarray(y)
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f"rows of x have {x.shape[-1]} components and rows of y {y.shape[-1]}, expected equally many")

    def unit_rows(rows):
        if not np.issubdtype(rows.dtype, np.floating):
            rows = rows.astype(np.float64)
        lengths = np.sqrt(np.sum(rows * rows, axis=1, keepdims=True))
        return rows / np.where(lengths == 0, 1, lengths)  # rows of zeros stay as they are

    return unit_rows(x) @ unit_rows(y).T
    ### END SOLUTION


# %% check="cosine_similarity_matrix" points=8
check(cosine_similarity_matrix)

# %% [markdown]
# ## 7 · Search
#
# Difficulty ●●●○○ · about 15 minutes
#
# Put it to use: given a `query`, which of the `keys` are nearest in direction? This is how search engines find documents,
# and it is one half of attention: attention asks the same question, but instead of taking the best few it mixes all of them, the
# better ones more. (How to get from scores to a mixture is unit 02.)
#
# | key | | cosine with the query [1, 0] | place |
# |---|---|---|---|
# | 0 | [0, 1] | 0 | 3rd |
# | 1 | [2, 0] | 1 | 1st |
# | 2 | [−1, 0] | −1 | last |
# | 3 | [1, 1] | 0.707 | 2nd |
#
# `most_similar([1, 0], keys, k=2)` is `[1, 3]`: the *numbers of the rows*, the best first. Where two keys are equally similar, the one
# that stands first in `keys` goes first, so that the answer is the same on every machine.

# %% [markdown]
# <details><summary>Hint</summary>
#
# One query is a matrix with a single row. NumPy can tell you in which order the entries of an array would be sorted (it sorts upwards,
# you want downwards).
#
# </details>
#
# <details><summary>Help: ties come out in the wrong order, but only sometimes</summary>
#
# Turning a sorted order around also turns the order of the ties around. And NumPy's usual way of sorting promises nothing about ties:
# on short arrays it happens to look right, on long ones it does not. Its documentation says which `kind` keeps them in order.
#
# </details>
#
# <details><summary>Question</summary>
#
# Sorting everything costs more than finding the best few. With a billion keys, what would you do instead, and what becomes of the ties?
#
# </details>


# %% solution="most_similar"
def most_similar(query, keys, k=1):
    """The rows of keys that are most similar to the query by cosine, the best first.

    Args:
        query: a vector of d numbers, shape (d,), an array or a list. Left as it is.
        keys: n vectors as rows, shape (n, d), an array or a list of lists. Left as it is.
            The size of each number is as for cosine_similarity_matrix.
        k: how many to return, from 1 to n.

    Returns:
        An integer array of shape (k,): row numbers by falling cosine; of equal cosines
        the lower number first (where rounding alone makes a difference, either may be
        first). A row of zeros, or a query of zeros, has the cosine 0.

    Raises:
        ValueError: k is less than 1 or more than n, and the message names k; or the rows
            of keys are not as long as the query, and the message names both lengths.

    Cost: no Python loop over the keys.
    """
    ### BEGIN SOLUTION
    n = len(keys)
    if not 1 <= k <= n:
        raise ValueError(f"k is {k}, expected a number from 1 to {n}, the number of keys")
    cosines = cosine_similarity_matrix(np.asarray(query)[np.newaxis, :], keys)[0]
    falling = np.argsort(-cosines, kind="stable")  # stable: ties keep their order
    return falling[:k]
    ### END SOLUTION


# %% check="most_similar" points=6
check(most_similar)

# %% [markdown]
# ## What you have now
#
# | you wrote | where it comes back |
# |---|---|
# | `dot` | every attention score, $q \cdot k$ (unit 03) |
# | `norm` | why scores are divided by $\sqrt{d_k}$ (unit 03), and on tensors with gradients (unit 06) |
# | `cosine_similarity`, `angle` | reading word vectors; the tensor version in unit 06 |
# | `Vector` | objects that keep numbers and compute: `MultiHeadAttention` (unit 05) |
# | `cosine_similarity_matrix` | all queries against all keys in one matrix product, $QK^\top$ (unit 03) |
# | `most_similar` | the hard choice that **softmax** turns into a soft one, in the next unit |
