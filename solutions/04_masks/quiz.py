"""The quiz of unit 04: what masks hide, who needs which, and how a hidden key loses all its influence."""

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


@question("Which of the two masks", about="decoder_mask")
def which_mask():
    """Padding mask or causal mask?"""
    padding, causal = "padding mask", "causal mask"
    return Matching(
        [
            Pair("hides what is no word at all", padding, "Padding is there only to make the array rectangular."),
            Pair("hides words that have not been written yet", causal, "A decoder must not see what it is to predict."),
            Pair("can be made without knowing the tokens", causal, "The length is enough."),
            Pair("hides the same keys from every query of a sentence", padding, "Padding is padding, whoever asks."),
            Pair(
                "lets each query see another number of keys, even where no sentence is padded",
                causal,
                "Query i sees i + 1 keys.",
            ),
        ],
        extra=[Option("both of them", "Each of these is true of exactly one of the two.")],
    )


@question("Who needs what", about="decoder_mask")
def who_needs_what():
    """
    A translator is trained on batches of sentences of different length. Which masks do the **self-attentions** of its
    two sides need?
    """
    return Choice(
        Option(
            "The encoder a padding mask, the decoder a padding mask and a causal mask.",
            "Both sides have padding, and only the decoder has a future to hide.",
        ),
        [
            Option(
                "The encoder a padding mask, the decoder a causal mask only.",
                "Targets are padded as well. (Padding at the right lies in the future of every word, but that is no rule to rely on.)",
            ),
            Option(
                "Both a padding mask and a causal mask, as both read from left to right.",
                "The encoder reads a sentence that is there as a whole: later words help it.",
            ),
            Option(
                "The encoder none, since it is given whole sentences; the decoder both masks.",
                "The sentences are whole, but the batch is rectangular: there is padding in it.",
            ),
        ],
    )


@question("A row of the future", about="causal_mask")
def causal_row(draw: Draw):
    """What does this print? `causal_mask` is the function that you have written."""
    size = draw.integer(4, 8)
    row = draw.integer(1, size - 2)
    return Output(
        "print(*causal_mask(<size>)[<row>].astype(int))",
        " ".join(str(int(key <= row)) for key in range(size)),
        "Query <row> sees keys 0 to <row>: on the diagonal and below it.",
        slips=[
            Slip(
                " ".join(str(int(key < row)) for key in range(size)),
                "A word may look at itself: the diagonal is `True`.",
            ),
            Slip(
                " ".join(str(int(key >= row)) for key in range(size)),
                "That is the future. `True` means that a key may be looked at.",
            ),
            Slip(
                " ".join(str(int(key > row)) for key in range(size)),
                "Here `True` means visible, and later words are hidden.",
            ),
        ],
        given={"size": size, "row": row},
    )


