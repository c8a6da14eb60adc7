# %% [markdown]
# # 11 · The Transformer: all of it, and it learns
#
# Every part lies on the table. This unit puts them together, teaches the result, and lets it speak:
#
# ```
#       source                                            target, one step late
#         │                                                  │
#    src_embedding · √d                                 tgt_embedding · √d
#         │ + positions                                      │ + positions
#         ▼                                                  ▼
#      encoder ───────────────── memory ───────────────►  decoder
#                                                            │
#                                                         output (d_model → words)
#                                                            ▼
#                                            for each place: how likely is each word next?
# ```
#
# | exercise | what it is for |
# |:--|:--|
# | `shift_right` | what the decoder is given in training |
# | `Transformer` | the picture above (Vaswani et al. 2017, figure 1) |
# | `label_smoothed_loss` | how wrong the answers are |
# | `noam_learning_rate` | how large a step to take |
# | `greedy_decode` | writing an answer, word by word |
# | `train` | all of it in a loop: your model learns |
#
# **How to work.** Replace each `raise NotImplementedError(...)` by your code, run the cell, run the check below it. The
# first cell fetches the parts of units 06 to 10: your own where they pass their checks, ready-made ones where they do not
# yet. It says which.

# %%
import math

import torch
from torch import nn

from autograder import check, earlier, plot_attention

TokenEmbedding, PositionalEncoding = earlier("TokenEmbedding", "PositionalEncoding")
Encoder, Decoder = earlier("Encoder", "Decoder")
causal_mask, padding_mask = earlier("causal_mask", "padding_mask")

# %% [markdown]
# ## 1 · `shift_right`
#
# Difficulty ●○○○○ · about 10 minutes
#
# A decoder is asked for the *next* word. In use it has only its own words to go on. In training we know the whole answer,
# so we can ask for all places at once: at each place the decoder is given the **right** words so far and has to name the
# one that follows. That is called **teacher forcing**.
#
# What goes in is the answer moved one place to the right, with a sign for “begin” (`bos`) in front. The last word has
# nothing left to predict, so it falls out:
#
# | place | 0 | 1 | 2 | 3 |
# |:--|:-:|:-:|:-:|:-:|
# | goes in | `bos` | $y_1$ | $y_2$ | $y_3$ |
# | is asked for | $y_1$ | $y_2$ | $y_3$ | $y_4$ |
#
# **By hand**, with `bos` = 1 and 0 for padding: `[[7, 8, 9, 2], [5, 2, 0, 0]]` becomes `[[1, 7, 8, 9], [1, 5, 2, 0]]`.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Two pieces, one beside the other: a column that holds `bos` in every row, and all columns but one.
#
# </details>
#
# <details><summary>Help: “Expected all tensors to be on the same device” on a GPU</summary>
#
# `torch.full(...)` makes its tensor on the CPU unless it is told otherwise. Tensors have methods that make a new one like
# themselves: same device, same dtype. Their names begin with `new_`.
#
# </details>
#
# <details><summary>Question</summary>
#
# What would the model learn if its targets went in *without* being moved? How low could the loss get, and what would the
# model be able to write afterwards?
#
# </details>


# %% solution="shift_right"
def shift_right(targets, bos):
    """What the decoder is given in training: bos, then all target tokens but the last.

    Args:
        targets: a tensor (batch, n) of whole numbers, with n at least 1: the tokens of each
            answer, the padding included. It is not changed.
        bos: the number of the token that every answer begins with; an int.

    Returns:
        A tensor of the shape, dtype and device of targets: [bos, y1, ..., y(n-1)] in every row.
        Padding moves along like any token.

    Source: Vaswani et al. 2017, section 3.1 and figure 1 (“outputs (shifted right)”).
    """
    ### BEGIN SOLUTION
    first = targets.new_full((targets.shape[0], 1), bos)
    return torch.cat([first, targets[:, :-1]], dim=1)
    ### END SOLUTION


# %% check="shift_right" points=3
check(shift_right)

