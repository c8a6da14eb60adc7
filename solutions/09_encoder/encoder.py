# %% [markdown]
# # 09 · The encoder
#
# All parts are there. An **encoder layer** puts them together: the words look at each other (attention), then each word
# thinks for itself (feed-forward), and around both stands the frame of unit 08 (Vaswani et al. 2017, section 3.1 and the
# left half of figure 1):
#
# ```
#              ┌────────────────────────┐              ┌────────────────────────┐
#              │                        ▼              │                        ▼
#     x ───────┴──► self-attention ──► add & norm ─────┴──► feed-forward ───► add & norm ──► output
#                        ▲
#                     the mask                    (batch, n, d_model) everywhere, from x to the output
# ```
#
# An **encoder** is a stack of such layers, one on top of the other. Its output has a row for each word, as its input had,
# but every row now knows about the whole sentence.
#
# **How to work.** Two classes, both short: everything hard has been done. Replace each `raise NotImplementedError(...)`,
# run the cell, run the check.

# %%
from torch import nn

from autograder import check, earlier

# %% [markdown]
# The next cell fetches what earlier units built: **your own** classes where they pass their checks, ready-made ones where
# they do not yet. It says which. Ready-made or not, they are made and called alike:
#
# | | made with | called with | gives |
# |:--|:--|:--|:--|
# | `MultiHeadAttention` (06) | `d_model, num_heads, dropout=0.0` | `query, key, value, mask=None` | `(output, weights)` |
# | `AddNorm` (08) | `d_model, dropout=0.1` | `x, sublayer_output` | LayerNorm(x + dropout(sublayer_output)) |
# | `FeedForward` (08) | `d_model, d_ff, dropout=0.1` | `x` | a tensor like `x` |

# %%
MultiHeadAttention, AddNorm, FeedForward = earlier("MultiHeadAttention", "AddNorm", "FeedForward")

# %% [markdown]
# ## 1 · `EncoderLayer`
#
# Difficulty ●●●○○ · about 25 minutes
#
# In **self-attention** the words ask themselves: queries, keys and values all come from `x`. Follow the arrows of the
# picture, once for each sub-layer:
#
# $$y = \mathrm{LayerNorm}\big(x + \mathrm{Dropout}(\mathrm{SelfAttention}(x))\big)
# \qquad
# \mathrm{output} = \mathrm{LayerNorm}\big(y + \mathrm{Dropout}(\mathrm{FeedForward}(y))\big)$$
#
# The residual of the second frame is `y`, what came out of the first, and no longer `x`. The mask says which words may be
# looked at. In the encoder that is every real word: padding is hidden, the future is not.
#
# The submodules have the names of the docstring, so that weights can be saved and loaded by anybody.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Four submodules in `__init__`, two lines in `forward`. What does `MultiHeadAttention` give back: one thing or two?
#
# </details>
#
# <details><summary>Help: “'tuple' object has no attribute 'shape'”</summary>
#
# Attention gives a pair: the output and the weights. Only one of them goes on.
#
# </details>
#
# <details><summary>Help: padding changes the other words</summary>
#
# Did the mask arrive? It goes to the attention, and nowhere else: the feed-forward looks at one word at a time.
#
# </details>
#
# <details><summary>Question</summary>
#
# Both `AddNorm`s have the same shape. What would the layer lose if one module were used in both places?
#
# </details>


# %% solution="EncoderLayer"
class EncoderLayer(nn.Module):
    """One layer of the encoder: self-attention, then feed-forward, each with add & norm.

    Args:
        d_model: the columns of a word.
        num_heads: the heads of the attention; d_model is a multiple of it.
        d_ff: the inner columns of the feed-forward network.
        dropout: the share of each sub-layer's output that is dropped in training, before it is
            added; what goes into a sub-layer is not. Dropping attention weights and inner
            columns of the feed-forward network at this rate as well is fine, and so is not to.

    Attributes:
        self_attention: a MultiHeadAttention.
        add_norm1: the AddNorm around it.
        feed_forward: a FeedForward.
        add_norm2: the AddNorm around that.
            There are no other parameters.

    Raises:
        ValueError: d_model is not a multiple of num_heads; the message names both, as that of
            MultiHeadAttention does.

    Forbidden: nn.TransformerEncoderLayer, nn.TransformerEncoder and nn.Transformer, under any
        name.
    Not asked about: what the weights are at the beginning.
    Source: Vaswani et al. 2017, sections 3.1 and 5.4.
    """

    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        ### BEGIN SOLUTION
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, num_heads)
        self.add_norm1 = AddNorm(d_model, dropout)
        self.feed_forward = FeedForward(d_model, d_ff, dropout)
        self.add_norm2 = AddNorm(d_model, dropout)
        ### END SOLUTION

    def forward(self, x, mask=None):
        """Let the words look at each other, then each think for itself.

        Args:
            x: a tensor (batch, n, d_model). It is not changed.
            mask: a boolean tensor that broadcasts to (batch, num_heads, n, n), True where a key
                may be looked at, such as a padding mask (batch, 1, 1, n); or None: all may.

        Returns:
            A tensor (batch, n, d_model) of the dtype of x, which is that of the parameters. Where
            all keys are hidden it is finite, and so are the gradients: such a word goes through
            both frames like all others, with what MultiHeadAttention gives for it.
        """
        ### BEGIN SOLUTION
        attended, _ = self.self_attention(x, x, x, mask)
        x = self.add_norm1(x, attended)
        return self.add_norm2(x, self.feed_forward(x))
        ### END SOLUTION


