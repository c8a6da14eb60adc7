"""The quiz of unit 05: why several heads, how columns are shared out, and what the matrices cost."""

from __future__ import annotations

import math

from autograder.quiz.authoring import (
    Choice,
    Draw,
    Line,
    Listing,
    Matching,
    Number,
    Option,
    Ordering,
    Output,
    Pair,
    Several,
    Shape,
    Slip,
    question,
)


@question("Why several heads", about="MultiHeadAttention")
def why_several_heads():
    """Why does the Transformer use several narrow heads instead of one wide one?"""
    return Choice(
        Option(
            "Each head has weights of its own, so a word can look at several places for several reasons at once.",
            "One softmax gives one set of shares: two wishes would be averaged into one mixture that serves neither.",
        ),
        [
            Option(
                "Several heads see more columns in all than a single one, so that more information gets through.",
                "They share the same d_model columns: what one has, another has not.",
            ),
            Option(
                "Each head takes a part of the sentence, so that long sentences can be shared out.",
                "Every head looks at the whole sentence. It is columns that are shared out.",
            ),
            Option(
                "The outputs of all heads are averaged, which makes the result less noisy.",
                "They are set side by side, not averaged; the last matrix may combine them as it likes.",
            ),
        ],
    )


@question("What the scores are divided by", about="MultiHeadAttention")
def divisor(draw: Draw):
    r"""
    $d_\text{model} = <d_model>$ and <heads> heads: what are the scores divided by? Two decimals are enough.
    """
    root = draw.integer(2, 8)
    heads = draw.pick([2, 3, 4, 6, 8, 12])
    d_model = heads * root * root
    return Number(
        root,
        "A head has <d_model> / <heads> columns, and scores are divided by the root of that.",
        slips=[
            Slip(math.sqrt(d_model), "Each score is a sum over the columns of one head, not of the whole model."),
            Slip(root * root, "That is the number of columns of a head: its root is needed."),
            Slip(heads, "The number of heads is not what makes a score large."),
            Slip(math.sqrt(heads), "The root of the columns of a head, not of the number of heads."),
        ],
        places=2,
        given={"d_model": d_model, "heads": heads},
    )


@question("Whose column is it", about="split_heads")
def head_of_a_column(draw: Draw):
    """Of <d_model> columns and <heads> heads: which head gets column <column>? Heads and columns are counted from 0."""
    heads, d_k = draw.pick([3, 4, 6, 8]), draw.pick([3, 5, 6, 7])
    head, inside = draw.integer(1, heads - 1), draw.integer(0, d_k - 1)
    column = head * d_k + inside
    return Number(
        head,
        f"A head has {d_k} neighbouring columns; head {head} has those from {head * d_k} to {head * d_k + d_k - 1}.",
        slips=[
            Slip(column % heads, "Columns are not dealt out like cards: each head gets neighbours."),
            Slip(inside, "That is the place inside the head."),
            Slip(head + 1, "Heads are counted from 0."),
        ],
        given={"d_model": heads * d_k, "heads": heads, "column": column},
    )


@question("After the cut", about="split_heads")
def split_shape(draw: Draw):
    """`x` has the shape `(<batch>, <length>, <d_model>)`. What is the shape of `split_heads(x, <heads>)`?"""
    batch, length, heads, d_k = draw.sample([2, 3, 4, 5, 6, 7, 8], 4)
    return Shape(
        (batch, heads, length, d_k),
        "The heads become an axis before the words, so that one product serves them all.",
        slips=[
            Slip((batch, length, heads, d_k), "That is right after the cut; then heads and words change places."),
            Slip((batch, heads, length, heads * d_k), "The heads share the columns: each gets its part."),
            Slip((heads, batch, length, d_k), "The batch stays in front."),
            Slip((batch, heads, d_k, length), "The words stay before the columns: a row is a word."),
        ],
        given={"batch": batch, "length": length, "d_model": heads * d_k, "heads": heads},
    )