# %% [markdown]
# ## 2 · `Transformer`
#
# Difficulty ●●●●○ · about 45 minutes
#
# Nothing in it is new to you. What there is to decide is **what is connected to what**, and who may see what:
#
# | attention | queries from | keys and values from | may see |
# |:--|:--|:--|:--|
# | encoder, self | source | source | real source words |
# | decoder, self | target | target | real target words, up to the query's own |
# | decoder, cross | target | memory | real source words |
#
# A mask that two rules have a say in is their `&`. For the target `[1, 7, 8, 0]`, whose last token is padding, the masks
# of unit 06 give (1: may be looked at)
#
# $$\underbrace{\begin{pmatrix}1&1&1&0\end{pmatrix}}_{\text{padding},\ (1,\ 4)}
# \;\&\;
# \underbrace{\begin{pmatrix}1&0&0&0\\1&1&0&0\\1&1&1&0\\1&1&1&1\end{pmatrix}}_{\text{causal},\ (4,\ 4)}
# \;=\;
# \begin{pmatrix}1&0&0&0\\1&1&0&0\\1&1&1&0\\1&1&1&0\end{pmatrix}$$
#
# Follow a batch of 2 sentences through the model, 5 words in the source and 4 in the target:
#
# | step | shape |
# |:--|:--|
# | `src`, `tgt` | `(2, 5)`, `(2, 4)` |
# | embedded, positions added | `(2, 5, d_model)`, `(2, 4, d_model)` |
# | `memory = encode(src)` | `(2, 5, d_model)` |
# | decoder | `(2, 4, d_model)` |
# | `logits = decode(tgt, memory, src)` | `(2, 4, tgt_vocab)` |
#
# `encode` and `decode` are methods of their own because a sentence is encoded **once**, and decoded from many times.
# `decode` gets `src` too: only the tokens tell which places of the memory are padding. What comes out are **logits**, any
# real numbers; the softmax is left to the loss.
#
# The parts, as they were made in units 06 to 10:
#
# | made with | called with |
# |:--|:--|
# | `TokenEmbedding(vocab_size, d_model)` | the tokens; it multiplies by $\sqrt{d_\text{model}}$ itself |
# | `PositionalEncoding(d_model, max_length, dropout)` | the words; it adds, and drops |
# | `Encoder(num_layers, d_model, num_heads, d_ff, dropout)` | `x, mask` |
# | `Decoder(num_layers, d_model, num_heads, d_ff, dropout)` | `x, memory, self_mask, memory_mask` |
# | masks, of shape `(batch, 1, 1, n)` and `(n, n)` | `padding_mask(tokens, pad)`, `causal_mask(n, device)` |

# %% [markdown]
# <details><summary>Hint</summary>
#
# `__init__` makes six parts and remembers `pad`. `encode` is embedding, positions, encoder; `decode` is embedding,
# positions, decoder, output. Both build the masks they need from the tokens they were given. One module for positions
# serves both sides: it has nothing to learn.
#
# </details>
#
# <details><summary>Help: “The size of tensor a (5) must match the size of tensor b (4)” in the decoder</summary>
#
# The cross-attention has a row for each target word and a column for each *source* word. Whose padding hides its columns?
#
# </details>
#
# <details><summary>Help: “A word is its row times the root plus its position” fails</summary>
#
# The √d of the picture is inside your `TokenEmbedding`: a second one drowns the positions. Are positions added on both
# sides? And is the embedding of each side made with the vocabulary of that side?
#
# </details>
#
# <details><summary>Help: the loss falls to almost nothing, and yet the model writes nonsense</summary>
#
# It has found a way to look at the answer. Change the last target token and compare the logits before it: if they change,
# something looks ahead.
#
# </details>
#
# <details><summary>Help: a longer source gives other answers, although only padding was added</summary>
#
# There are two attentions over source words, and each needs to be told which of them are real.
#
# </details>
#
# <details><summary>Question</summary>
#
# In the base model with 37,000 words on each side, how many of the numbers to learn are in the embeddings and the output,
# and how many in the twelve layers?
#
# </details>