@question("How many may be looked at", about="causal_mask")
def count_causal(draw: Draw):
    """How many entries of `causal_mask(<size>)` are `True`?"""
    size = draw.integer(6, 40)
    return Number(
        size * (size + 1) // 2,
        "One in the first row, one more in each row after it: 1 + 2 + … + <size>.",
        slips=[
            Slip(size * (size - 1) // 2, "Without the diagonal. But a word may look at itself."),
            Slip(size * size // 2, "Not quite half: the diagonal belongs to the visible side."),
            Slip(size * size, "That is the whole table, future included."),
        ],
        given={"size": size},
    )


@question("The shape of a padding mask", about="padding_mask")
def padding_shape(draw: Draw):
    """
    `tokens` has the shape `(<batch>, <length>)`. What is the shape of `padding_mask(tokens)`, made to fit
    scores with <heads> heads?
    """
    batch, length, heads = draw.sample([2, 3, 4, 5, 6, 7, 8, 9], 3)
    return Shape(
        (batch, 1, 1, length),
        "One axis for heads and one for queries, both of size 1: broadcasting stretches them. The keys come last.",
        slips=[
            Slip((batch, length), "The leading axes would then not fit: the batch would meet the queries."),
            Slip(
                (batch, 1, length, 1),
                "That would hide queries. It is keys that must not be looked at, and they come last.",
            ),
            Slip(
                (batch, heads, length, length),
                "That is what it becomes by broadcasting; a mask need not be made that large.",
            ),
            Slip((batch, 1, length, length), "That is a decoder mask: a padding mask is the same for every query."),
        ],
        given={"batch": batch, "length": length, "heads": heads},
    )


@question("Masks together", about="decoder_mask")
def combined_shape(draw: Draw):
    """
    `padding` has the shape `(<batch>, 1, 1, <length>)`, `causal` the shape `(<length>, <length>)`. What is the shape
    of `padding & causal`?
    """
    batch, length = draw.sample([2, 3, 4, 5, 6, 7, 8, 9], 2)
    return Shape(
        (batch, 1, length, length),
        "Axes are matched from the right; those of size 1, and those that are missing, are stretched.",
        slips=[
            Slip((batch, length, length), "The axis for heads stays, with size 1."),
            Slip((batch, 1, 1, length), "The causal mask has a row for each query, and all of them stay."),
            Slip((batch, 1, 1, length, length), "Nothing is put side by side: the last axes of both meet."),
            Slip((batch, length, 1, length), "The axis of queries is the last but one in both."),
        ],
        given={"batch": batch, "length": length},
    )


@question("Shares of what is visible", about="masked_softmax")
def visible_share(draw: Draw):
    r"""
    Three keys have the scores ln <a>, ln <b> and ln <c>; the **third is hidden**. What is the weight
    of the first? Two decimals are enough.
    """
    a, b, c = draw.sample(range(1, 10), 3)
    return Number(
        a / (a + b),
        "The exponentials are <a>, <b> and <c>; the hidden one counts neither in the numerator nor in the sum.",
        slips=[
            Slip(
                a / (a + b + c),
                "The hidden key still takes part of the whole: the weights that are left have to add up to 1.",
            ),
            Slip(a / (a + b + 1), "A hidden score is no score of 0, whose exponential would be 1."),
            Slip(math.log(a) / math.log(a * b) if a * b > 1 else 0.0, "Shares are of exponentials, not of scores."),
        ],
        places=2,
        given={"a": a, "b": b, "c": c},
    )


@question("A large negative number", about="masked_softmax")
def finite_filling():
    """Somebody hides keys by setting their scores to -10000 instead of `-inf`. Where does that give a wrong answer?"""
    return Choice(
        Option(
            "Where all keys are hidden, or the visible scores are lower still.",
            "Softmax sees differences only: with nothing higher beside them, hidden keys share the whole among themselves.",
        ),
        [
            Option(
                "Nowhere: exp of it is 0 in any float format.",
                "That of -10000 itself is 0. But the maximum is subtracted first, and that may be -10000 as well.",
            ),
            Option(
                "Everywhere, by a small error that can be seen in the last digit.",
                "Where a visible score is of usual size, the hidden weight comes out as 0, exactly.",
            ),
            Option(
                "Where a visible score is above 10000.",
                "Then the hidden ones are even further below, and vanish all the more.",
            ),
        ],
    )


@question("Nobody to look at", about="masked_attention")
def nobody_to_look_at():
    """A query has **all** its keys masked. What are its weights and its output, by the contract of this course?"""
    return Choice(
        Option(
            "Weights 0 and output 0.",
            "Nothing may be looked at, so nothing comes in. It happens in sentences of nothing but padding.",
        ),
        [
            Option(
                "Equal weights, and the mean of all values.",
                "That is what large negative scores would give: it shows what should be hidden.",
            ),
            Option(
                "`nan` for both, as 0 is divided by 0.",
                "So a plain softmax does it, and one such row spoils every sum it gets into.",
            ),
            Option("Weight 1 for the query's own word.", "Its own word is hidden like all others."),
        ],
    )


@question("Rubbish behind the mask", about="masked_attention", points=2)
def rubbish_behind_the_mask():
    """
    A key that is hidden from **every** query has the value `nan`, as may happen with padding that nobody has set. Its
    weight is exactly 0. What is true?
    """
    return Several(
        right=[
            Option(
                "`weights @ v` is `nan` for every query, although the weight is 0.",
                "0 · NaN is NaN, and a sum with it is NaN too.",
            ),
            Option(
                "Putting 0 in place of values that no query may see mends it.",
                "Then the product is 0 · 0. It has to be a copy: inputs stay as they are.",
            ),
        ],
        wrong=[
            Option(
                "A weight of 0 makes any value harmless.",
                "It does for numbers. NaN and infinity stay what they are: 0 · NaN is NaN.",
            ),
            Option("Masking the scores twice mends it.", "The weight is 0 already; the trouble is in the values."),
            Option(
                "It cannot be mended, since what is NaN stays NaN.",
                "What no query may see can be replaced before it is multiplied.",
            ),
        ],
    )


@question("Filled up and cut", about="pad_sequences")
def padded(draw: Draw):
    """What does this print? `pad_sequences` is the function that you have written."""
    long = [draw.integer(1, 40) for _ in range(draw.integer(4, 6))]
    short = [draw.integer(1, 40) for _ in range(draw.integer(1, 2))]
    length = draw.pick([3, len(long) - 1])
    kept, filled = long[:length], short + [0] * (length - len(short))
    return Output(
        "print(pad_sequences([<long>, <short>], length=<length>).tolist())",
        str([kept, filled]),
        "Each row is made exactly <length> long: padding comes at the right, and what is too long loses its end.",
        slips=[
            Slip(str([long[-length:], filled]), "A sentence that is too long keeps its beginning."),
            Slip(str([kept, [0] * (length - len(short)) + short]), "The padding comes at the right."),
            Slip(
                str([long, short + [0] * (len(long) - len(short))]),
                "The `length` that is given decides, not the longest sentence.",
            ),
        ],
        given={"long": long, "short": short, "length": length},
    )


@question("From lists to weights", about="masked_attention")
def from_lists_to_weights():
    """Put in order how a decoder's batch of token lists comes to its masked weights."""
    return Ordering(
        [
            Option("The lists are padded to one array.", "Without it there is no array to work on."),
            Option(
                "The mask is made: padding and future are hidden.",
                "It is made of that array: padding is known by its token.",
            ),
            Option(
                "The scores of hidden keys become `-inf`.", "The mask changes scores, before anything is made of them."
            ),
            Option("Softmax is taken along the keys.", "So what is visible shares the whole."),
            Option(
                "Weights that are not numbers become 0.",
                "That is for queries that may see nothing at all; it comes last.",
            ),
        ]
    )


@question("A wrong line: the mean of the words", about="padding_mask", points=2)
def faulty_mean():
    """
    This should give the mean vector of the **words** of each sentence: `vectors` has the shape `(batch, n, d)`, and `real`, of shape
    `(batch, n)`, is `True` at words and `False` at padding, whose vectors may hold anything. Which line is wrong?
    """
    return Listing(
        [
            Line("def sentence_means(vectors, real):", "Vectors, and which of them are words."),
            Line(
                "    marks = real[:, :, None]",
                "An axis for the columns, so that a mark holds for a whole vector.",
                wrong="    marks = real[:, None, :]",
                reason="The marks have to stand at the axis of the words; here they meet the columns.",
            ),
            Line(
                "    kept = np.where(marks, vectors, 0.0)",
                "Words stay, padding becomes 0, whatever it holds.",
                wrong="    kept = np.where(marks, 0.0, vectors)",
                reason="Turned round: `True` marks a word, and here it is the words that are set to 0.",
            ),
            Line("    total = kept.sum(axis=1)", "Along the words of a sentence."),
            Line(
                "    count = real.sum(axis=1, keepdims=True)",
                "The number of words of each sentence.",
                wrong="    count = real.shape[1]",
                reason="That counts padding too: the mean of a short sentence comes out too small.",
            ),
            Line("    count = np.maximum(count, 1)", "A sentence without words gives 0, and not 0 / 0."),
            Line("    return total / count", "A vector for each sentence."),
        ]
    )
