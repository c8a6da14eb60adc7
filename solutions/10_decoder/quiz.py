"""The quiz of unit 10: three attentions, two masks, one memory."""

from autograder.quiz.authoring import (
    Choice,
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


@question("Three attentions", about="DecoderLayer")
def three_attentions():
    """Where do the queries, keys and values of each attention come from? (Each is projected in its own way.)"""
    return Matching(
        [
            Pair(
                "self-attention of the encoder",
                "queries, keys and values from the source words",
                "Source words look at source words.",
            ),
            Pair(
                "self-attention of the decoder",
                "queries, keys and values from the target words so far",
                "Target words look at target words, not at later ones.",
            ),
            Pair(
                "cross-attention of the decoder",
                "queries from the target, keys and values from the memory",
                "Each target word asks the source: the one who asks is the one whose output is computed.",
            ),
        ],
        extra=[
            Option(
                "queries from the memory, keys and values from the target",
                "Then there would be an output for each source word.",
            ),
            Option(
                "queries and keys from the target, values from the memory",
                "Weights over target words cannot sum source values.",
            ),
        ],
    )


@question("Which mask where", about="DecoderLayer")
def masks_of_the_three():
    """
    Which mask does each attention of an encoder–decoder need, when it is trained on batches of sentences of different
    length?
    """
    return Matching(
        [
            Pair(
                "self-attention of the encoder",
                "padding of the source",
                "All source words may be seen, padding may not.",
            ),
            Pair(
                "self-attention of the decoder",
                "padding of the target, and causal",
                "Neither padding nor words that are still to come.",
            ),
            Pair(
                "cross-attention of the decoder",
                "padding of the source",
                "The keys are source words, and the whole source is known.",
            ),
        ],
        extra=[
            Option("padding of the target", "On its own it lets a word see the words that it should predict."),
            Option("padding of the source, and causal", "A source sentence has no future: it is there as a whole."),
        ],
    )


@question("Weights across", about="DecoderLayer")
def shape_of_cross_weights(draw):
    """
    A decoder layer with <heads> heads gets target words of shape `(<batch>, <targets>, <d_model>)` and a memory of
    shape `(<batch>, <sources>, <d_model>)`. What is the shape of the weights of its **cross-attention**?
    """
    batch, targets, sources = draw.sample([2, 3, 5, 6, 7, 9, 10, 11], 3)
    heads = draw.pick([4, 8])
    d_model = heads * draw.pick([3, 5])
    return Shape(
        (batch, heads, targets, sources),
        "A row for each target word, which asks, and a column for each source word, which may be asked.",
        slips=[
            Slip((batch, heads, sources, targets), "Queries come first, and they are the target words."),
            Slip((batch, heads, targets, targets), "That is the self-attention."),
            Slip((batch, heads, sources, sources), "That is in the encoder."),
            Slip((batch, targets, sources), "Every head has weights of its own."),
        ],
        given={"heads": heads, "batch": batch, "targets": targets, "sources": sources, "d_model": d_model},
    )


@question("How many may be seen", about="DecoderLayer")
def allowed_pairs(draw):
    """
    A target of <length> places: <words> words, then padding. How many entries of its causal **and** padding mask,
    `(<length>, <length>)`, are `True`? (Queries at padding count too.)
    """
    words = draw.integer(2, 7)
    length = words + draw.integer(1, 6)
    seen = [min(row + 1, words) for row in range(length)]
    return Number(
        sum(seen),
        f"Row by row: {' + '.join(map(str, seen))}. No row sees more than its own place and those before, and never padding.",
        slips=[
            Slip(length * (length + 1) // 2, "That is the causal mask alone: padding is not to be seen."),
            Slip(length * words, "That is the padding mask alone: later words are not to be seen either."),
            Slip(words * (words + 1) // 2, "The rows of the padding are there too, and they see all words."),
            Slip(length * (length - 1) // 2, "A place may see itself: the diagonal is True."),
        ],
        given={"length": length, "words": words},
    )


@question("Who reads the memory", about="Decoder")
def same_memory():
    """
    An encoder and a decoder of six layers each. What does the cross-attention of the **third decoder layer** read?
    """
    return Choice(
        Option(
            "The output of the sixth encoder layer.",
            "The memory is what the whole encoder has made of the source; all decoder layers ask it.",
        ),
        [
            Option(
                "The output of the third encoder layer.", "Layers do not face each other in pairs: there is one memory."
            ),
            Option(
                "The memory as the second decoder layer has changed it.",
                "Decoder layers read the memory; nobody changes it.",
            ),
            Option(
                "The embedded source words.",
                "They went into the first encoder layer; what comes out of the last one is read.",
            ),
        ],
    )


@question("What a target word can know", about="DecoderLayer", points=2)
def what_reaches_a_position():
    """
    In training all input words go through the decoder at once. What can influence its output at the **fourth** place?
    """
    return Several(
        right=[
            Option("the decoder's input at the second place", "It lies before, so the causal mask leaves it."),
            Option("the decoder's input at the fourth place", "The diagonal of the mask is True."),
            Option("the last source word", "The whole source may be read, through the memory."),
        ],
        wrong=[
            Option(
                "the decoder's input at the fifth place",
                "It is the very word to be predicted at the fourth: the causal mask hides it.",
            ),
            Option("the padding at the end of the source", "The padding mask of the source hides it."),
            Option("the same place of the next sentence in the batch", "Sentences of a batch do not see each other."),
        ],
    )


@question("Without the causal mask", about="DecoderLayer")
def without_the_causal_mask():
    """The causal mask is forgotten in training. What happens?"""
    return Choice(
        Option(
            "The loss gets small, and the model writes nonsense.",
            "It learns to copy the next word, which it can see. When it writes, there is no next word yet.",
        ),
        [
            Option(
                "The loss stays high, since the model looks at too many words at once.",
                "What is looked at too much is the answer: the loss falls fast.",
            ),
            Option(
                "Nothing much: the mask only saves time.",
                "It hides the answers. No time is saved: the scores are computed anyway.",
            ),
            Option(
                "An error: the shapes no longer fit.",
                "A mask changes no shape. That is why its absence is so easily missed.",
            ),
        ],
    )


@question("Parameters of a decoder layer", about="DecoderLayer")
def parameters_of_a_decoder_layer(draw):
    r"""
    How many parameters does a `DecoderLayer` have, with $d_\text{model} = <d_model>$ and $d_{ff} = <d_ff>$? Linear
    layers have biases, norms a weight and a bias.
    """
    d_model = draw.pick([8, 16, 32, 64])
    d_ff = d_model * draw.pick([2, 3, 4])
    attention = 4 * (d_model * d_model + d_model)
    network = 2 * d_model * d_ff + d_ff + d_model
    norm = 2 * d_model
    return Number(
        2 * attention + network + 3 * norm,
        f"Two attentions with {attention} each, the feed-forward network with {network}, and three norms with {norm} each.",
        slips=[
            Slip(
                attention + network + 2 * norm,
                "That is an encoder layer; here is a second attention, and a third norm.",
            ),
            Slip(2 * attention + network + 2 * norm, "Each of the three sub-layers has a norm of its own."),
            Slip(2 * attention + network, "The norms learn as well."),
        ],
        units=["parameters"],
        given={"d_model": d_model, "d_ff": d_ff},
    )


@question("Through one decoder layer", about="DecoderLayer")
def order_of_a_decoder_layer():
    """Put in order what a decoder layer does."""
    return Ordering(
        [
            Option("Target words look at earlier target words.", "The masked self-attention comes first."),
            Option("The layer's input is added, and the sum normalised.", "The frame of the first sub-layer."),
            Option(
                "Target words ask the memory.",
                "The cross-attention comes second, with what the self-attention has gathered.",
            ),
            Option(
                "What had asked is added, and the sum normalised.", "Its residual is the query side, not the memory."
            ),
            Option("Every target word passes the feed-forward network.", "The third sub-layer, word by word."),
            Option("What went into the network is added, and the sum normalised.", "The last frame of the layer."),
        ]
    )


@question("A wrong line: does the future matter?", about="DecoderLayer", points=2)
def faulty_probe():
    """
    This should find out whether a decoder layer lets words **behind** `place` change its output **up to** `place`. For a right layer it
    should give `False`, and `x (batch, n, d_model)` should be as before. Which line is wrong?
    """
    return Listing(
        [
            Line("def future_matters(layer, x, memory, place):", "The place is counted from 0."),
            Line("    layer.eval()", "Without dropout, so that two runs can be compared."),
            Line("    mask = causal_mask(x.shape[1])", "For the words of the target."),
            Line("    before = layer(x, memory, self_mask=mask)", "With the words that were there."),
            Line(
                "    changed = x.clone()",
                "A copy, as the input is not ours to change.",
                wrong="    changed = x",
                reason="Another name is no copy: the caller's own tensor is changed.",
            ),
            Line(
                "    changed[:, place + 1 :] += 1.0",
                "Everything behind the place, and nothing before.",
                wrong="    changed[:, place:] += 1.0",
                reason="The word at the place itself is changed too, and it may matter: a word sees itself.",
            ),
            Line(
                "    after = layer(changed, memory, self_mask=mask)",
                "The same memory, the same mask.",
                wrong="    after = layer(changed, memory, memory_mask=mask)",
                reason="The causal mask belongs to the self-attention; without it later words are seen.",
            ),
            Line(
                "    return not torch.allclose(before[:, : place + 1], after[:, : place + 1], atol=1e-4)",
                "Compared up to the place.",
                wrong="    return not torch.allclose(before, after, atol=1e-4)",
                reason="Later outputs have every right to change: their own words have.",
            ),
        ]
    )


@question("A row of the mask", about="DecoderLayer")
def row_of_the_mask(draw):
    """`causal_mask` and `padding_mask` are those of unit 06, and 0 is padding. What does this print?"""
    words = draw.integer(2, 4)
    length = words + draw.integer(1, 3)
    row = draw.integer(0, length - 1)
    tokens = [draw.integer(3, 30) for _ in range(words)] + [0] * (length - words)
    marks = [int(key <= row and key < words) for key in range(length)]
    causal = [int(key <= row) for key in range(length)]
    padding = [int(key < words) for key in range(length)]
    others = [causal, padding, [int(key < row and key < words) for key in range(length)]]
    says = ["Padding is hidden too.", "Later words are hidden too.", "A place may see itself, if it is a word."]
    slips = [
        Slip(" ".join(map(str, other)), say)
        for place, (other, say) in enumerate(zip(others, says, strict=True))
        if other != marks and other not in others[:place]
    ]
    return Output(
        "tokens = torch.tensor([<tokens>])\n"
        "mask = padding_mask(tokens) & causal_mask(tokens.shape[1])\n"
        "print(*mask[0, 0, <row>].int().tolist())",
        " ".join(map(str, marks)),
        "True up to the place itself, and at real words only.",
        slips=slips,
        given={"tokens": tokens, "row": row},
    )


@question("Two lengths", about="DecoderLayer")
def two_lengths():
    """In the paper's model, may a source sentence and its translation differ in length?"""
    return Choice(
        Option(
            "Yes: attention takes any number of keys for each query.",
            "They meet in the cross-attention only. Its output has a row for each target word, however long the memory is.",
        ),
        [
            Option(
                "No: the shorter one is always padded to the length of the longer.",
                "Padding serves batches; the two sides are not tied.",
            ),
            Option(
                "No, since residuals add source and target.",
                "Residuals add target to target: what asked to what it got.",
            ),
            Option(
                "Yes, but only up to the number of heads.",
                "Heads share out columns, and have nothing to do with lengths.",
            ),
        ],
    )