# %% solution="Transformer"
class Transformer(nn.Module):
    """The encoder-decoder model: source tokens and target tokens in, logits of the next token out.

    Args:
        src_vocab: how many source tokens there are, numbered from 0 on.
        tgt_vocab: how many target tokens there are, numbered from 0 on.
        d_model: the columns of a word.
        num_heads: the heads of every attention; they divide d_model.
        num_layers: how many layers the encoder has, and how many the decoder has.
        d_ff: the columns inside the feed-forward networks.
        dropout: the rate of the positions, the encoder and the decoder.
        max_length: the longest source and the longest target there will be.
        pad: the number of the padding token, in source and target.

    Attributes:
        src_embedding, tgt_embedding: a TokenEmbedding each, of src_vocab and tgt_vocab rows.
        positions: one PositionalEncoding for both sides.
        encoder, decoder: an Encoder and a Decoder of num_layers layers each.
        output: an nn.Linear from d_model to tgt_vocab, with a bias.
        pad: the padding token.
            There are no other parameters, and no two parts share one.

    Raises:
        ValueError: num_heads does not divide d_model (your parts see to it).

    Forbidden: torch.nn.Transformer and its encoder, decoder and layer classes.
    Source: Vaswani et al. 2017, section 3 and figure 1 (without the sharing of weights of 3.4).
    """

    def __init__(
        self,
        src_vocab,
        tgt_vocab,
        d_model=512,
        num_heads=8,
        num_layers=6,
        d_ff=2048,
        dropout=0.1,
        max_length=512,
        pad=0,
    ):
        ### BEGIN SOLUTION
        super().__init__()
        self.pad = pad
        self.src_embedding = TokenEmbedding(src_vocab, d_model)
        self.tgt_embedding = TokenEmbedding(tgt_vocab, d_model)
        self.positions = PositionalEncoding(d_model, max_length, dropout)
        self.encoder = Encoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.decoder = Decoder(num_layers, d_model, num_heads, d_ff, dropout)
        self.output = nn.Linear(d_model, tgt_vocab)
        ### END SOLUTION

    def encode(self, src):
        """Read the source.

        Args:
            src: an int64 tensor (batch, n_src) of source tokens. It is not changed.

        Returns:
            The memory, a tensor (batch, n_src, d_model) of the dtype and device of the
            parameters. Padding, wherever it stands, is never looked at; what the memory holds
            at padding is up to you.

        Raises:
            ValueError: n_src is more than max_length; the message names both (your positions
                see to it).
        """
        ### BEGIN SOLUTION
        words = self.positions(self.src_embedding(src))
        return self.encoder(words, padding_mask(src, self.pad))
        ### END SOLUTION

    def decode(self, tgt, memory, src):
        """Predict, at every place of the target, the token that comes after it.

        Args:
            tgt: an int64 tensor (batch, n_tgt): the target tokens so far, beginning with bos.
            memory: what encode(src) gave.
            src: the source tokens (batch, n_src) that the memory belongs to. Nothing is changed.

        Returns:
            The logits (batch, n_tgt, tgt_vocab), before any softmax. Those of place i depend on
            the target tokens 0 to i and on the memory at real source tokens, and on nothing
            else: padding, wherever it stands, is never looked at. A source of nothing but
            padding gives finite numbers. What the logits are at padding is up to you.

        Raises:
            ValueError: n_tgt is more than max_length; the message names both (as in encode).
        """
        ### BEGIN SOLUTION
        words = self.positions(self.tgt_embedding(tgt))
        visible = padding_mask(tgt, self.pad) & causal_mask(tgt.shape[1], device=tgt.device)
        return self.output(self.decoder(words, memory, visible, padding_mask(src, self.pad)))
        ### END SOLUTION

    def forward(self, src, tgt):
        """Both together, as in training: decode(tgt, encode(src), src).

        Args:
            src: source tokens (batch, n_src).
            tgt: target tokens (batch, n_tgt), already shifted to the right.

        Returns:
            The logits (batch, n_tgt, tgt_vocab).
        """
        ### BEGIN SOLUTION
        return self.decode(tgt, self.encode(src), src)
        ### END SOLUTION


# %% check="Transformer" points=12
check(Transformer)

# %% [markdown]
# ### Count it
#
# The base model of the paper has 512 columns, 8 heads, 6 + 6 layers and 2048 columns inside. Its layers hold 44,138,496
# numbers to learn, whatever the language; embeddings and output come on top, $512\,(\text{src} + \text{tgt})$ and
# $513 \cdot \text{tgt}$. PyTorch can build a model on the device `meta`, where tensors have a shape and no memory: that
# is enough for counting.


# %%
def count_base_model(src_vocab=37_000, tgt_vocab=37_000):
    """Compares the number of parameters of your base model with the paper's."""
    try:
        with torch.device("meta"):
            model = Transformer(src_vocab, tgt_vocab)
    except NotImplementedError:
        print("Write Transformer first, then run this cell again.")
        return
    print(f"yours    {sum(parameter.numel() for parameter in model.parameters()):>12,}")
    print(f"expected {44_138_496 + 512 * (src_vocab + tgt_vocab) + 513 * tgt_vocab:>12,}")


count_base_model()

