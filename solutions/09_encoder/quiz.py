"""The quiz of unit 09: an encoder layer, six of them, and what attention has over recurrence."""

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


def attention_parameters(d_model):
    return 4 * (d_model * d_model + d_model)


def feed_forward_parameters(d_model, d_ff):
    return 2 * d_model * d_ff + d_ff + d_model


@question("Who asks, who answers", about="EncoderLayer")
def queries_of_the_encoder():
    """In the self-attention of the third encoder layer: where do queries, keys and values come from?"""
    return Choice(
        Option(
            "All three from the second layer, each by a projection of its own.",
            "Self-attention: a layer's input plays all three roles.",
        ),
        [
            Option(
                "Queries from the second layer, keys and values from the embeddings.",
                "Nothing but the first layer sees the embeddings. Two sources belong to the decoder's cross-attention.",
            ),
            Option(
                "Queries from the source, keys and values from the target sentence.",
                "The encoder never sees the target.",
            ),
            Option(
                "All three from the second layer, by a projection that they share.",
                "With one projection a word's query would equal its key: scores would be symmetric, as if to listen were mutual.",
            ),
        ],
    )


@question("The mask of the encoder", about="EncoderLayer")
def mask_of_the_encoder():
    """Which mask does the encoder need, when it reads a batch of sentences?"""
    return Choice(
        Option(
            "The padding mask only.",
            "A source sentence is there as a whole, so every word may see every other; only padding is no word.",
        ),
        [
            Option("The causal mask only.", "Nothing is in the future of a sentence that is there as a whole."),
            Option("Padding and causal mask together.", "That is what the decoder's self-attention needs."),
            Option(
                "No mask: padding is zeros, and zeros do no harm.",
                "A score of 0 still gets a share: exp(0) is 1, not 0.",
            ),
        ],
    )


@question("Parameters of a layer", about="EncoderLayer")
def parameters_of_a_layer(draw):
    r"""
    How many parameters does an `EncoderLayer` have, with $d_\text{model} = <d_model>$ and $d_{ff} = <d_ff>$? Linear
    layers have biases, norms a weight and a bias.
    """
    d_model = draw.pick([8, 16, 32, 64])
    d_ff = d_model * draw.pick([2, 3, 4])
    attention, network = (attention_parameters(d_model), feed_forward_parameters(d_model, d_ff))
    return Number(
        attention + network + 4 * d_model,
        f"Attention {attention}, feed-forward network {network}, and two norms with {2 * d_model} each.",
        slips=[
            Slip(attention + network, "The two norms learn as well: a weight and a bias for each column."),
            Slip(attention + network + 2 * d_model, "There are two norms, one behind each sub-layer."),
            Slip(4 * d_model**2 + 2 * d_model * d_ff + 4 * d_model, "The biases of the six linear layers are missing."),
        ],
        units=["parameters"],
        given={"d_model": d_model, "d_ff": d_ff},
    )


@question("Six layers or one?", about="Encoder")
def shared_layers(draw):
    """
    One layer has <count> parameters. Somebody makes an encoder of <layers> layers as `nn.ModuleList([layer] *
    <layers>)`. By how many parameters is it **smaller** than one of <layers> independent layers?
    """
    count, layers = draw.integer(120, 980) * 10, draw.pick([3, 4, 5, 6, 8, 12])
    return Number(
        (layers - 1) * count,
        "It is one and the same layer in all places, so only one set of parameters is there.",
        slips=[
            Slip(0, "The list holds the same object several times: every place has the same parameters."),
            Slip(layers * count, "One set is still there."),
            Slip(count, "All places but one are lost, not a single one."),
        ],
        units=["parameters"],
        given={"count": count, "layers": layers},
    )


