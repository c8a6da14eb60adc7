"""The quiz of unit 08: what norms normalise, what a residual protects, and what the feed-forward network costs."""

import math

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


@question("One number after layer norm", about="layer_norm")
def normalised_number(draw):
    """
    A word has the columns <row>. `layer_norm` with a weight of ones, a bias of zeros and a tiny `eps`: what becomes
    of the first column? Two decimals are enough.
    """
    row = [draw.integer(-6, 9) for _ in range(4)]
    mean = sum(row) / 4
    variance = sum((number - mean) ** 2 for number in row) / 4
    first = (row[0] - mean) / math.sqrt(variance) if variance else 0.0
    unbiased = first * math.sqrt(3 / 4)
    return Number(
        first,
        f"Subtract the mean, {mean:g}, and divide by the root of the mean square distance from it, {variance**0.5:.4g}.",
        slips=[
            Slip(
                unbiased, "The variance divides by the number of columns, 4, not by 3: it is no estimate from a sample."
            ),
            Slip((row[0] - mean) / (variance or 1), "Divide by the root of the variance, not by the variance."),
            Slip(row[0] / math.sqrt(variance or 1), "The mean has to be subtracted first."),
        ],
        places=2,
        given={"row": row},
    )


@question("The same number after batch norm", about="batch_norm")
def batch_norm_number(draw):
    """
    Three words with two columns each: <first>, <second> and <third>. `batch_norm` with a weight of ones, a bias of
    zeros and a tiny `eps`: what becomes of the **first column of the first word**? Two decimals are enough.
    """
    words = [[draw.integer(-6, 9) for _ in range(2)] for _ in range(3)]
    column = [word[0] for word in words]
    mean = sum(column) / 3
    variance = sum((number - mean) ** 2 for number in column) / 3
    answer = (column[0] - mean) / math.sqrt(variance) if variance else 0.0
    across = 0.0 if words[0][0] == words[0][1] else math.copysign(1.0, words[0][0] - words[0][1])
    return Number(
        answer,
        f"Mean and variance are those of the first column, {column}, over all words.",
        slips=[
            Slip(across, "That is layer norm: it took mean and variance over the columns of the first word."),
            Slip(answer * math.sqrt(2 / 3), "In training, batch norm divides by the number of words, 3, and not by 2."),
            Slip(column[0] - mean, "The mean is off; now divide by the root of the variance."),
        ],
        places=2,
        given=dict(zip(("first", "second", "third"), words, strict=True)),
    )


@question("The shape of the means", about="layer_norm")
def shape_of_the_means(draw):
    """
    `layer_norm` gets `x` of shape `(<batch>, <length>, <d_model>)` and takes its means with `keepdims`, so that they
    can be subtracted. What is the shape of the means?
    """
    batch, length, d_model = draw.sample([2, 3, 4, 5, 6, 7, 8, 9, 16, 32], 3)
    return Shape(
        (batch, length, 1),
        "Each word of each sentence has a mean of its own, over its columns.",
        slips=[
            Slip((1, 1, d_model), "That would be a mean for each column over all words: batch norm."),
            Slip((batch, 1, 1), "A mean for a sentence would let its words see each other, and padding too."),
            Slip((batch, length), "Without keepdims; then the means cannot be subtracted row by row."),
            Slip((batch, length, d_model), "A mean is one number for a whole row."),
        ],
        given={"batch": batch, "length": length, "d_model": d_model},
    )


@question("Layer or batch?", about="Why word vectors want layer norm")
def layer_or_batch():
    """Which of the two norms is it?"""
    layer, batch = "layer norm", "batch norm"
    return Matching(
        [
            Pair("uses the columns of one word only", layer, "Mean and variance run along the last axis."),
            Pair("uses one column of all words", batch, "Mean and variance run along the batch."),
            Pair(
                "the result for a word changes with its neighbours in the batch",
                batch,
                "They are in its mean and variance.",
            ),
            Pair("does the same for one sentence as for a hundred", layer, "No other sentence takes part."),
            Pair("keeps running averages to be used in `eval()` mode", batch, "A single word has no batch to ask."),
        ],
        extra=[Option("neither", "Each of these is true of exactly one of the two.")],
    )