@question("Numbers in their heads", about="split_heads")
def split_numbers(draw: Draw):
    """What does this print? `split_heads` is the function that you have written."""
    start = draw.integer(1, 60)
    word = draw.integer(0, 1)
    head = draw.integer(0, 1)
    numbers = list(range(start, start + 8))
    right = numbers[4 * word + 2 * head : 4 * word + 2 * head + 2]
    cut = numbers[4 * head + 2 * word : 4 * head + 2 * word + 2]
    dealt = numbers[4 * word + head : 4 * word + 4 : 2]
    slips = [
        Slip(" ".join(map(str, dealt)), "A head gets neighbouring columns, not every other one."),
        Slip(" ".join(map(str, numbers[4 * word : 4 * word + 4])), "A head has only its part of the columns."),
    ]
    if cut != right:
        slips.append(
            Slip(
                " ".join(map(str, cut)),
                "Reshaped alone, the rows would run into the heads; the axes also change places.",
            )
        )
    return Output(
        "x = np.arange(<start>, <end>).reshape(1, 2, 4)\nprint(*split_heads(x, 2)[0, <head>, <word>])",
        " ".join(map(str, right)),
        "Word <word> is row <word> of `x`; head <head> has its own half of that row.",
        slips=slips,
        given={"start": start, "end": start + 8, "head": head, "word": word},
    )


@question("The number of weights", about="MultiHeadAttention")
def number_of_weights(draw: Draw):
    r"""
    How many numbers does the `MultiHeadAttention` of this unit learn, without biases, with $d_\text{model} =
    <d_model>$ and <heads> heads?
    """
    heads = draw.pick([2, 4, 8, 16])
    d_model = heads * draw.pick([4, 8, 16, 32])
    return Number(
        4 * d_model**2,
        "Four matrices with as many rows as columns. The number of heads makes no difference: they share the columns.",
        slips=[
            Slip(3 * d_model**2, "Behind the heads there is a fourth matrix, which mixes them."),
            Slip(
                4 * d_model**2 // heads, "That is one head's part of the matrices; all heads together have all columns."
            ),
            Slip(4 * d_model**2 * heads, "More heads are narrower heads."),
            Slip(4 * d_model**2 + 4 * d_model, "The matrices of this unit have no biases; those of unit 06 have."),
        ],
        given={"d_model": d_model, "heads": heads},
    )


@question("How large at first", about="MultiHeadAttention")
def size_of_a_product(draw: Draw):
    r"""
    All numbers in `x` and `w` are independent, with mean 0. Those of `x` have variance 1; `w` has <d_model> rows, and
    entries of variance <factor> / <d_model>. What is the variance of the numbers in `x @ w`? Two decimals are enough.
    """
    d_model = draw.pick([64, 100, 128, 256, 400, 512])
    factor = draw.pick([0.5, 2, 4, 5])
    return Number(
        float(factor),
        "Each number is a sum of <d_model> products, each of the variance of an entry: variances of independent terms are added.",
        slips=[
            Slip(math.sqrt(factor), "That is the standard deviation; its square was asked for."),
            Slip(factor / d_model, "That is the variance of one term; <d_model> of them are added."),
            Slip(factor * d_model, "The terms are as many as rows, once: the variance of an entry is already small."),
            Slip(1.0, "That is so for entries of variance 1 / <d_model>, with which the size of numbers is kept."),
        ],
        places=2,
        given={"d_model": d_model, "factor": factor},
    )


@question("Shapes on the way", about="MultiHeadAttention")
def shapes_on_the_way():
    """Batch 2, length 3, `d_model` 8, two heads, self-attention. Which shape belongs to what?"""
    return Matching(
        [
            Pair("the matrix `w_q`", "(8, 8)", "From all columns to all columns; the heads share what comes out."),
            Pair("the queries, split into heads", "(2, 2, 3, 4)", "Batch, heads, words, and 8 / 2 columns."),
            Pair("the weights", "(2, 2, 3, 3)", "Batch, heads, a row for each query, a column for each key."),
            Pair("the heads side by side", "(2, 3, 8)", "Two heads of four columns make eight again."),
        ],
        extra=[
            Option(
                "(8, 4)", "A matrix for a single head would be so; here all heads' matrices stand side by side in one."
            ),
            Option("(2, 3, 2, 4)", "Right after the cut, before heads and words change places."),
        ],
    )


