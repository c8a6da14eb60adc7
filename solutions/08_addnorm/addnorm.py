# %% [markdown]
# # 08 · Add & norm: what holds a deep stack together
#
# Attention is the famous part of the Transformer. But six layers of attention on top of each other, and nothing else,
# would not learn: the numbers would grow or vanish on their way up, and the gradients on their way down. Around every
# attention the paper therefore puts the same small frame (Vaswani et al. 2017, section 3.1 and figure 1, “Add & Norm”):
#
# ```
#          ┌──────────────────────────────────────┐   the residual: x itself, untouched
#          │                                      ▼
#    x ────┴──►  sub-layer  ──►  dropout  ──►  (  +  )  ──►  layer norm  ──►
#               (attention, or
#                feed-forward)
# ```
#
# You build the frame from the inside: first the **norm**, then the **add**, and last the **feed-forward** network, the
# second kind of sub-layer that the frame is put around. With them and the attention of unit 06 an encoder layer is
# complete.
#
# **How to work.** There are two functions and three classes, all short. Replace each `raise NotImplementedError(...)` by
# your code, run the cell, and run the check below it. The docstring says all that is asked; the help is there to unfold.
# What all code shares (PyTorch's default dtype, its random seed, whether gradients are recorded) is left as it was, and
# decides nothing beyond what a docstring says.

# %%
import torch
from torch import nn

from autograder import check

# %% [markdown]
# ## 1 · `layer_norm`
#
# Difficulty ●●○○○ · about 20 minutes
#
# A word is a row of `d_model` numbers. Layer normalisation (Ba et al. 2016) looks at **one row at a time** and brings it
# to a mean of 0 and a variance of 1, whatever the row was before:
#
# $$\mathrm{LayerNorm}(x)_i = w_i \cdot \frac{x_i - \mu}{\sqrt{\sigma^2 + \varepsilon}} + b_i
# \qquad
# \mu = \frac{1}{d}\sum_{j=1}^{d} x_j
# \qquad
# \sigma^2 = \frac{1}{d}\sum_{j=1}^{d} (x_j - \mu)^2$$
#
# The small $\varepsilon$ (`eps`) keeps the root away from 0 when all numbers of a row are the same. The weight $w$ and the
# bias $b$ have one entry for each of the $d$ columns. They are learned, so that the model can give a column the size that
# suits it.
#
# **By hand**, with a large $\varepsilon = 4$, so that the root comes out even:
#
# | | | | | | |
# |:--|--:|--:|--:|--:|:--|
# | $x$ | 1 | 3 | 5 | 7 | mean 4 |
# | $x - \mu$ | −3 | −1 | 1 | 3 | squares 9, 1, 1, 9: $\sigma^2 = 20 / 4 = 5$ |
# | divided by $\sqrt{5 + 4} = 3$ | −1 | −⅓ | ⅓ | 1 | |
# | times $w = (1, 3, 3, 2)$ | −1 | −1 | 1 | 2 | |
# | plus $b = (0, 0, 0, 5)$ | −1 | −1 | 1 | 7 | |

# %% [markdown]
# <details><summary>Hint</summary>
#
# Follow the table from top to bottom, a line of code for a line of the table. A mean over the last axis of `(2, 3, 4)` has
# the shape `(2, 3)`; it has to be `(2, 3, 1)` to be taken away from every column. `mean` has an argument for that.
#
# </details>
#
# <details><summary>Help: “The size of tensor a (4) must match the size of tensor b (3)”</summary>
#
# Print the shape of the mean next to that of `x`. Has the axis that was averaged disappeared? And beware: where the two
# numbers happen to be equal there is no error, and each *column* gets the mean of some *row*.
#
# </details>
#
# <details><summary>Help: the numbers are a little too close to 0</summary>
#
# Take $x = (1, 3, 5, 7)$ and print the variance. If it is 6.67 and not 5, it was divided by $d - 1$: that is what
# `x.var()` and `x.std()` do unless you tell them otherwise. If it is 5, look at where your `eps` is added.
#
# </details>
#
# <details><summary>Help: “mean(): could not infer output dtype … Got: Long”</summary>
#
# PyTorch does not take the mean of whole numbers. Turn them into floats first: which type, the docstring says. A tensor
# can be asked with `x.is_floating_point()`.
#
# </details>
#
# <details><summary>Question</summary>
#
# Multiply a row by 100, or add 100 to each of its numbers: what does the result look like? What can the next layer
# therefore *not* find out about a word?
#
# </details>