# %% [markdown]
# ## 3 · `label_smoothed_loss`
#
# Difficulty ●●●○○ · about 25 minutes
#
# How wrong is a prediction? The **cross-entropy** is minus the logarithm of the probability that the right word got. It
# is 0 only if the model is certain, so it drives a model towards certainty, right or wrong. The paper asks for a little
# less (section 5.4): a share $\varepsilon = 0.1$ of the target is spread evenly over **all** $K$ words, the right one too.
#
# $$\text{loss at one place} = (1 - \varepsilon)\,\bigl(-\log p_\text{right}\bigr)
# + \varepsilon \cdot \frac{1}{K}\sum_{k=1}^{K} \bigl(-\log p_k\bigr)
# \qquad \log p = \text{log-softmax of the logits}$$
#
# **By hand**, with $K = 4$ words, logits $(\ln 5, 0, 0, 0)$, so that $p = (\tfrac58, \tfrac18, \tfrac18, \tfrac18)$, word 0
# right, and $\varepsilon = 0.2$:
#
# | | |
# |:--|:--|
# | $-\log\tfrac58$ and $-\log\tfrac18$ | 0.4700 and 2.0794 |
# | average over the four words | $(0.4700 + 3 \cdot 2.0794) / 4 = 1.6771$ |
# | loss | $0.8 \cdot 0.4700 + 0.2 \cdot 1.6771 = 0.7114$ |
#
# Sentences of a batch differ in length. Where the target is padding there is nothing to be learned: such places are left
# out, of the sum **and** of the number that it is divided by.

# %% [markdown]
# <details><summary>Hint</summary>
#
# Get a table of log-probabilities for all places first. From it come two numbers for each place: one entry, picked by the
# target (look up `gather`), and one average. Then choose the real places and take the mean over those.
#
# </details>
#
# <details><summary>Help: the loss is `inf` or `nan` for large logits</summary>
#
# A softmax in floats rounds small probabilities to 0, and their logarithm is gone. `log_softmax` never takes that way.
#
# </details>
#
# <details><summary>Help: more padding makes the loss smaller</summary>
#
# Replaced by 0, padded places still count in the mean. What should the sum be divided by?
#
# </details>
#
# <details><summary>Question</summary>
#
# Which logits give the smallest loss at one place, for $\varepsilon = 0.1$ and ten words? Is it 0?
#
# </details>


# %% solution="label_smoothed_loss"
def label_smoothed_loss(logits, targets, smoothing=0.1, pad=0):
    """Cross-entropy with smoothed targets, averaged over the places that are not padding.

    Args:
        logits: a floating-point tensor (batch, n, vocab), before any softmax.
        targets: an int64 tensor (batch, n) of the right tokens, padded with pad.
        smoothing: the share of the target that is spread evenly over all words, from 0 to 1.
        pad: the token that stands for padding, one of 0 to vocab - 1. No argument is changed.

    Returns:
        A tensor without axes, of the dtype and device of logits: the mean of the losses at all
        places of the batch whose target is not pad. It is finite for logits of ten thousand
        and more. Gradients reach the logits, and are 0 at padding.

    Raises:
        ValueError: targets is not of the shape (batch, n) of the logits; the message names both
            shapes, or the sizes that differ.

    Forbidden: torch.nn.functional.cross_entropy and torch.nn.CrossEntropyLoss, under any name.
    Not asked about: targets of nothing but padding.
    Source: Vaswani et al. 2017, section 5.4.
    """
    ### BEGIN SOLUTION
    if targets.shape != logits.shape[:-1]:
        raise ValueError(f"targets is of shape {tuple(targets.shape)}, expected {tuple(logits.shape[:-1])}")
    log_probabilities = torch.log_softmax(logits, dim=-1)
    of_the_right_token = log_probabilities.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    of_all_tokens = log_probabilities.mean(dim=-1)
    losses = -(1 - smoothing) * of_the_right_token - smoothing * of_all_tokens
    return losses[targets != pad].mean()
    ### END SOLUTION


# %% check="label_smoothed_loss" points=6
check(label_smoothed_loss)

