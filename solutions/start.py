# %% [markdown]
# # The Transformer, exercise by exercise
#
# You build the Transformer from the dot product up: each unit is a notebook with a few functions or classes to write,
# and each of them is used by the units after it.
#
# **How to work.** Open a unit below. Read until you meet a cell that says `raise NotImplementedError`, put your code in
# its place, run the cell, then run the check under it. A check that fails shows the smallest input that your code gets
# wrong, beside what was expected. Stuck? Unfold the hint above the cell.

# %% [markdown]
# | | unit | what you build |
# |:--|:--|:--|
# | 01 | [Vectors](01_vectors/vectors.ipynb) | how similar are two arrows: dot product, norm, cosine |
# | 02 | [Softmax](02_softmax/softmax.ipynb) | scores into probabilities, and back through them |
# | 03 | [Attention](03_attention/attention.ipynb) | the six steps from words to their mixtures |
# | 04 | [Masks](04_masks/masks.ipynb) | what may be looked at: padding and the future |
# | 05 | [Multi-head attention](05_multihead/multihead.ipynb) | several views at once |
# | 06 | [PyTorch](06_tensors/tensors.ipynb) | the same ideas on tensors, with gradients, on any device |
# | 07 | [Positions](07_positions/positions.ipynb) | word order, and rows for words |
# | 08 | [Add & norm](08_addnorm/addnorm.ipynb) | what holds a deep stack together, and the feed-forward network |
# | 09 | [Encoder](09_encoder/encoder.ipynb) | reading a sentence |
# | 10 | [Decoder](10_decoder/decoder.ipynb) | writing one, looking at what was read |
# | 11 | [Transformer](11_transformer/transformer.ipynb) | all of it together, trained until it can reverse sequences |
# | 12 | [Efficient attention](12_efficient/efficient.ipynb) | the same answers for less memory and work |

# %% [markdown]
# ## Where you are
#
# Run this cell to see what is done and what is next. It checks every notebook as it was last **saved**, so it takes a
# few seconds.

# %%
from autograder import progress

progress()

# %% [markdown]
# <details><summary>Something does not work?</summary>
#
# In a terminal, in the folder of the course:
#
# | command | what it does |
# |:--|:--|
# | `autograder doctor` | says what this machine has, what is missing, and what to do about it |
# | `autograder reset log_softmax` | puts one exercise's stub back; the notebook as it was is kept under `backups/` |
# | `pytest exercises` | checks everything that is saved; `pytest exercises -k softmax` what has softmax in its name |
#
# </details>
