"""The quiz of unit 03: the six steps, why scores are scaled, and what weights do with values."""

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


@question("The six steps", about="self_attention", points=2)
def six_steps():
    """Put the six steps of self-attention in order."""
    return Ordering(
        [
            Option(
                "Each word gets a query, a key and a value.",
                "Three products with three matrices, before anything is compared.",
            ),
            Option("Each query is compared with each key.", "Dot products: the scores."),
            Option(
                "The scores are divided by the root of $d_k$.",
                "Before the exponential, which would take large scores too seriously.",
            ),
            Option(
                "Softmax turns the scores of each query into weights.", "From here on each query's numbers add up to 1."
            ),
            Option("Each value is multiplied by its weight.", "Weights belong to values, not to keys."),
            Option("The weighted values are added up.", "One vector for each query: the output."),
        ]
    )


@question("A scaled score by hand", about="attention_scores")
def scaled_score(draw: Draw):
    """A query <query> meets a key <key>. What is their **scaled** score? Two decimals are enough."""
    size = draw.pick([4, 9])
    query, key = draw.vector(size, -2, 3), draw.vector(size, -2, 3)
    product = sum(a * b for a, b in zip(query, key, strict=True))
    return Number(
        product / math.sqrt(size),
        f"The dot product is {product}; keys have {size} columns, so it is divided by {math.isqrt(size)}.",
        slips=[
            Slip(product, "That is the dot product: step 3 divides it by the root of the number of columns."),
            Slip(product / size, "By the root of the number of columns, not by the number itself."),
            Slip(product * math.sqrt(size), "It is divided: scaling makes scores smaller."),
        ],
        places=2,
        given={"query": query, "key": key},
    )


@question("Why the scores are divided", about="attention_scores")
def why_scaled():
    r"""Why are the scores divided by $\sqrt{d_k}$ before softmax?"""
    return Choice(
        Option(
            "Scores of long vectors spread widely, and softmax would be saturated.",
            "A sum of d_k products of spread 1 has the spread √d_k. With large differences one weight is nearly 1, "
            "and its gradient nearly 0.",
        ),
        [
            Option(
                "So that the weights of each query add up to 1, as shares of one whole should do.",
                "Softmax sees to that, whatever the scores are.",
            ),
            Option(
                "So that each score lies between -1 and 1, as it would be with a cosine of the two.",
                "That would take the lengths of query and key themselves. Scaled scores have no bounds.",
            ),
            Option(
                "So that long sentences do not get larger scores than short ones, and can be compared.",
                "A score is about one query and one key. How many words there are does not enter it.",
            ),
        ],
    )


@question("An 8 in the base model", about="attention_scores")
def the_eight():
    r"""In the paper's base model every score is divided by 8. Where does this 8 come from?"""
    return Choice(
        Option(
            "It is the root of 64, the number of columns of a key.",
            "d_k is 512 / 8 = 64 there, and scores are divided by √d_k.",
        ),
        [
            Option(
                "It is the number of heads.",
                "There are 8 heads too, but that is a coincidence: with 16 heads of 32 it would be √32.",
            ),
            Option(
                "It is 64 divided by 8 heads.",
                "A head has 64 columns, all of which go into a score. It is the root that makes 8 of them.",
            ),
            Option(
                "It is the number of words in a sentence, on average.",
                "The length of a sentence does not enter a score.",
            ),
        ],
    )


@question("The roles", about="project")
def roles():
    """What does each of these stand for, in the picture of unit 03?"""
    return Matching(
        [
            Pair("a query", "what a word is looking for", "It is compared with all the labels."),
            Pair("a key", "the label by which a word is found", "Queries are compared with it."),
            Pair(
                "a value",
                "what a word contributes when it is looked at",
                "Values are what is mixed: they make up the output.",
            ),
            Pair(
                "a weight", "how much one word listens to another", "A share: all of one query's weights add up to 1."
            ),
        ],
        extra=[Option("how often a word occurs", "Nothing is counted in attention.")],
    )


@question("Two shapes that differ", about="scaled_dot_product_attention")
def output_shape(draw: Draw):
    """
    `q` has the shape `<q>`, `k` the shape `<k>`, `v` the shape `<v>`. What is the shape of the **output** of
    `scaled_dot_product_attention(q, k, v)`?
    """
    batch, queries, keys, d_k, d_v = draw.sample([2, 3, 4, 5, 6, 7, 8, 9], 5)
    return Shape(
        (batch, queries, d_v),
        "A vector for each query, mixed from values: so it has as many columns as a value.",
        slips=[
            Slip((batch, queries, keys), "Those are the weights."),
            Slip((batch, queries, d_k), "Queries and keys only decide the weights; it is values that are mixed."),
            Slip((batch, keys, d_v), "Those are the values. There is an output for each query, not for each key."),
            Slip((batch, queries, keys, d_v), "That is step 5; step 6 adds up along the keys."),
        ],
        given={"q": (batch, queries, d_k), "k": (batch, keys, d_k), "v": (batch, keys, d_v)},
    )


@question("Before the sum", about="weighted_values")
def weighted_shape(draw: Draw):
    """What does this print? `weighted_values` is the function that you have written."""
    queries, keys, d_v = draw.sample([2, 3, 4, 5, 6, 7], 3)
    return Output(
        "weights = np.full((<queries>, <keys>), 0.5)\nv = np.ones((<keys>, <d_v>))\nprint(weighted_values(weights, v).shape)",
        str((queries, keys, d_v)),
        "Each query has each value once, times its weight: this is step 5, before anything is added up.",
        slips=[
            Slip(str((queries, d_v)), "That is after step 6: the sum along the keys is in it."),
            Slip(str((keys, queries, d_v)), "The first axis is that of the weights' rows, the queries."),
            Slip(str((queries, keys)), "Each weight meets a whole value, with all its columns."),
        ],
        given={"queries": queries, "keys": keys, "d_v": d_v},
    )