# %% [markdown]
# ## 4 · `noam_learning_rate`
#
# Difficulty ●○○○○ · about 10 minutes
#
# At first the weights are random, and so is the direction of every step: small steps, please. Later the steps may be
# large, and in the end small again, to settle. The paper's rule (section 5.3, equation 3) is
#
# $$\mathrm{rate} = d_\text{model}^{-0.5} \cdot \min\!\left(\mathrm{step}^{-0.5},\;
# \mathrm{step} \cdot \mathrm{warmup}^{-1.5}\right)$$
#
# ```
#     rate │        ╱╲__                up to `warmup`: in proportion to step
#          │      ╱     ╲____           after it: falls like 1/√step
#          │    ╱            ╲_______
#          │  ╱
#          └──────────┬──────────────── step
#                  warmup
# ```
#
# **By hand**, with $d_\text{model} = 64$ and a warm-up of 100 steps: at step 100 both are $1/10$, and the rate is
# $\tfrac18 \cdot \tfrac1{10} = 0.0125$. At step 50 it is half of that, and so it is again at step 400.

# %% [markdown]
# <details><summary>Hint</summary>
#
# It is the formula. Python's `**` takes negative and broken exponents.
#
# </details>
#
# <details><summary>Help: “ZeroDivisionError: 0.0 cannot be raised to a negative power”</summary>
#
# Steps are counted from 1. Say so before Python stumbles: the docstring names the error.
#
# </details>
#
# <details><summary>Question</summary>
#
# Twice as many columns: what happens to every step? Why might a wider model want that?
#
# </details>


# %% solution="noam_learning_rate"
def noam_learning_rate(step, d_model, warmup=4000):
    """The paper's learning rate: rises in a straight line, then falls like 1/√step.

    Args:
        step: the number of the optimiser step, from 1 on; an int.
        d_model: the columns of a word; an int.
        warmup: after how many steps the rate is highest; an int.

    Returns:
        The rate, a Python float.

    Raises:
        ValueError: step is less than 1; the message names it.

    Source: Vaswani et al. 2017, section 5.3, equation 3.
    """
    ### BEGIN SOLUTION
    if step < 1:
        raise ValueError(f"step is {step}, expected 1 or more: steps are counted from 1")
    return d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)
    ### END SOLUTION


# %% check="noam_learning_rate" points=3
check(noam_learning_rate)

# %% [markdown]
# ## 5 · `greedy_decode`
#
# Difficulty ●●●●○ · about 40 minutes
#
# In use nobody knows the answer. The model writes it: it is given `bos`, names the most likely first word, is given that
# too, names the second, and so on. Taking the best word each time and never looking back is called **greedy**.
#
# For a batch of two sentences, with `bos` = 1, `eos` = 2 and `pad` = 0:
#
# | given | chosen | |
# |:--|:-:|:--|
# | `[1]`, `[1]` | 7, 5 | |
# | `[1 7]`, `[1 5]` | 8, **2** | the second sentence says `eos` and has ended |
# | `[1 7 8]`, `[1 5 2]` | 9, **0** | whatever the model says there: it holds `pad` from now on |
# | `[1 7 8 9]`, `[1 5 2 0]` | 2, 0 | the first has ended too: stop |
#
# The result is `[[7, 8, 9, 2], [5, 2, 0, 0]]`, without `bos`.
#
# Each step asks `decode` for all places so far, and only the **last** place has news. The source does not change
# meanwhile, so it is encoded once, before the loop. (Unit 12 spares even the rest.)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Keep two tensors: the tokens so far, `(batch, 1 + steps)`, and one that says which rows have ended, `(batch,)`. A loop of
# at most `max_length` steps makes both longer or truer; two reasons can end it.
#
# </details>
#
# <details><summary>Help: after `eos` a row goes on with other words</summary>
#
# The model knows nothing of your list of ended rows and goes on predicting. What it says for such a row has to be replaced
# before it is joined to the tokens.
#
# </details>
#
# <details><summary>Help: “the sentences are 9 words long, expected at most max_length = 8”</summary>
#
# Count what goes into the last call of `decode`: `bos` and all tokens but the last one. Is there one call too many?
#
# </details>
#
# <details><summary>Help: the same source gives different answers</summary>
#
# Dropout is at work. The docstring says in which mode decoding happens, and in which mode the caller finds the model
# afterwards.
#
# </details>
#
# <details><summary>Question</summary>
#
# When is the sequence of the best words not the best sequence of words?
#
# </details>