@question("Why batches suit words ill", about="Why word vectors want layer norm", points=2)
def against_batch_statistics():
    """What speaks against batch statistics for the vectors of words?"""
    return Several(
        right=[
            Option(
                "Sentences differ in length, so padding gets into the averages, or few words are left at late places.",
                "The statistics then say more about lengths than about words.",
            ),
            Option(
                "A model that writes word by word may have a batch of one.",
                "The variance of a single word is 0, and what was learned on large batches no longer fits.",
            ),
            Option(
                "What a word becomes would depend on which other sentences happen to be in the batch.",
                "The same sentence would mean another thing in other company.",
            ),
        ],
        wrong=[
            Option(
                "Batch norm has many more parameters.",
                "It has just as many: a weight and a bias for each column.",
            ),
            Option("Batch statistics have no gradient.", "They do: they are means and squares, as in layer norm."),
            Option(
                "Batch norm cannot be computed on a GPU for sequences.",
                "It can. It is the statistics that are of little use.",
            ),
        ],
    )


@question("What a residual protects against", about="AddNorm")
def degradation():
    """
    Residual connections were invented against **degradation** (He et al. 2015). What is that?
    """
    return Choice(
        Option(
            "Beyond some depth, plain networks get worse even on their training data.",
            "A deeper network could do what the shallower one does and copy the rest, but training does not find that. "
            "With a residual, copying is the easiest thing to learn: add nothing.",
        ),
        [
            Option(
                "Deep networks learn their training data by heart and fail on new data.",
                "That is overfitting. Degradation shows on the training data themselves.",
            ),
            Option(
                "Numbers are rounded so often in deep networks that the result is noise.",
                "Rounding is not the reason: the gap is there in any precision.",
            ),
            Option(
                "Old tasks are forgotten when new ones are learned.",
                "That is another trouble, catastrophic forgetting, with other remedies.",
            ),
        ],
    )


@question("A signal through the stack", about="AddNorm")
def signal_through_the_stack(draw):
    r"""
    To see what residuals do to a gradient, let every sub-layer be $f(x) = <slope>\,x$, and leave norms out. In a
    stack of <depth>, each with a residual, $y = x + f(x)$: what is the derivative of the last output by the first
    input? Three decimals are enough.
    """
    slope = draw.pick([0.1, 0.2, 0.3, -0.1, -0.2, -0.3])
    depth = draw.integer(3, 8)
    return Number(
        (1 + slope) ** depth,
        "Each step has the derivative 1 plus the slope, and the chain rule multiplies them.",
        slips=[
            Slip(slope**depth, "That is the stack without residuals: the signal is as good as gone."),
            Slip(1 + slope**depth, "Every step has its own residual; there is not just one around the whole stack."),
            Slip(
                1 + depth * slope,
                "Derivatives of nested functions are multiplied; this is only the beginning of the product.",
            ),
        ],
        places=3,
        given={"slope": slope, "depth": depth},
    )


@question("Parameters of a feed-forward", about="FeedForward")
def feed_forward_parameters(draw):
    r"""How many parameters does a `FeedForward` have, with $d_\text{model} = <d_model>$ and $d_{ff} = <d_ff>$?"""
    d_model = draw.pick([8, 16, 32, 64, 128, 256])
    d_ff = d_model * draw.pick([2, 3, 4])
    return Number(
        2 * d_model * d_ff + d_ff + d_model,
        "Two matrices of the same size, one there and one back, and a bias for each of their outputs: d_ff, then d_model.",
        slips=[
            Slip(2 * d_model * d_ff, "Both linear layers also have a bias."),
            Slip(d_model * d_ff + d_ff, "That is the first layer; the way back is as large."),
            Slip(
                2 * d_model * d_ff + 2 * d_ff, "The second bias is added after the way back, so it has d_model numbers."
            ),
            Slip(
                2 * d_model * d_ff + 2 * d_model, "The first bias is added to the wide vector, so it has d_ff numbers."
            ),
        ],
        units=["parameters"],
        given={"d_model": d_model, "d_ff": d_ff},
    )