@question("Counting in a list", about="Encoder")
def count_in_a_list(draw):
    """What does this print?"""
    inputs, outputs = draw.sample([2, 3, 4, 5], 2)
    times = draw.pick([2, 3, 4, 6])
    one = inputs * outputs + outputs
    return Output(
        "layer = nn.Linear(<inputs>, <outputs>)\n"
        "shared = nn.ModuleList([layer for _ in range(<times>)])\n"
        "separate = nn.ModuleList([nn.Linear(<inputs>, <outputs>) for _ in range(<times>)])\n"
        "print(*(sum(p.numel() for p in stack.parameters()) for stack in (shared, separate)))",
        f"{one} {times * one}",
        "The first list has one layer in all its places; the second makes a new one for each.",
        slips=[
            Slip(
                f"{times * one} {times * one}",
                "`parameters` gives each parameter once, however often its layer is in the list.",
            ),
            Slip(f"{one} {one}", "In the second list `nn.Linear` is called anew for every place."),
            Slip(
                f"{inputs * outputs} {times * inputs * outputs}",
                "A linear layer also has a bias, a number for each of its outputs.",
            ),
        ],
        given={"inputs": inputs, "outputs": outputs, "times": times},
    )


@question("What must not matter", about="Encoder", points=2)
def invariances():
    """
    An encoder **without positions** in `eval` mode, with the right masks. What leaves the outputs at the real words
    as they are?
    """
    return Several(
        right=[
            Option(
                "Other numbers at the padding.",
                "Keys that are masked get weight 0, so nothing of their values arrives.",
            ),
            Option("Another sentence beside it in the batch.", "Sentences of a batch never see each other."),
            Option("More padding at the end of the sentence.", "It is masked too, however much there is."),
        ],
        wrong=[
            Option("Another word at the end of the sentence.", "Every word looks at every other, also at later ones."),
            Option("A second copy of a word in the sentence.", "It takes a share of its own, so the others get less."),
            Option(
                "A padding mask of nothing but `True`, though there is padding.",
                "Then padding is looked at as if it were words.",
            ),
        ],
    )


@question("Attention against recurrence", about="Attention against recurrence")
def against_recurrence():
    r"""A sentence of $n$ words with $d$ columns (AIAYN, table 1). What belongs to which kind of layer?"""
    return Matching(
        [
            Pair(
                "self-attention: operations per layer",
                "n² · d",
                "Every word meets every word, and each meeting costs a product of d numbers.",
            ),
            Pair(
                "recurrent layer: operations per layer",
                "n · d²",
                "Every word costs a product with a matrix, one after the other.",
            ),
            Pair(
                "self-attention: steps that have to wait for each other",
                "a number that does not grow with n",
                "All words are computed at the same time.",
            ),
            Pair(
                "recurrent layer: the way from the first word to the last",
                "n",
                "What the first word says has to pass through every state between.",
            ),
        ],
        extra=[
            Option("n² · d²", "No layer multiplies every pair of words by a matrix of its own."),
            Option("log n", "That is for dilated convolutions, which are in the table too."),
        ],
    )


@question("Many times as long", about="Attention against recurrence")
def growth_with_length(draw):
    """
    An article is <factor> times as long as a paragraph. How many times as many multiplications does one
    self-attention need for its **scores**, the products of queries and keys?
    """
    factor = draw.integer(3, 15)
    return Number(
        factor**2,
        "There are more queries, and each of them meets more keys: the square of the factor.",
        slips=[
            Slip(
                factor, "That holds for the projections and the feed-forward network, which take each word by itself."
            ),
            Slip(2 * factor, "The two factors are multiplied, not added."),
            Slip(factor**3, "The length of queries and keys stays as it is: d_k does not depend on the text."),
        ],
        given={"factor": factor},
    )


@question("Multiplications of one attention", about="Attention against recurrence")
def multiplications(draw):
    r"""
    One sentence of <length> words with $d_\text{model} = <d_model>$. How many multiplications do the scores **and** the
    weighted sums of values take, over all heads together? (Projections, scaling and softmax are left out.)
    """
    length, d_model = draw.integer(5, 40), draw.pick([16, 32, 64, 128])
    return Number(
        2 * length**2 * d_model,
        "Scores: n² products over the columns of all heads, d_model in all; the weighted sums take as many.",
        slips=[
            Slip(length**2 * d_model, "That is the scores; summing the values takes as many again."),
            Slip(2 * length * d_model**2, "That belongs to projections: a matrix for each word."),
            Slip(2 * length**2, "Each pair of words is a product of whole vectors."),
            Slip(2 * length * d_model, "Every word meets every word, also itself: n² pairs."),
        ],
        units=["multiplications"],
        given={"length": length, "d_model": d_model},
    )