# %% solution="greedy_decode"
def greedy_decode(model, src, bos, eos, max_length):
    """Write an answer to every source, always taking the most likely next token.

    Args:
        model: a Transformer.
        src: an int64 tensor (batch, n_src) of source tokens, on the model's device. It is not
            changed.
        bos: the token that an answer begins with.
        eos: the token that ends an answer.
        max_length: how many tokens are written at most, 1 or more, eos included. It may be as
            large as the max_length that the model was made with.

    Returns:
        An int64 tensor (batch, n) on the device of src: the tokens that were chosen, without
        bos, with eos. After its eos a row holds model.pad. Of equally likely tokens the one of
        the lowest number is chosen. Writing stops as soon as all rows have ended: n is the
        length of the longest answer, and max_length where one has not ended.

    The source is encoded once. Decoding happens in eval() mode; afterwards the model is in the
    mode it was found in, train() or eval(), and can be trained on. Not asked about: batches
    without rows, a bos that is eos, and a model that says model.pad by itself.
    """
    ### BEGIN SOLUTION
    found_in_training = model.training
    model.eval()
    with torch.no_grad():
        memory = model.encode(src)
        tokens = src.new_full((src.shape[0], 1), bos)
        ended = torch.zeros(src.shape[0], dtype=torch.bool, device=src.device)
        for _ in range(max_length):
            logits = model.decode(tokens, memory, src)[:, -1]
            chosen = logits.argmax(dim=-1).masked_fill(ended, model.pad)
            tokens = torch.cat([tokens, chosen.unsqueeze(1)], dim=1)
            ended = ended | (chosen == eos)
            if ended.all():
                break
    model.train(found_in_training)
    return tokens[:, 1:]
    ### END SOLUTION


# %% check="greedy_decode" points=8
check(greedy_decode)

# %% [markdown]
# ## 6 · `train`
#
# Difficulty ●●●○○ · about 30 minutes
#
# Now the loop that everything was made for. The task is small enough for a laptop: **say a sequence backwards**. The
# model is never told the rule, it only sees examples. To learn it, it has to find out where each word stands, how long the
# sequence is, and which place to look at next.
#
# ```
#     src   7  8  9  2  0  0        three symbols, eos (2), padding (0)
#     tgt   9  8  7  2  0  0        the same backwards, eos, padding
# ```
#
# For each batch there are the same five things to do:
#
# | | |
# |:--|:--|
# | **shift** | the targets to the right: that is what the decoder is given |
# | **predict** | the logits of all places |
# | **compare** | with the targets, as they are: the loss |
# | **trace back** | old gradients away, new ones computed |
# | **step** | the optimiser moves the weights |
#
# Which optimiser, and how its rate changes, is up to you. The paper takes Adam with $\beta = (0.9, 0.98)$,
# $\epsilon = 10^{-9}$ and your `noam_learning_rate` (section 5.3), with a warm-up of 4000 steps out of 100,000. You will
# have **700 steps**, and a model of only 32 columns, for which the formula gives large rates: a share of it, such as a half,
# is a calmer choice. What do 700 steps say about the warm-up?
#
# You are graded by a model with 32 columns and one layer on each side, which your loop trains on 700 batches of 64
# sequences of 2 to 5 symbols. It has to say at least 98 % of 500 new sequences backwards without a single mistake.

# %% [markdown]
# <details><summary>Hint</summary>
#
# An optimiser keeps its rate in `optimizer.param_groups`, a list of dictionaries: `group["lr"]` may be set before every
# step. Everything else you have written in this unit.
#
# </details>
#
# <details><summary>Help: the loss stays near 2.5</summary>
#
# That is $\ln 13$, what guessing among 13 tokens costs. Print the rate of step 1, of step 100, and of the last one. Do the
# weights change at all? Do old gradients pile up?
#
# </details>
#
# <details><summary>Help: the loss is tiny, but not one sequence is right</summary>
#
# In training the model saw the answer; when it writes, there is none. Compare what you give to the decoder with what you
# ask of it, place by place.
#
# </details>
#
# <details><summary>Help: the loss first falls, then jumps and stays up</summary>
#
# The steps are too large, most of all the early ones. What is the highest rate, and at which step is it reached?
#
# </details>
#
# <details><summary>Question</summary>
#
# Why does the model have to be in `train()` mode here and in `eval()` mode in `greedy_decode`? What differs between them?
#
# </details>