# %% solution="layer_norm"
def layer_norm(x, weight, bias, eps=1e-5):
    """Bring every row to mean 0 and variance 1, then stretch and shift its columns.

    Args:
        x: a tensor (..., d_model); every row along the last axis is treated for itself. There
            may be any number of leading axes, also none.
        weight: a tensor (d_model,), what each column is multiplied by.
        bias: a tensor (d_model,), what is added to each column.
        eps: a small positive number, added to the variance under the root. No argument is
            changed.

    Returns:
        A tensor of the shape of x. The variance is the biased one, divided by d_model. A row of
        equal numbers gives the bias, with finite gradients. 100,000 added to a whole row
        changes nothing but the last digits.
        Floating-point x keeps its dtype, and weight and bias have the same; beside whole
        numbers they are of PyTorch's default dtype, in which all is computed then. Gradients
        reach x, weight and bias.

    Raises:
        ValueError: weight or bias is not of the shape (d_model,); the message names the size
            that was found and the one that was expected.

    Forbidden: torch.nn.functional.layer_norm and torch.nn.LayerNorm, under any name.
    Not asked about: tensors without entries, numbers whose squares, or their sum, their
        dtype cannot hold, and whole numbers under another default dtype than float32.
    Source: Ba et al. 2016, equations 3 and 4; Vaswani et al. 2017, section 3.1.
    """
    ### BEGIN SOLUTION
    d_model = x.shape[-1]
    for name, parameter in (("weight", weight), ("bias", bias)):
        if parameter.shape != (d_model,):
            raise ValueError(f"{name} is of shape {tuple(parameter.shape)}, expected ({d_model},), one a column")
    if not x.is_floating_point():
        x = x.to(torch.get_default_dtype())
    deviation = x - x.mean(dim=-1, keepdim=True)
    variance = deviation.square().mean(dim=-1, keepdim=True)
    return weight * deviation / torch.sqrt(variance + eps) + bias
    ### END SOLUTION


# %% check="layer_norm" points=7
check(layer_norm)

# %% [markdown]
# ## 2 · `batch_norm`
#
# Difficulty ●●○○○ · about 10 minutes
#
# Normalising is older than the Transformer. For images it was first done the other way round: **one column at a time**,
# over all the rows of a batch (Ioffe & Szegedy 2015). The arithmetic is the same; what differs is which numbers share a
# mean and a variance:
#
# ```
#           layer norm                        batch norm
#           column                            column
#           0   1   2   3                     0   1   2   3
#    word 0 ├── μ₀, σ₀ ──┤            word 0  ┬   ┬   ┬   ┬
#    word 1 ├── μ₁, σ₁ ──┤            word 1  μ₀  μ₁  μ₂  μ₃
#    word 2 ├── μ₂, σ₂ ──┤            word 2  ┴   ┴   ┴   ┴
#       means: as many as words          means: as many as columns
# ```
#
# **By hand**, one feature of four rows is the column $(1, 3, 5, 7)$: it becomes $(-1, -⅓, ⅓, 1)$ for $\varepsilon = 4$,
# as above. A second feature beside it, say $(0, 0, 8, 8)$, has a mean and variance of its own: 4 and 16.
#
# You write what happens in **training**, where the statistics are those of the batch at hand. (A complete batch norm also
# keeps running averages, to have something to use when there is no batch. That is part of its trouble.)

# %% [markdown]
# <details><summary>Hint</summary>
#
# What is one row for `layer_norm` is one column here. Weight and bias still belong to the columns.
#
# </details>
#
# <details><summary>Help: it is right for square tensors only</summary>
#
# For as many rows as columns every axis fits, also the wrong one. Print the shapes for `x` of shape `(5, 2)`: how many
# means should there be?
#
# </details>
#
# <details><summary>Question</summary>
#
# A batch has a single row. What are its mean and its variance, and what comes out, whatever the row says?
#
# </details>