@question("Why wide and back?", about="FeedForward")
def why_widen():
    """
    The feed-forward network widens a word fourfold, cuts off what is negative, and makes it narrow again. What for?
    """
    return Choice(
        Option(
            "To compute something that is not linear, of each word by itself.",
            "Attention only averages values. The ReLU bends, and the width is how many bends there are to combine.",
        ),
        [
            Option(
                "To let each word look at its neighbours, once more and more widely.",
                "The network is position-wise: no word sees another in it. Looking around is attention's work.",
            ),
            Option(
                "To undo what dropout has taken away.",
                "Dropout is random; nothing that is learned could put back what it took.",
            ),
            Option(
                "Because two linear layers in a row can do more than one, even without the ReLU.",
                "Without it they would be one linear layer: a product of two matrices is a matrix.",
            ),
        ],
    )


@question("Through one sub-layer", about="AddNorm")
def through_a_sub_layer():
    """Post-norm, as in the paper: put in order what happens around a sub-layer in training."""
    return Ordering(
        [
            Option(
                "The sub-layer computes its output from `x`.",
                "It gets `x` as it is: in post-norm nothing is normalised before.",
            ),
            Option(
                "Dropout takes a part of that output.",
                "Only of the output: the residual itself is never dropped (section 5.4).",
            ),
            Option("`x` is added.", "The residual comes after dropout."),
            Option(
                "The mean of each word is subtracted.",
                "Normalising is the last thing, so its steps begin after the sum.",
            ),
            Option(
                "Each word is divided by the root of its variance.",
                "The variance is that of the distances from the mean.",
            ),
            Option(
                "Weight and bias are applied.",
                "They come last, so that the normalised numbers can be stretched and moved.",
            ),
        ]
    )


@question("A wrong line: gradients by depth", about="AddNorm", points=2)
def faulty_depth():
    """
    This should give the length of the gradient before the first and behind each of the `layers`, for a stack with residuals: the last
    output is added up and sent back. Which line is wrong?
    """
    return Listing(
        [
            Line("def gradients_by_depth(layers, x):", "The layers, and what goes into the first of them."),
            Line("    stages = [x.clone().requires_grad_()]", "A copy, of which a gradient is wanted."),
            Line("    for layer in layers:", "Layer by layer."),
            Line(
                "        change = torch.tanh(layer(stages[-1]))",
                "Each layer works on what the one before it gave.",
                wrong="        change = torch.tanh(layer(stages[0]))",
                reason="Each layer works on the very first input: this is no stack, but all layers side by side.",
            ),
            Line(
                "        stages.append(stages[-1] + change)",
                "The residual is what went into this layer.",
                wrong="        stages.append(change)",
                reason="There is no residual: what went in has no short way through.",
            ),
            Line("        stages[-1].retain_grad()", "Otherwise only the first stage would keep its gradient."),
            Line(
                "    stages[-1].sum().backward()",
                "From the last output back.",
                wrong="    stages[1].sum().backward()",
                reason="That is the output of the first layer: nothing is sent through the rest of the stack.",
            ),
            Line(
                "    return [stage.grad.norm().item() for stage in stages if stage.grad is not None]",
                "One length for each stage.",
            ),
        ]
    )


@question("A word without contrast", about="layer_norm")
def constant_word(draw):
    """What does this print? `layer_norm` is the function that you have written."""
    level = draw.integer(2, 90)
    weight = draw.sample([2, 3, 4, 5, 6], 3)
    bias = draw.sample([-7, -3, -1, 1, 4, 8, 9], 3)
    return Output(
        "x = torch.tensor([<level>.0, <level>.0, <level>.0])\n"
        "weight, bias = torch.tensor(<weight>).float(), torch.tensor(<bias>).float()\n"
        "print(layer_norm(x, weight, bias).tolist())",
        str([float(number) for number in bias]),
        "Every column equals the mean, so the normalised word is 0 everywhere, whatever the weight; the bias is left.",
        slips=[
            Slip(str([0.0, 0.0, 0.0]), "So much for the normalised word; the bias is added after that."),
            Slip(
                str([float(level * factor + offset) for factor, offset in zip(weight, bias, strict=True)]),
                "The mean is subtracted before weight and bias are applied.",
            ),
            Slip("[nan, nan, nan]", "The variance is 0, but `eps` is added to it under the root."),
        ],
        given={"level": level, "weight": weight, "bias": bias},
    )