# %% solution="train"
def train(model, batches, bos=1):
    """Teach the model by teacher forcing, one optimiser step for each batch.

    Args:
        model: a Transformer, in any mode. It is trained in place: all of its parameters are.
        batches: pairs (src, tgt) of int64 tensors (batch, n_src) and (batch, n_tgt), on the
            model's device. tgt is the answer without bos: it ends in eos, then padding
            (model.pad). `len(batches)` says how many there are, 1 or more. They are gone
            through once, in any order, and are not changed.
        bos: the token that the decoder's input begins with.

    Returns:
        The model that was given. What mode it is in then is up to you.

    The model is in train() mode for every step, so that its dropout works. Padding in the
    targets has no part in the loss. Optimiser and learning rates are your choice. 700 batches
    are enough to learn to reverse sequences: 98 % of new ones without a mistake.
    Source: Vaswani et al. 2017, section 5.
    """
    ### BEGIN SOLUTION
    d_model = model.output.in_features
    warmup = 300  # the paper's 4000 steps are for a training of 100,000
    optimizer = torch.optim.Adam(model.parameters(), lr=0.0, betas=(0.9, 0.98), eps=1e-9)
    model.train()
    for step, (src, tgt) in enumerate(batches, start=1):
        for group in optimizer.param_groups:
            group["lr"] = noam_learning_rate(step, d_model, warmup) / 2  # few columns: the whole is restless
        logits = model(src, shift_right(tgt, bos))
        loss = label_smoothed_loss(logits, tgt, pad=model.pad)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model
    ### END SOLUTION


# %% check="train" points=8
check(train)

# %% [markdown]
# ## Watch it learn
#
# The check above only looks at single steps. Here is the real thing, on batches like those you are graded by. The next
# cell makes them, and a list of batches that draws a progress bar and keeps the loss on sequences that are never trained
# on.

# %%
PAD, BOS, EOS, VOCABULARY = 0, 1, 2, 13


def reversal_batches(count, batch=64, shortest=2, longest=5, seed=0):
    """`count` pairs (src, tgt) of random sequences of ten symbols, 3 to 12, and the same backwards; both end in eos."""
    generator = torch.Generator().manual_seed(seed)
    pairs = []
    for _ in range(count):
        lengths = torch.randint(shortest, longest + 1, (batch, 1), generator=generator)
        symbols = torch.randint(EOS + 1, VOCABULARY, (batch, longest), generator=generator)
        places = torch.arange(longest + 1).expand(batch, -1)
        src, tgt = torch.full_like(places, PAD), torch.full_like(places, PAD)
        backwards = (lengths - 1 - places[:, :longest]).clamp(min=0)
        src[:, :longest], tgt[:, :longest] = symbols, symbols.gather(1, backwards)
        for tokens in (src, tgt):
            tokens[places == lengths] = EOS
            tokens[places > lengths] = PAD
        pairs.append((src, tgt))
    return pairs


class Watched:
    """Batches that show how far training has come and record the loss on held-out sequences on the way."""

    def __init__(self, batches, model, held_out, every=20):
        self.batches, self.model, self.held_out, self.every = batches, model, held_out, every
        self.steps, self.losses = [], []

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        for number, batch in enumerate(self.batches):
            if number % self.every == 0:
                self.look(number)
            yield batch
        self.look(len(self))
        print()

    def look(self, number):
        """The loss now, in eval mode; the model's mode stays what it was."""
        mode = self.model.training
        self.model.eval()
        src, tgt = self.held_out
        with torch.no_grad():
            loss = label_smoothed_loss(self.model(src, shift_right(tgt, BOS)), tgt, pad=PAD)
        self.model.train(mode)
        self.steps.append(number)
        self.losses.append(float(loss))
        done = 40 * number // len(self)
        print(f"\r[{'#' * done}{'.' * (40 - done)}] step {number:4} of {len(self)}  loss {loss:.3f}", end="")


def share_of_exact_answers(model, src, tgt):
    """How many sequences the model says backwards without a single mistake."""
    written = greedy_decode(model, src, BOS, EOS, tgt.shape[1])
    answers = torch.full_like(tgt, PAD)
    answers[:, : written.shape[1]] = written
    return float((answers == tgt).all(dim=1).double().mean())