@question("Shapes through the stack", about="Encoder")
def shape_of_the_memory(draw):
    """
    `Encoder(num_layers=<layers>, d_model=<d_model>, num_heads=<heads>, d_ff=<d_ff>)` reads `x` of shape `(<batch>,
    <length>, <d_model>)`. What is the shape of its output?
    """
    batch, length = draw.sample([2, 3, 5, 6, 7, 9], 2)
    heads = draw.pick([4, 8])
    d_model = heads * draw.pick([3, 5, 10])
    layers, d_ff = draw.pick([4, 6]), 4 * d_model
    return Shape(
        (batch, length, d_model),
        "Every layer gives back the shape that it gets: that is what the residuals need, and why layers can be stacked.",
        slips=[
            Slip((batch, length, d_ff), "The feed-forward network is wide inside only; it comes back to d_model."),
            Slip(
                (batch, heads, length, d_model // heads),
                "That is inside the attention; the heads are put together again.",
            ),
            Slip((layers, batch, length, d_model), "Only the last layer's output is the memory."),
            Slip((batch, d_model), "An encoder gives a vector for every word, not one for the sentence."),
        ],
        given={"layers": layers, "d_model": d_model, "heads": heads, "d_ff": d_ff, "batch": batch, "length": length},
    )


@question("Through one layer", about="EncoderLayer")
def order_of_a_layer():
    """Put in order what an encoder layer of the paper does with its input `x`, in `eval` mode."""
    return Ordering(
        [
            Option(
                "Every word asks all words: multi-head self-attention.",
                "The first sub-layer works on `x` as it comes in.",
            ),
            Option("`x` is added to what the attention gave.", "The first residual begins at the layer's input."),
            Option("The sum is normalised, word by word.", "Post-norm: behind the sum."),
            Option("Every word passes the feed-forward network.", "It gets the normalised words."),
            Option(
                "What went into the network is added to what came out.",
                "The second residual begins behind the first norm.",
            ),
            Option("That sum is normalised as well.", "So that the next layer gets words of the same scale."),
        ]
    )


@question("A wrong line: does padding matter?", about="Encoder", points=2)
def faulty_probe():
    """
    This should find out whether what stands at padding changes what an encoder says about words: `x (batch, n, d_model)` are the vectors,
    and `real (batch, n)` is `True` at words. For a right encoder it should give `False`. Which line is wrong?
    """
    return Listing(
        [
            Line("def padding_matters(encoder, x, real):", "An encoder, vectors, and which of them are words."),
            Line(
                "    encoder.eval()",
                "Without dropout, so that two runs can be compared.",
                wrong="    encoder.train()",
                reason="In training something else is dropped in each run: the outputs differ in any case.",
            ),
            Line(
                "    rubbish = torch.where(real[:, :, None], x, torch.randn_like(x))",
                "Words stay, padding becomes something else.",
                wrong="    rubbish = torch.where(real[:, :, None], torch.randn_like(x), x)",
                reason="Turned round: here it is the words that are changed, and they should matter.",
            ),
            Line("    mask = padding_mask(real.int())", "With 0 for padding, as tokens have it."),
            Line("    first = encoder(x, mask)", "With the padding that was there."),
            Line(
                "    second = encoder(rubbish, mask)",
                "With other padding and the same mask.",
                wrong="    second = encoder(rubbish)",
                reason="Without its mask an encoder looks at the padding, so it matters.",
            ),
            Line(
                "    return not torch.allclose(first[real], second[real], atol=1e-4)",
                "Compared at the words.",
                wrong="    return not torch.allclose(first[~real], second[~real], atol=1e-4)",
                reason="That compares the outputs at padding, which was changed, and which nobody uses.",
            ),
        ]
    )
