# %% [markdown]
# # 10 · The decoder
#
# The encoder has read the source sentence. The **decoder** writes the target sentence, one word after the other, and each
# layer of it asks two questions: *what have I written so far?* and *what did the source say?* (Vaswani et al. 2017, section
# 3.1 and the right half of figure 1):
#
# ```
#         ┌─────────────────────────┐        ┌──────────────────────────┐        ┌───────────────────────┐
#         │                         ▼        │                          ▼        │                       ▼
#     x ──┴─► self-attention ─► add & norm ──┴─► cross-attention ─► add & norm ──┴─► feed-forward ─► add & norm ─►
#                    ▲                              ▲       ▲
#                self_mask                       memory    memory_mask
#            (hides the future)              (keys, values)  (hides padding)
# ```
#
# So there are **three attentions** in a Transformer, all of them your `MultiHeadAttention`. They differ in where queries,
# keys and values come from, and in the mask:
#
# | attention | queries | keys and values | mask |
# |:--|:--|:--|:--|
# | in the encoder | source words | source words | padding |
# | in the decoder | target words | target words | padding **and** future |
# | from decoder to encoder | target words | the **memory**: source words, read | padding of the source |
#
# **How to work.** Two classes, as in unit 09. Replace each `raise NotImplementedError(...)`, run the cell, run the check.

# %%
from torch import nn

from autograder import check, earlier

# %% [markdown]
# Your own classes where they pass their checks, ready-made ones where they do not yet; they are made and called as in
# unit 09.

# %%
MultiHeadAttention, AddNorm, FeedForward = earlier("MultiHeadAttention", "AddNorm", "FeedForward")

# %% [markdown]
# ## 1 · `DecoderLayer`
#
# Difficulty ●●●○○ · about 30 minutes
#
# Three sub-layers, each in a frame of its own:
#
# $$\begin{aligned}
# y &= \mathrm{AddNorm}_1\big(x,\ \mathrm{SelfAttention}(x)\big) && \text{no word sees those after it}\\
# z &= \mathrm{AddNorm}_2\big(y,\ \mathrm{CrossAttention}(y, \mathrm{memory})\big) && y \text{ asks, the memory is asked}\\
# \mathrm{output} &= \mathrm{AddNorm}_3\big(z,\ \mathrm{FeedForward}(z)\big)
# \end{aligned}$$
#
# Source and target sentences differ in length. With 3 target words and 5 source words the weights of the self-attention
# are `(batch, heads, 3, 3)` and those of the cross-attention `(batch, heads, 3, 5)`: a row for each word that asks, a
# column for each that is asked.

# %% [markdown]
# <details><summary>Hint</summary>
#
# `MultiHeadAttention` takes a query, a key and a value. In unit 09 all three were the same tensor. Which of them is which
# in the second sub-layer, and which of the two masks has a column for each source word?
#
# </details>
#
# <details><summary>Help: “ValueError: found a mask (4, 4) for scores (1, 2, 4, 5)”</summary>
#
# (If your own attention is in use, it says so in your words.) The last two numbers of the scores are: how many ask, how many are
# asked. Which of the two masks has a column for each of those who are asked *here*?
#
# </details>
#
# <details><summary>Help: “ValueError: found (1, 4, 6) and (1, 5, 6), expected the same shape twice”</summary>
#
# An attention gives a row for each **query**. Here it gave one for each source word, so the memory has been asking. The
# decoder asks, and its words are the queries.
#
# </details>
#
# <details><summary>Question</summary>
#
# Why must the first attention hide the future in training, although a translation that is known as a whole is at hand
# there?
#
# </details>