@question("A mixture by hand", about="weighted_values")
def mixture(draw: Draw):
    """
    A query has the weights <weights> over three words, whose values are <first>, <second> and <third>. What is the
    **second** number of its output? Two decimals are enough.
    """
    weights = draw.pick([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5], [0.7, 0.1, 0.2], [0.2, 0.4, 0.4]])
    values = [[draw.integer(-5, 9) for _ in range(2)] for _ in range(3)]
    column = [value[1] for value in values]
    return Number(
        sum(weight * number for weight, number in zip(weights, column, strict=True)),
        f"Only the second column counts, {column}: each number times the weight of its word, added up.",
        slips=[
            Slip(
                sum(w * value[0] for w, value in zip(weights, values, strict=True)),
                "That is the first number of the output.",
            ),
            Slip(sum(column) / 3, "Words count by their weights, not equally."),
            Slip(
                sum(weights[1] * number for number in values[1]),
                "Each word gives its second number; not the second word all of its.",
            ),
            Slip(column[weights.index(max(weights))], "The heaviest word does not take all: every word has its share."),
        ],
        places=2,
        given={"weights": weights, "first": values[0], "second": values[1], "third": values[2]},
    )


@question("What holds for every attention", about="scaled_dot_product_attention", points=2)
def what_holds():
    """What is true of `scaled_dot_product_attention(q, k, v)`, without masks?"""
    return Several(
        right=[
            Option("Each row of weights adds up to 1.", "One softmax for each query, along the keys."),
            Option(
                "No number of the output is larger than the largest in its column of `v`.",
                "Shares that add up to 1 make a mean, and a mean lies among what it is made of.",
            ),
            Option(
                "When keys and values are shuffled in the same way, the output stays as it is.",
                "Each weight goes with its value, and a sum does not ask for order.",
            ),
        ],
        wrong=[
            Option("Each column of weights adds up to 1.", "A key may be looked at by everybody, or by nobody."),
            Option(
                "A word gets its own value back if its query equals its key.",
                "Other keys get a share as well, and may fit better still.",
            ),
            Option(
                "The table of weights is symmetric in self-attention.",
                "Query and key are made by different matrices: to listen is not mutual.",
            ),
        ],
    )


@question("Nothing to choose from", about="scaled_dot_product_attention")
def equal_keys(draw: Draw):
    """
    All <count> keys are **equal**. The values, one column each, are <values>. What is the output, for any query? Two
    decimals are enough.
    """
    values = draw.sample(range(-6, 15), draw.pick([4, 5]))
    return Number(
        sum(values) / len(values),
        "Equal keys get equal scores, so every value has the same share: the output is their mean.",
        slips=[
            Slip(sum(values), "Weights add up to 1: each value has only its share."),
            Slip(max(values), "Attention compares queries with keys; the size of a value plays no part in it."),
            Slip(values[0], "Equal scores are no tie to be broken: softmax shares the whole evenly."),
        ],
        places=2,
        given={"count": len(values), "values": values},
    )


@question("The price of three roles", about="project")
def cost_of_projection(draw: Draw):
    """
    `project` makes queries and keys with <d_k> columns and values with <d_v> columns, of <words> words with <d_model>
    columns. How many multiplications does that take?
    """
    words, d_model = draw.integer(3, 12), draw.pick([10, 16, 20, 32])
    d_k, d_v = draw.sample([4, 5, 6, 8, 10], 2)
    return Number(
        words * d_model * (2 * d_k + d_v),
        "Each word meets each column of the three matrices, and each meeting takes d_model multiplications.",
        slips=[
            Slip(d_model * (2 * d_k + d_v), "That is the number of weights; every word goes through all of them."),
            Slip(
                words * d_model * (d_k + d_v), "Queries and keys have a matrix each, although they have the same shape."
            ),
            Slip(words * words * (2 * d_k + d_v), "Words do not meet each other yet: that begins with the scores."),
        ],
        units=["multiplications"],
        given={"words": words, "d_model": d_model, "d_k": d_k, "d_v": d_v},
    )


@question("A wrong line: who listens to whom", about="self_attention", points=2)
def faulty_report():
    """
    For each of the `words` this should print the word that it listens to most, and with which weight. `x` has a row for each word. Which
    line is wrong?
    """
    return Listing(
        [
            Line("def report(words, x, w_q, w_k, w_v):", "The words, their vectors, and the three matrices."),
            Line(
                "    output, weights = self_attention(x, w_q, w_k, w_v)",
                "The output comes first, then the weights.",
                wrong="    weights, output = self_attention(x, w_q, w_k, w_v)",
                reason="The output comes first: here the numbers of the mixed vectors are taken for weights.",
            ),
            Line(
                "    for word, shares in zip(words, weights):",
                "Row by row: a row has the weights of one query.",
                wrong="    for word, shares in zip(words, weights.T):",
                reason="A column says who listens to this word. Whom it listens to stands in its row.",
            ),
            Line(
                "        most = shares.argmax()",
                "The place of the largest weight.",
                wrong="        most = shares.max()",
                reason="That is the weight itself; to find the word, its place is needed.",
            ),
            Line("        weight = float(shares[most])", "The weight at that place."),
            Line(
                "        print(word, words[int(most)], round(weight, 2))",
                "The word, whom it listens to, and how much.",
                wrong="        print(word, words[int(weight)], round(weight, 2))",
                reason="Words are found by their place; a weight is at most 1 and says nothing about places.",
            ),
        ]
    )