# %% solution="batch_norm"
def batch_norm(x, weight, bias, eps=1e-5):
    """Bring every column to mean 0 and variance 1 over the batch, then stretch and shift it.

    Args:
        x: a tensor (batch, features).
        weight: a tensor (features,), what each column is multiplied by.
        bias: a tensor (features,), what is added to each column.
        eps: a small positive number, added to the variance under the root. No argument is
            changed.

    Returns:
        A tensor (batch, features). Mean and variance of a column are taken over the rows of x;
        the variance is the biased one, divided by batch. A column of equal numbers gives its
        bias, with finite gradients. 100,000 added to a whole column changes nothing but the
        last digits.
        Floating-point x keeps its dtype, and weight and bias have the same; beside whole
        numbers they are of PyTorch's default dtype, in which all is computed then. Gradients
        reach x, weight and bias.

    Raises:
        ValueError: weight or bias is not of the shape (features,); the message names the size
            that was found and the one that was expected.

    Forbidden: torch.nn.functional.batch_norm and torch.nn.BatchNorm1d, under any name.
    Not asked about: x with other than two axes, and with fewer than two rows; numbers whose
        squares, or their sum, their dtype cannot hold; whole numbers under another default
        dtype than float32.
    Source: Ioffe & Szegedy 2015, algorithm 1.
    """
    ### BEGIN SOLUTION
    features = x.shape[-1]
    for name, parameter in (("weight", weight), ("bias", bias)):
        if parameter.shape != (features,):
            raise ValueError(f"{name} is of shape {tuple(parameter.shape)}, expected ({features},), one a column")
    if not x.is_floating_point():
        x = x.to(torch.get_default_dtype())
    deviation = x - x.mean(dim=0)
    variance = deviation.square().mean(dim=0)
    return weight * deviation / torch.sqrt(variance + eps) + bias
    ### END SOLUTION


# %% check="batch_norm" points=5
check(batch_norm)

# %% [markdown]
# ## Why word vectors want layer norm
#
# The next cell puts the word “cat” into two batches, with different neighbours, and normalises both batches in both ways.
# The vector of “cat” that goes in is the same each time. Which of the two norms gives the same vector back?
#
# (The word vectors have four made-up columns: *alive*, *fast*, *loud*, *large*.)


# %%
def show_neighbours():
    """Normalises one word among different neighbours, by layer and by batch."""
    words = {
        "cat": [9.0, 6.0, 3.0, 1.0],
        "dog": [9.0, 5.0, 6.0, 2.0],
        "horse": [9.0, 8.0, 4.0, 7.0],
        "train": [0.0, 9.0, 8.0, 9.0],
        "stone": [0.0, 0.0, 0.0, 3.0],
        "<pad>": [0.0, 0.0, 0.0, 0.0],
    }
    ones, zeros = torch.ones(4), torch.zeros(4)
    print(f"{'neighbours of “cat”':<24}{'layer_norm':<32}batch_norm")
    for neighbours in (["dog", "horse"], ["train", "stone"], ["<pad>", "<pad>"]):
        batch = torch.tensor([words["cat"], *(words[word] for word in neighbours)])
        try:
            by_layer, by_batch = (normalise(batch, ones, zeros)[0] for normalise in (layer_norm, batch_norm))
        except NotImplementedError:
            print("Write layer_norm and batch_norm first, then run this cell again.")
            return
        rows = ("".join(f"{number:7.2f}" for number in row.tolist()) for row in (by_layer, by_batch))
        print(f"{', '.join(neighbours):<20}" + "    ".join(rows))


show_neighbours()

# %% [markdown]
# Under batch norm “cat” means something else in each company. Among animals it is not *alive* at all, as all of them are;
# between two padding tokens of a short sentence all four columns come out the same, and nothing of the cat is left. Sentences
# differ in length, so late positions have few words to average over; and when a model writes its answer word by word there
# may be no batch at all. Layer norm asks nobody but the word itself. That is why the Transformer uses it.