# %% check="EncoderLayer" points=8
check(EncoderLayer)

# %% [markdown]
# ## 2 · `Encoder`
#
# Difficulty ●●○○○ · about 15 minutes
#
# The base model has $N = 6$ layers. They are built alike, but **each has weights of its own**: what the third layer
# learns to do is not what the first does. What comes out of one goes into the next, and every layer gets the same mask.
#
# ```
#     x ──► layer 0 ──► layer 1 ──► … ──► layer N-1 ──► memory
#              ▲           ▲                  ▲
#              └───────────┴──── mask ────────┘
# ```
#
# How many numbers are learned? With $d_\text{model} = 512$ and $d_\text{ff} = 2048$ a layer has
#
# | part | parameters |
# |:--|--:|
# | attention, four times $512 \cdot 512 + 512$ | 1,050,624 |
# | feed-forward, $512 \cdot 2048 + 2048$ and back, $2048 \cdot 512 + 512$ | 2,099,712 |
# | two layer norms, each $2 \cdot 512$ | 2,048 |
# | **one layer** | **3,152,384** |
#
# and six of them 18,914,304.

# %% [markdown]
# <details><summary>Hint</summary>
#
# A plain Python list of modules is not seen by PyTorch: the optimiser would not find their weights. There is a kind of list
# for that in `torch.nn`.
#
# </details>
#
# <details><summary>Help: all layers learn the same</summary>
#
# `[layer] * 6` is six times the same layer, and so is the same variable appended six times. A new one has to be **made**
# for each place.
#
# </details>
#
# <details><summary>Question</summary>
#
# Without positions, shuffle the words that go in: what happens to what comes out? And what does that say about where
# the word order has to enter?
#
# </details>


# %% solution="Encoder"
class Encoder(nn.Module):
    """A stack of encoder layers, each with weights of its own.

    Args:
        num_layers: how many.
        d_model, num_heads, d_ff, dropout: as for EncoderLayer.

    Attributes:
        layers: an nn.ModuleList of num_layers EncoderLayers. There are no other parameters.

    Forbidden: nn.TransformerEncoderLayer, nn.TransformerEncoder and nn.Transformer, under any
        name.
    Source: Vaswani et al. 2017, section 3.1.
    """

    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        ### BEGIN SOLUTION
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))
        ### END SOLUTION

    def forward(self, x, mask=None):
        """Send the words through all layers.

        Args:
            x: a tensor (batch, n, d_model). It is not changed.
            mask: as for EncoderLayer; every layer gets it.

        Returns:
            A tensor (batch, n, d_model): what the decoder will call its memory.
        """
        ### BEGIN SOLUTION
        for layer in self.layers:
            x = layer(x, mask)
        return x
        ### END SOLUTION


# %% check="Encoder" points=5
check(Encoder)

# %% [markdown]
# ## Attention against recurrence
#
# Before the Transformer, sentences were read by **recurrent** networks: word by word, each state made from the state
# before it and the next word. What an attention layer does instead, for $n$ words with $d$ columns, factors that do not
# grow left out (Vaswani et al. 2017, section 4 and table 1):
#
# | | multiplications | steps that wait for each other | way from the first word to the last |
# |:--|:-:|:-:|:-:|
# | self-attention | $n^2 \cdot d$ | 1 | 1 |
# | recurrent layer | $n \cdot d^2$ | $n$ | $n$ |
#
# - **Nothing waits.** All words go through a layer at the same time; a state has to wait for the one before it.
# - **Nothing is far.** The last word asks the first one directly, where a recurrent network has to carry it through every
#   state between.
# - **The price is the square.** The scores compare each of $n$ words with each of $n$ others, over $d$ columns, and the
#   weighted sums take as many multiplications again. Ten times as many words are a hundred times as many pairs. For
#   sentences, where $n$ is smaller than $d$, that is the cheaper side; for books it is not (unit 12).

# %% [markdown]
# ## What you have now
#
# Half of the Transformer. On its own it is already a famous model: BERT is an encoder with a task. Next comes the half
# that writes, and looks at what the encoder has read.