def show_losses(watched):
    """Draws the loss over the steps; without matplotlib, in numbers."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        for step, loss in list(zip(watched.steps, watched.losses, strict=True))[::5]:
            print(f"step {step:4}  loss {loss:.3f}")
        return
    plt.figure(figsize=(7, 3), layout="constrained")
    plt.plot(watched.steps, watched.losses)
    plt.axhline(math.log(VOCABULARY), linestyle=":", color="gray", label="guessing")
    plt.xlabel("step")
    plt.ylabel("loss on held-out sequences")
    plt.legend()
    plt.show()


# %% [markdown]
# And now: your model, your loop. It takes some ten seconds to half a minute.


# %%
trained = []  # your models, the latest last


def learn_to_reverse(steps=700):
    """Trains your Transformer with your loop, draws its loss, and counts its exact answers on new sequences."""
    held_out = reversal_batches(1, batch=500, seed=2)[0]
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(11)
            model = Transformer(VOCABULARY, VOCABULARY, 32, 2, 1, 64, dropout=0.0, max_length=16)
            watched = Watched(reversal_batches(steps, seed=1), model, held_out)
            train(model, watched, bos=BOS)
        share = share_of_exact_answers(model, *held_out)
    except NotImplementedError:
        print("Write all six exercises first, then run this cell again.")
        return
    trained.append(model)
    show_losses(watched)
    print(f"{share:.1%} of 500 new sequences are reversed without a mistake")


learn_to_reverse()

# %% [markdown]
# ### Where does it look?
#
# Nobody has told the model how to reverse. The weights of its cross-attention show what it has found: for each token that
# it has to name (rows, what it is given), the place of the source that it looks at (columns). Look for a line from the top
# right to the bottom left.


# %%
def show_cross_attention(symbols=(3, 5, 7, 9, 11)):
    """Draws the weights of the last cross-attention, a panel for each head, for one sequence that is reversed."""
    if not trained:
        print("Train a model first, then run this cell again.")
        return None
    model = trained[-1]
    src = torch.tensor([[*symbols, EOS]])
    tgt = torch.tensor([[BOS, *reversed(symbols)]])
    caught = []
    attention = list(model.decoder.layers)[-1].cross_attention
    hook = attention.register_forward_hook(lambda module, given, result: caught.append(result[1]))
    model.eval()
    try:
        with torch.no_grad():
            model(src, tgt)
    finally:
        hook.remove()
    names = {BOS: "bos", EOS: "eos"}
    labels = [[names.get(token, str(token)) for token in row[0].tolist()] for row in (tgt, src)]
    return plot_attention(caught[0], *labels, title="cross-attention")


show_cross_attention()

# %% [markdown]
# ## Bonus: nothing but your own
#
# The first cell of this notebook said whose parts your Transformer is made of. If it says “your own” six times, you have
# trained a Transformer that is your own work from the dot product on. Go back for what is still ready-made.
#
# And the functions that you wrote with NumPy, in units 04 and 05? They were about the same numbers. The next cell takes
# the weights that your model has learned and computes the first layer of its encoder once more with **your**
# `masked_attention`, `split_heads` and `combine_heads`. Both ways should agree to the last digits of a float32.

# %%
masked_attention, split_heads, combine_heads = earlier("masked_attention", "split_heads", "combine_heads")


def compare_with_numpy(symbols=(3, 5, 7, 9, 11)):
    """The self-attention of the first encoder layer, by PyTorch and by your functions for NumPy."""
    if not trained:
        print("Train a model first, then run this cell again.")
        return
    model = trained[-1]
    src = torch.tensor([[*symbols, EOS, PAD]])
    attention = next(iter(model.encoder.layers)).self_attention
    model.eval()
    with torch.no_grad():
        words = model.positions(model.src_embedding(src))
        mask = padding_mask(src, PAD)
        by_torch, _ = attention(words, words, words, mask)
        q, k, v = (split_heads(layer(words).numpy(), 2) for layer in (attention.w_q, attention.w_k, attention.w_v))
        heads, _ = masked_attention(q, k, v, mask.numpy())
        by_numpy = attention.w_o(torch.from_numpy(combine_heads(heads)).to(words.dtype))
    print(f"largest difference: {float((by_torch - by_numpy).abs().max()):.1e}")


compare_with_numpy()

# %% [markdown]
# ## What you have now
#
# A Transformer that learns, from parts that you know to the last line.
#
# | you wrote | where it is used |
# |:--|:--|
# | `Transformer` | the model of figure 1; with other vocabularies and more patience it translates |
# | `shift_right`, `label_smoothed_loss`, `noam_learning_rate` | inside your training loop, and in most others |
# | `greedy_decode` | the yardstick for `beam_search` in unit 12 |
# | `train` | as it is, for any task whose examples are pairs of sequences |
#
# What is left is speed. `greedy_decode` computes everything before the new word again, in every step, and attention keeps
# a matrix of all pairs of words. Unit 12 gives the same answers for less.