# %% [markdown]
# ## 3 · `LayerNorm`
#
# Difficulty ●●○○○ · about 15 minutes
#
# The weight and the bias of `layer_norm` have to be **learned**, and somebody has to keep them. In PyTorch that is an
# `nn.Module`. It is told what is to be learned by wrapping a tensor in `nn.Parameter` and making it an attribute: from
# then on the optimiser finds it, `state_dict()` saves it, and `.to(device)` takes it along.
#
# Two lines set the beginning: a weight of ones and a bias of zeros, so that at first the module only normalises.
#
# ```
#    LayerNorm(4)          weight  1 1 1 1      ── both are `nn.Parameter`s of shape (d_model,)
#                          bias    0 0 0 0
#    norm(x)  is  layer_norm(x, weight, bias, eps)
# ```
#
# One module serves all words of all sentences: in the base model it has $2 \cdot 512 = 1024$ numbers to learn.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Your function from above does all the work. The class only remembers three things for it.
#
# </details>
#
# <details><summary>Help: “cannot assign parameters before Module.__init__() call”</summary>
#
# `nn.Module` has lists to make before it can take parameters. Its own `__init__` has to run first, as the first line of
# yours: look up `super()`.
#
# </details>
#
# <details><summary>Help: `list(norm.parameters())` is empty</summary>
#
# A plain tensor as an attribute is not a parameter: nobody trains it, saves it, or takes it to the GPU.
#
# </details>
#
# <details><summary>Question</summary>
#
# Which weight and bias would undo the normalisation of a row whose mean is 4 and whose variance is 5? Could they undo it
# for every row at once?
#
# </details>


# %% solution="LayerNorm"
class LayerNorm(nn.Module):
    """Layer normalisation with a weight and a bias that are learned.

    Args:
        d_model: the number of columns of a word.
        eps: what is added to the variance under the root.

    Attributes:
        weight: an nn.Parameter (d_model,) of PyTorch's default dtype, ones at the start.
        bias: an nn.Parameter (d_model,) of that dtype, zeros at the start.
            There are no other parameters. Not asked about: another default dtype than float32.

    Forbidden: torch.nn.functional.layer_norm and torch.nn.LayerNorm, under any name.
    Source: Ba et al. 2016, equation 4.
    """

    def __init__(self, d_model, eps=1e-5):
        ### BEGIN SOLUTION
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps
        ### END SOLUTION

    def forward(self, x):
        """Normalise every row with the module's own weight, bias and eps.

        Args:
            x: a floating-point tensor (..., d_model) of the dtype of the parameters, on their
                device. It is not changed.

        Returns:
            What layer_norm gives for it: a tensor of the shape and dtype of x.

        Raises:
            ValueError: the last axis of x is not d_model; the message names both.

        Not asked about: tensors without entries, and dtypes other than that of the parameters.
        """
        ### BEGIN SOLUTION
        return layer_norm(x, self.weight, self.bias, self.eps)
        ### END SOLUTION


# %% check="LayerNorm" points=5
check(LayerNorm)

# %% [markdown]
# ## 4 · `AddNorm`
#
# Difficulty ●●○○○ · about 15 minutes
#
# Now the line that goes around the sub-layer. **Before you write anything**, run the next cell. It builds stacks of 24 small
# layers, sends numbers up and the gradient of a loss back down, and draws how much of the gradient is left at each depth.