# %% solution="DecoderLayer"
class DecoderLayer(nn.Module):
    """One layer of the decoder: masked self-attention, cross-attention, feed-forward.

    Args:
        d_model: the columns of a word.
        num_heads: the heads of both attentions; d_model is a multiple of it.
        d_ff: the inner columns of the feed-forward network.
        dropout: the share of each sub-layer's output that is dropped in training, before it is
            added. Dropping attention weights and inner columns of the feed-forward network at
            this rate as well is fine, and so is not to.

    Attributes:
        self_attention, cross_attention: a MultiHeadAttention each.
        feed_forward: a FeedForward.
        add_norm1, add_norm2, add_norm3: the AddNorms around them, in the order of the picture.
            There are no other parameters.

    Raises:
        ValueError: d_model is not a multiple of num_heads; the message names both, as that of
            MultiHeadAttention does.

    Forbidden: nn.TransformerDecoderLayer, nn.TransformerDecoder and nn.Transformer, under any
        name.
    Source: Vaswani et al. 2017, sections 3.1, 3.2.3 and 5.4.
    """

    def __init__(self, d_model, num_heads, d_ff, dropout=0.1):
        ### BEGIN SOLUTION
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, num_heads)
        self.add_norm1 = AddNorm(d_model, dropout)
        self.cross_attention = MultiHeadAttention(d_model, num_heads)
        self.add_norm2 = AddNorm(d_model, dropout)
        self.feed_forward = FeedForward(d_model, d_ff, dropout)
        self.add_norm3 = AddNorm(d_model, dropout)
        ### END SOLUTION

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        """Look at what is written, look at what was read, think.

        Args:
            x: the target words, a tensor (batch, n, d_model). It is not changed.
            memory: what the encoder has made of the source, (batch, n_source, d_model). It is
                not changed either.
            self_mask: a boolean tensor that broadcasts to (batch, num_heads, n, n), True where a
                target word may be looked at, such as a decoder mask; or None: all may.
            memory_mask: one that broadcasts to (batch, num_heads, n, n_source), True where a
                source word may be looked at, such as a padding mask; or None.

        Returns:
            A tensor (batch, n, d_model) of the dtype of x, which is that of the parameters. Where
            all keys are hidden it is finite, and so are the gradients.
        """
        ### BEGIN SOLUTION
        attended, _ = self.self_attention(x, x, x, self_mask)
        x = self.add_norm1(x, attended)
        attended, _ = self.cross_attention(x, memory, memory, memory_mask)
        x = self.add_norm2(x, attended)
        return self.add_norm3(x, self.feed_forward(x))
        ### END SOLUTION


# %% check="DecoderLayer" points=9
check(DecoderLayer)

# %% [markdown]
# ## 2 · `Decoder`
#
# Difficulty ●●○○○ · about 10 minutes
#
# A stack, as the encoder was. What comes out of one layer goes into the next, but **every layer reads the same memory**:
# the output of the *last* encoder layer, unchanged.
#
# ```
#     memory ──┬───────────┬──────────────────┐
#              ▼           ▼                  ▼
#     x ──► layer 0 ──► layer 1 ──► … ──► layer N-1 ──► output
# ```

# %% [markdown]
# <details><summary>Hint</summary>
#
# Compare with your `Encoder`. Which of the arguments changes from layer to layer, and which stay as they are?
#
# </details>
#
# <details><summary>Question</summary>
#
# While a translation is written word by word, the memory is the same at every step. What need therefore not be computed
# again? (Unit 12 comes back to this.)
#
# </details>


# %% solution="Decoder"
class Decoder(nn.Module):
    """A stack of decoder layers, each with weights of its own.

    Args:
        num_layers: how many.
        d_model, num_heads, d_ff, dropout: as for DecoderLayer.

    Attributes:
        layers: an nn.ModuleList of num_layers DecoderLayers. There are no other parameters.

    Forbidden: nn.TransformerDecoderLayer, nn.TransformerDecoder and nn.Transformer, under any
        name.
    Source: Vaswani et al. 2017, section 3.1.
    """

    def __init__(self, num_layers, d_model, num_heads, d_ff, dropout=0.1):
        ### BEGIN SOLUTION
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(d_model, num_heads, d_ff, dropout) for _ in range(num_layers))
        ### END SOLUTION

    def forward(self, x, memory, self_mask=None, memory_mask=None):
        """Send the target words through all layers, each of which reads the same memory.

        Args:
            x, memory, self_mask, memory_mask: as for DecoderLayer. None is changed.

        Returns:
            A tensor (batch, n, d_model).
        """
        ### BEGIN SOLUTION
        for layer in self.layers:
            x = layer(x, memory, self_mask, memory_mask)
        return x
        ### END SOLUTION


# %% check="Decoder" points=5
check(Decoder)

# %% [markdown]
# ## What you have now
#
# Everything that is inside the large picture of the paper. What is left is to put embeddings below and a choice of words
# above, and to let it learn: unit 11.