@question("What heads share", about="MultiHeadAttention", points=2)
def what_heads_share():
    """What is true of the heads of one `MultiHeadAttention`?"""
    return Several(
        right=[
            Option(
                "Together they cost about as much as one wide head.",
                "The same columns, shared out: the same products in all.",
            ),
            Option("Nothing passes from one head to another before `w_o`.", "Each works on its own columns."),
            Option(
                "With a mask of unit 04, the same keys are hidden from all of them.",
                "It has an axis of size 1 for heads, or none: what is hidden is hidden for all.",
            ),
        ],
        wrong=[
            Option(
                "They all have the same weights over the words.",
                "Each has queries and keys of its own, so it has weights of its own.",
            ),
            Option("Each has a role that was given to it before training.", "Roles come out of training, if at all."),
            Option(
                "They need a loop over the heads.", "They are an axis of the array: one product serves all of them."
            ),
        ],
    )


@question("The way of the shapes", about="MultiHeadAttention")
def way_of_the_shapes(draw: Draw):
    """Words go through a self-attention with <heads> heads. Put the shapes in the order in which they occur."""
    batch, length, heads, d_k = draw.sample([2, 3, 4, 5, 6, 7], 4)
    d_model = heads * d_k
    return Ordering(
        [
            Option(
                "`(<batch>, <length>, <d_model>)`: the queries of all heads in one array",
                "What the first matrix gives.",
            ),
            Option("`(<batch>, <length>, <heads>, <d_k>)`: the columns are cut", "The last axis becomes two."),
            Option(
                "`(<batch>, <heads>, <length>, <d_k>)`: heads stand before words",
                "So that attention can leave them alone.",
            ),
            Option("`(<batch>, <heads>, <length>, <length>)`: every query has met every key", "Scores, then weights."),
            Option(
                "`(<batch>, <heads>, <length>, <d_k>)`: every head has mixed its values",
                "A sum of values for each query.",
            ),
            Option("`(<batch>, <length>, <d_model>)`: the heads stand side by side", "Ready for the last matrix."),
        ],
        given={"batch": batch, "length": length, "heads": heads, "d_k": d_k, "d_model": d_model},
    )


@question("Reshaped in one go", about="split_heads")
def reshaped_in_one_go():
    """Somebody writes `split_heads` as `x.reshape(batch, num_heads, n, d_k)`. The shape is right. What is in head 0?"""
    return Choice(
        Option(
            "The first words with all their columns, cut up.",
            "Reshape never moves a number: it goes on reading row by row, so head 0 takes the first words whole.",
        ),
        [
            Option(
                "The first `d_k` columns of every word, as it should be.",
                "For that the axes have to change places: cut the last axis, then bring the heads before the words.",
            ),
            Option(
                "Every `num_heads`-th column of every word.",
                "That would take a step between neighbours, which reshape does not make.",
            ),
            Option("The same words as in head 1.", "Every number is in exactly one place: reshape copies none."),
        ],
    )


@question("A wrong line: how far heads look", about="What a head looks at", points=2)
def faulty_reach():
    """
    From the weights of a self-attention, `(batch, heads, n, n)`, this should give for each **head** how many words away
    it looks, on average. Which line is wrong?
    """
    return Listing(
        [
            Line("def reach(weights):", "The weights that a `MultiHeadAttention` returns."),
            Line(
                "    places = np.arange(weights.shape[-1])",
                "One number for each word.",
                wrong="    places = np.arange(weights.shape[1])",
                reason="That counts the heads; places are counted along the words.",
            ),
            Line(
                "    distance = np.abs(places[:, None] - places[None, :])",
                "A row for each query, a column for each key.",
                wrong="    distance = places[:, None] - places[None, :]",
                reason="Looking back and looking ahead would cancel each other: distances have no sign.",
            ),
            Line(
                "    mean = (weights * distance).sum(axis=-1)",
                "Weights add up to 1 along the keys, so this is a mean.",
                wrong="    mean = (weights * distance).mean(axis=-1)",
                reason="Weights already add up to 1: divided by the number of keys again, distances come out too small.",
            ),
            Line(
                "    return mean.mean(axis=(0, 2))",
                "Over sentences and queries; the heads are left.",
                wrong="    return mean.mean(axis=(0, 1))",
                reason="This averages over the heads too, and leaves a number for each query.",
            ),
        ]
    )