# %%
def gradient_by_depth(connect, depth=24, width=32):
    """How long the gradient is below each of `depth` layers; `connect(x, layer)` says what becomes of a layer's input x."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(8)
        layers = [nn.Sequential(nn.Linear(width, width), nn.ReLU()) for _ in range(depth)]
        levels = [torch.randn(16, width, requires_grad=True)]
        direction = torch.randn(16, width)
    for layer in layers:
        levels.append(connect(levels[-1], layer))
    gradients = torch.autograd.grad((levels[-1] * direction).sum(), levels)
    return [float(gradient.norm() / gradients[-1].norm()) for gradient in gradients[:-1]]


def show_gradients():
    """Draws the gradients of a plain stack and of stacks with residuals; without matplotlib, in numbers."""
    stacks = {
        "x → f(x)": gradient_by_depth(lambda x, layer: layer(x)),
        "x → x + f(x)": gradient_by_depth(lambda x, layer: x + layer(x)),
        "x → norm(x + f(x))": gradient_by_depth(lambda x, layer: nn.functional.layer_norm(x + layer(x), x.shape[-1:])),
    }
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        print("layer", *(f"{name:>20}" for name in stacks))
        for below, numbers in enumerate(zip(*stacks.values(), strict=True), start=1):
            print(f"{below:5}", *(f"{number:20.1e}" for number in numbers))
        return
    plt.figure(figsize=(7, 3.5), layout="constrained")
    for (name, gradients), marker in zip(stacks.items(), "o^s", strict=True):
        plt.semilogy(range(1, len(gradients) + 1), gradients, marker=marker, markersize=4, label=name)
    plt.xlabel("layer (the loss is on the right)")
    plt.ylabel("gradient, relative to the top")
    plt.legend()
    plt.show()


show_gradients()

# %% [markdown]
# Without residuals the first layers hear next to nothing of the loss: less than a billionth of what reaches the last one.
# Deep plain stacks therefore learn *worse* than shallow ones, which is called **degradation**. With a residual, $x + f(x)$,
# the gradient has a way down that leads around every layer:
#
# $$\frac{\partial\,(x + f(x))}{\partial x} = 1 + f'(x)$$
#
# The 1 is what arrives however small $f'$ is. But the sums grow from layer to layer, and the gradient with them; a norm
# after each sum keeps the size where it is. That is the paper's sub-layer, called **post-norm** as the norm comes last:
#
# $$\mathrm{LayerNorm}(x + \mathrm{Dropout}(\mathrm{Sublayer}(x)))$$
#
# **By hand**, with dropout switched off:
#
# | | | | | |
# |:--|--:|--:|--:|--:|
# | `x` | 1 | 2 | 3 | 4 |
# | `sublayer_output` | 0 | 1 | 2 | 3 |
# | sum | 1 | 3 | 5 | 7 |
# | norm: minus 4, divided by $\sqrt{5}$ | −1.342 | −0.447 | 0.447 | 1.342 |
#
# Dropout is applied to the output of each sub-layer *before* it is added (section 5.4): the way around stays whole.

# %% [markdown]
# <details><summary>Hint</summary>
#
# `forward` gets the output of the sub-layer, not the sub-layer: nothing is left but to drop, add and norm, in this order.
# `nn.Dropout` knows by itself whether the module is in training or in `eval()` mode.
#
# </details>
#
# <details><summary>Help: in `eval()` mode the result still varies</summary>
#
# `nn.functional.dropout` drops unless it is told that training is over, and so does an `nn.Dropout` that is made anew in
# every `forward`: `eval()` only reaches the modules that are attributes.
#
# </details>
#
# <details><summary>Help: two tensors of different shapes are added without an error</summary>
#
# Broadcasting helps where it should not: `(2, 3, 4)` plus `(3, 4)` gives every sentence the same output. The sub-layer
# gives as many rows as it was given, so compare the shapes before you add.
#
# </details>
#
# <details><summary>Question</summary>
#
# Many later models write $x + \mathrm{Sublayer}(\mathrm{LayerNorm}(x))$, **pre-norm**. Which way is there, then, from the
# loss down to the first layer without passing a single norm?
#
# </details>


# %% solution="AddNorm"
class AddNorm(nn.Module):
    """The frame around every sub-layer: dropout, residual, layer normalisation (post-norm).

    Args:
        d_model: the number of columns of a word.
        dropout: the share of the sub-layer's output that is dropped in training; 0 or more and
            less than 1.

    Attributes:
        norm: your LayerNorm, or nn.LayerNorm, of d_model columns and eps = 1e-5. Its weight and
            bias are the only parameters.

    Source: Vaswani et al. 2017, sections 3.1 and 5.4.
    """

    def __init__(self, d_model, dropout=0.1):
        ### BEGIN SOLUTION
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(self, x, sublayer_output):
        """LayerNorm(x + dropout(sublayer_output)).

        Args:
            x: a floating-point tensor (..., d_model), what the sub-layer was given.
            sublayer_output: a tensor of the same shape, what the sub-layer made of it. Both are of
                the dtype of the parameters and on their device, and neither is changed.

        Returns:
            A tensor of the shape and dtype of x. In eval() mode nothing is dropped. In training
            a share `dropout` of the entries of sublayer_output is replaced by 0, and the others
            are divided by 1 - dropout, drawn anew in each call; x is never dropped.

        Raises:
            ValueError: sublayer_output has not the shape of x; the message names both.

        Not asked about: tensors whose last axis is not d_model, tensors without entries.
        """
        ### BEGIN SOLUTION
        if sublayer_output.shape != x.shape:
            raise ValueError(
                f"sublayer_output has the shape {tuple(sublayer_output.shape)}, expected {tuple(x.shape)}, that of x"
            )
        return self.norm(x + self.dropout(sublayer_output))
        ### END SOLUTION


# %% check="AddNorm" points=6
check(AddNorm)

# %% [markdown]
# ## 5 · `FeedForward`
#
# Difficulty ●●○○○ · about 15 minutes
#
# Attention mixes words, but it only averages: nothing in it bends. After each attention, every word is therefore sent
# through a small network of its own, the **position-wise feed-forward network** (section 3.3):
#
# $$\mathrm{FFN}(x) = \max(0,\; x W_1 + b_1)\, W_2 + b_2$$
#
# It first widens a word, from `d_model` to `d_ff` columns, cuts off what is negative (that is the **ReLU**), and then
# makes it narrow again:
#
# ```
#    (..., 512) ─ linear1 ─► (..., 2048) ─ ReLU ─ dropout ─► (..., 2048) ─ linear2 ─► (..., 512)
# ```
#
# “Position-wise” means that all words use the same two matrices and none sees another. In the base model that makes
# $512 \cdot 2048 + 2048 + 2048 \cdot 512 + 512 = 2\,099\,712$ numbers to learn, about twice as many as in an attention.
#
# **By hand**, from two columns to three and back (`nn.Linear` keeps its weight as `(out, in)`: a *row* for each output):
#
# | | | |
# |:--|:--|:--|
# | `x` | $(1, -1)$ | |
# | `linear1` | weight $(1, 0),\ (0, 1),\ (1, 1)$, bias $(0, 0, 1)$ | $(1, -1, 1)$ |
# | ReLU | | $(1, 0, 1)$ |
# | `linear2` | weight $(1, 2, 3),\ (0, 1, -1)$, bias $(0, 1)$ | $(4, 0)$ |

# %% [markdown]
# <details><summary>Hint</summary>
#
# `nn.Linear(inputs, outputs)` works on the last axis and leaves the ones before alone. How many inputs and outputs has
# each of the two?
#
# </details>
#
# <details><summary>Help: “mat1 and mat2 shapes cannot be multiplied”</summary>
#
# The second number of `mat1` is how many columns arrived, the first of `mat2` how many the layer expects. Follow the
# picture from left to right: where do they differ?
#
# </details>
#
# <details><summary>Help: `sum(p.numel() for p in …)` is twice as large as it should be</summary>
#
# Every layer that is an attribute counts. Is one made and never used, or made for each position?
#
# </details>
#
# <details><summary>Question</summary>
#
# Take the ReLU out. Which single `nn.Linear` would then do the same as both?
#
# </details>


# %% solution="FeedForward"
class FeedForward(nn.Module):
    """The position-wise feed-forward network: two linear layers with a ReLU between them.

    Args:
        d_model: the number of columns of a word.
        d_ff: the number of columns inside.
        dropout: the share of the inner columns that is dropped in training; 0 or more and less
            than 1.

    Attributes:
        linear1: an nn.Linear from d_model to d_ff columns, with a bias.
        linear2: an nn.Linear from d_ff to d_model columns, with a bias.
            There are no other parameters.

    Source: Vaswani et al. 2017, section 3.3, equation 2.
    """

    def __init__(self, d_model, d_ff, dropout=0.1):
        ### BEGIN SOLUTION
        super().__init__()
        self.linear1 = nn.Linear(d_model, d_ff)
        self.linear2 = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)
        ### END SOLUTION

    def forward(self, x):
        """Send every word through the network by itself: linear1, ReLU, dropout, linear2.

        Args:
            x: a floating-point tensor (..., d_model) of the dtype of the parameters, on their
                device, with any number of leading axes, also none. It is not changed.

        Returns:
            A tensor of the shape and dtype of x. In eval() mode nothing is dropped. In training
            a share `dropout` of what comes out of the ReLU is replaced by 0, and the rest is
            divided by 1 - dropout, drawn anew in each call.

        Columns that do not fit raise what nn.Linear raises. Not asked about: tensors without
        entries.
        """
        ### BEGIN SOLUTION
        return self.linear2(self.dropout(torch.relu(self.linear1(x))))
        ### END SOLUTION


# %% check="FeedForward" points=6
check(FeedForward)

# %% [markdown]
# ## What you have now
#
# | you wrote | where it is used |
# |:--|:--|
# | `layer_norm`, `LayerNorm` | inside every `AddNorm` |
# | `batch_norm` | nowhere in the Transformer, and you know why |
# | `AddNorm` | twice in each encoder layer (unit 09), three times in each decoder layer (unit 10) |
# | `FeedForward` | once in each layer of both; half of a layer's weights or more are in it |
#
# All parts of an encoder layer now lie on the table: attention (06), positions (07), and the frame and the network of this
# unit. Unit 09 puts them together.
#
# `pytest exercises` in a terminal shows the whole picture: what is done and what is next.
